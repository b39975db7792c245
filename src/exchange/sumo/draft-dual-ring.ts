/**
 * Two rings as NEMA numbers them, where two streets cross: 2 and 6 are the main street's approaches straight on, 4 and 8
 * the side street's; 1, 5, 3 and 7 the turns across oncoming traffic that have lanes of their own (left turns where
 * traffic drives on the right). The foe matrix has the last word: whatever could run together must be allowed to.
 */
import type { SignalApproach } from "./build-movements.ts";
import { isOpposing, type LaneGroup, mayRunBeside } from "./lane-groups.ts";
import type { Draft, DraftPlan, MadeContext } from "./made-phases.ts";

interface Side {
  readonly straight: readonly LaneGroup[];
  readonly across: readonly LaneGroup[];
}

export function draftDualRing(
  groups: readonly LaneGroup[],
  context: Pick<MadeContext, "conflicts" | "drivingSide">,
): DraftPlan | undefined {
  const streets = pairStreets(groups);
  if (streets === undefined) return undefined;
  const [main, side] = streets.map((pair) => pair.map((it) => toSide(groups, it, context.drivingSide)));
  const [a, b] = main ?? [];
  const [c, d] = side ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  const sides = [a, b, c, d];
  if (
    sides.some((it) => !it.straight.some((group) => group.hasThrough)) ||
    sides.every((it) => it.across.length === 0)
  )
    return undefined;
  const numbered: [number, readonly LaneGroup[]][] = [
    [1, b.across],
    [2, a.straight],
    [3, d.across],
    [4, c.straight],
    [5, a.across],
    [6, b.straight],
    [7, c.across],
    [8, d.straight],
  ];
  const drafts = numbered.flatMap(([number, own]): Draft[] =>
    own.length === 0 ? [] : [{ number, groups: own }],
  );
  const served = (numbers: readonly number[]): number[] =>
    numbers.filter((number) => drafts.some((it) => it.number === number));
  const rings = [
    [served([1, 2]), served([3, 4])],
    [served([5, 6]), served([7, 8])],
  ];
  const groupsOf = (number: number): readonly LaneGroup[] =>
    drafts.find((it) => it.number === number)?.groups ?? [];
  const together = [
    ...drafts.map((it) => [it.number, it.number] as const),
    ...[0, 1].flatMap((at) =>
      (rings[0]?.[at] ?? []).flatMap((one) => (rings[1]?.[at] ?? []).map((other) => [one, other] as const)),
    ),
  ];
  const fits = together.every(([one, other]) =>
    groupsOf(one).every((g) =>
      groupsOf(other).every((h) => g === h || mayRunBeside(g, h, context.conflicts)),
    ),
  );
  return fits ? { sequenceId: "lead-lead", drafts, rings } : undefined;
}

/** The two streets of a crossing with four approaches, the wider first; undefined for any other shape. */
function pairStreets(groups: readonly LaneGroup[]): SignalApproach[][] | undefined {
  const approaches = [...new Set(groups.map((it) => it.approach))];
  const [first] = approaches;
  if (first === undefined || approaches.length !== 4) return undefined;
  const opposite = approaches.filter((it) => isOpposing(first, it));
  const others = approaches.filter((it) => it !== first && !opposite.includes(it));
  const [c, d] = others;
  if (opposite.length !== 1 || c === undefined || d === undefined || !isOpposing(c, d)) return undefined;
  const lanes = (pair: readonly SignalApproach[]): number =>
    groups.reduce((sum, it) => sum + (pair.includes(it.approach) ? it.lanes : 0), 0);
  return [[first, ...opposite], others].sort((x, y) => lanes(y) - lanes(x));
}

function toSide(
  groups: readonly LaneGroup[],
  approach: SignalApproach,
  drivingSide: MadeContext["drivingSide"],
): Side {
  const own = groups.filter((it) => it.approach === approach);
  const acrossTurn = drivingSide === "right" ? "left" : "right";
  const isAcross = (it: LaneGroup): boolean =>
    it.movements.every(({ movement }) => movement.turn === acrossTurn || movement.turn === "uTurn");
  return {
    straight: own.filter((it) => !isAcross(it)),
    across: own.filter(isAcross),
  };
}
