/**
 * Counts → flow of every movement.
 *
 * Per approach the vehicles are known in blocks: what each stop-line detector counts (one movement, or several that share
 * its lanes), and what arrives besides. A block is divided by turning shares, which are estimated from all periods
 * together (estimate-turning-shares.ts); then the table of blocks and exits is balanced on the exit counts by Furness'
 * method, which keeps every block's total. A link without exit detectors is taken to carry off what arrives at its other
 * end. Where nothing was counted the prior flow stays, scaled by the exits.
 *
 * Confidence = 0.1 + 0.9 · coverage · evidence. Coverage is the share of the window with records (the least of the
 * detectors involved), each weighed by its own confidence: counts made whole or forecast by the watch bring one. Evidence is 1 for what a detector of its own counts, 0.5 + 0.5 · resolution for what a share
 * divides (resolution: how far the share comes from counts and not from the prior), 0 where only the prior speaks.
 *
 * Limits: health is judged before (advance-watch.ts); counts that nobody has judged are taken for demand, so under
 * oversaturation those of a stop line are capped at capacity.
 */
import { known } from "../errors.ts";
import type { NetworkIndex } from "../network/find.ts";
import type { Approach, Detector, Intersection, Movement } from "../network/network.schema.ts";
import type { MovementFlow } from "./demand.schema.ts";
import { estimateTurningShares, type TurningShare } from "./estimate-turning-shares.ts";
import { scaleToMargins } from "./furness.ts";
import {
  type DetectorFlow,
  type JudgedCount,
  measureDetectors,
  measurePlace,
  type PlaceFlow,
  type Window,
} from "./link-flows.ts";

const PRIOR_CONFIDENCE = 0.1;
const SHARED_EVIDENCE = 0.5;
/** Enough for a table of an intersection; contradicting counts never converge. */
const BALANCING_ITERATIONS = 30;
/** Nothing is balanced to zero: what a detector counts must find a movement that can carry it, veh/h. */
const LEAST_VPH = 1e-3;
/** Shares where neither counts nor a prior speak: one vehicle in ten turns to either side, one in a hundred around. */
const DEFAULT_WEIGHTS: Readonly<Record<Movement["turn"], number>> = {
  through: 0.8,
  left: 0.1,
  right: 0.1,
  uTurn: 0.01,
};

export interface FlowProblem {
  readonly index: NetworkIndex;
  readonly counts: readonly JudgedCount[];
  readonly window: Window;
  /** Flows to lean on, of any movements; may be empty. */
  readonly prior: readonly MovementFlow[];
}

/** A flow with its confidence for every movement of the network, in the network's order. */
export function estimateFlows({ index, counts, window, prior }: FlowProblem): MovementFlow[] {
  const flows = measureDetectors(counts, window);
  const detectors = new Map<string, Detector[]>();
  for (const detector of index.network.detectors) {
    detectors.set(detector.linkId, [...(detectors.get(detector.linkId) ?? []), detector]);
  }
  const priorVph = new Map(prior.map((it) => [`${it.intersectionId} ${it.movementId}`, it.flowVph]));
  return index.network.intersections.flatMap((intersection) =>
    estimateIntersection({
      intersection,
      priorOf: (movementId) => priorVph.get(`${intersection.id} ${movementId}`) ?? 0,
      detectorsOf: (linkId, type) => (detectors.get(linkId) ?? []).filter((it) => it.type === type),
      flows,
    }),
  );
}

interface Evidence {
  readonly intersection: Intersection;
  readonly priorOf: (movementId: string) => number;
  readonly detectorsOf: (linkId: string, type: Detector["type"]) => readonly Detector[];
  readonly flows: ReadonlyMap<string, DetectorFlow>;
}

/** Vehicles of some movements of one approach whose total is known, or not. */
interface Block {
  readonly movements: readonly Movement[];
  readonly totalVph: number | undefined;
  readonly coverage: number;
  /** By movement, veh/h; what the shares say, or the prior where there is no total. */
  readonly seedVph: readonly number[];
}

interface ApproachCounts {
  readonly movements: readonly Movement[];
  readonly priorShares: readonly number[];
  /** Stop-line detectors that count their movements whole. */
  readonly stopLine: readonly Detector[];
  readonly arrivals: PlaceFlow | undefined;
}

function estimateIntersection(evidence: Evidence): MovementFlow[] {
  const { intersection } = evidence;
  const approaches = intersection.approaches
    .map((it) => countApproach(evidence, it))
    .filter((it) => it.movements.length > 0);
  const exits = [...new Set(intersection.movements.map((it) => it.toLinkId))].map((linkId) => {
    const measure = (type: Detector["type"]) =>
      measurePlace(evidence.detectorsOf(linkId, type), evidence.flows);
    const counted = measure("exit");
    return { linkId, counted, arrivals: counted ?? measure("advance") ?? measure("stopLine") };
  });
  const shares = estimateTurningShares({
    approaches: approaches.map(({ movements, priorShares, arrivals }) => ({
      movements: movements.map(({ id }, at) => ({ id, priorShare: known(priorShares[at], "prior share") })),
      arrivals: arrivals?.periods,
    })),
    sums: [
      ...exits.flatMap(({ linkId, counted }) => {
        const own = intersection.movements.filter((it) => it.toLinkId === linkId);
        return counted === undefined
          ? []
          : [{ movements: new Set(own.map((it) => it.id)), vehicles: counted.periods }];
      }),
      ...approaches.flatMap(({ stopLine }) => sumStopLine(stopLine, evidence.flows)),
    ],
  });
  const blocks = approaches.flatMap((it) => buildBlocks(evidence, it, shares));
  const balanced = balanceOnExits(
    blocks,
    exits.map(({ linkId, arrivals }) => ({ linkId, counted: arrivals })),
  );
  return intersection.movements.map(({ id }) => {
    const parts = blocks.flatMap((block, at) => {
      const position = block.movements.findIndex((it) => it.id === id);
      return position < 0 ? [] : [{ block, flowVph: known(balanced[at]?.[position], `flow of ${id}`) }];
    });
    return {
      intersectionId: intersection.id,
      movementId: id,
      flowVph: parts.reduce((sum, it) => sum + it.flowVph, 0),
      confidence: judgeConfidence(parts, known(shares.get(id), `share of ${id}`)),
    };
  });
}

/**
 * What stop-line detectors count of whole movements: those that share a movement are added up, for one of them alone
 * sees only a part of it.
 */
function sumStopLine(
  detectors: readonly Detector[],
  flows: ReadonlyMap<string, DetectorFlow>,
): { movements: Set<string>; vehicles: Map<string, number> }[] {
  let sums: { movements: Set<string>; vehicles: Map<string, number> }[] = [];
  for (const { id, movementIds = [] } of detectors) {
    const shares = (it: (typeof sums)[number]): boolean => movementIds.some((own) => it.movements.has(own));
    const joined = sums.filter(shares);
    const { periods } = known(flows.get(id), `flow of ${id}`);
    sums = [
      ...sums.filter((it) => !shares(it)),
      {
        movements: new Set([...movementIds, ...joined.flatMap((it) => [...it.movements])]),
        vehicles: joined.reduce((sum, it) => addPeriods(sum, it.vehicles), new Map(periods)),
      },
    ];
  }
  return sums;
}

/** Periods in which both have a record. */
const addPeriods = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>) =>
  new Map(
    [...one].flatMap(([period, vehicles]) => {
      const more = other.get(period);
      return more === undefined ? [] : [[period, vehicles + more] as const];
    }),
  );

/** Arrivals from the stop line where its detectors see every movement whole, else from upstream on the link. */
function countApproach(
  { intersection, detectorsOf, flows, priorOf }: Evidence,
  approach: Approach,
): ApproachCounts {
  const { linkId } = approach;
  const movements = intersection.movements.filter((it) => it.approachId === approach.id);
  const atLine = detectorsOf(linkId, "stopLine");
  const place = measurePlace(atLine, flows);
  // A movement of which one detector is silent is not counted whole by its others.
  const unsure = atLine.filter((it) => !flows.has(it.id)).flatMap((it) => it.movementIds ?? []);
  const stopLine = (place?.detectors ?? []).filter(
    (it) => !it.movementIds?.some((id) => unsure.includes(id)),
  );
  const complete = movements.every(({ id }) => stopLine.some((it) => it.movementIds?.includes(id)));
  const upstream =
    measurePlace(detectorsOf(linkId, "advance"), flows) ?? measurePlace(detectorsOf(linkId, "exit"), flows);
  const priorVph = movements.map((it) => priorOf(it.id));
  const weights = priorVph.some((it) => it > 0) ? priorVph : movements.map((it) => DEFAULT_WEIGHTS[it.turn]);
  return {
    movements,
    priorShares: toShares(weights),
    stopLine,
    arrivals: complete ? place : (upstream ?? place),
  };
}

/** One block per stop-line detector, and one of the movements that none of them sees. */
function buildBlocks(
  { flows, priorOf }: Evidence,
  { movements, stopLine, arrivals }: ApproachCounts,
  shares: ReadonlyMap<string, TurningShare>,
): Block[] {
  const shareOf = (it: Movement): number => known(shares.get(it.id), `share of ${it.id}`).share;
  const counted = stopLine.flatMap(({ id, movementIds = [] }) => {
    const flow = known(flows.get(id), `flow of ${id}`);
    const own = movements.filter((it) => movementIds.includes(it.id));
    return own.length === 0 ? [] : [{ movements: own, totalVph: flow.flowVph, coverage: flow.coverage }];
  });
  const countedVph = counted.reduce((sum, it) => sum + it.totalVph, 0);
  const seen = movements.filter((it) => counted.some((block) => block.movements.includes(it)));
  // Rows: the movements that detectors see, at their shares; columns: the detectors, exactly.
  const table = scaleToMargins({
    seed: seen.map((it) => counted.map((block) => (block.movements.includes(it) ? 1 : 0))),
    rows: toShares(seen.map(shareOf)).map((it) => Math.max(LEAST_VPH, it * countedVph)),
    columns: counted.map((it) => it.totalVph),
    iterations: BALANCING_ITERATIONS,
  }).matrix;
  const blocks = counted.map((block, column) => ({
    ...block,
    seedVph: block.movements.map((it) => known(table[seen.indexOf(it)]?.[column], `cell of ${it.id}`)),
  }));
  const unseen = movements.filter((it) => !seen.includes(it));
  if (unseen.length === 0) return blocks;
  if (arrivals === undefined) {
    const seedVph = unseen.map((it) => priorOf(it.id));
    return [...blocks, { movements: unseen, totalVph: undefined, coverage: 0, seedVph }];
  }
  const totalVph = Math.max(0, arrivals.flowVph - countedVph);
  const seedVph = toShares(unseen.map(shareOf)).map((it) => it * totalVph);
  return [...blocks, { movements: unseen, totalVph, coverage: arrivals.coverage, seedVph }];
}

/** Flows by block and movement: exits as counted as far as the blocks' totals allow, those exactly. */
function balanceOnExits(
  blocks: readonly Block[],
  exits: readonly { readonly linkId: string; readonly counted: PlaceFlow | undefined }[],
): number[][] {
  const seed = exits.map(({ linkId }) =>
    blocks.map(({ movements, seedVph }) =>
      movements.reduce((sum, it, at) => sum + (it.toLinkId === linkId ? known(seedVph[at], "seed") : 0), 0),
    ),
  );
  const { matrix } = scaleToMargins({
    seed,
    rows: exits.map(({ counted }) => counted && Math.max(LEAST_VPH, counted.flowVph)),
    columns: blocks.map((it) => it.totalVph),
    iterations: BALANCING_ITERATIONS,
  });
  return blocks.map(({ movements, seedVph }, column) =>
    movements.map((it, at) => {
      const row = exits.findIndex(({ linkId }) => linkId === it.toLinkId);
      const before = known(seed[row]?.[column], "cell");
      return before === 0 ? 0 : (known(seedVph[at], "seed") * known(matrix[row]?.[column], "cell")) / before;
    }),
  );
}

function judgeConfidence(
  parts: readonly { readonly block: Block; readonly flowVph: number }[],
  { resolution }: TurningShare,
): number {
  const flowVph = parts.reduce((sum, it) => sum + it.flowVph, 0);
  const shared = SHARED_EVIDENCE + (1 - SHARED_EVIDENCE) * resolution;
  const evidence = parts.reduce((sum, { block, flowVph: partVph }) => {
    const weight = flowVph > 0 ? partVph / flowVph : 1 / parts.length;
    if (block.totalVph === undefined) return sum;
    return sum + weight * block.coverage * (block.movements.length === 1 ? 1 : shared);
  }, 0);
  return PRIOR_CONFIDENCE + (1 - PRIOR_CONFIDENCE) * Math.min(1, evidence);
}

/** Weights ≥ 0 as shares of their sum; equal shares when all are 0. */
function toShares(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, it) => sum + it, 0);
  return weights.map((it) => (total > 0 ? it / total : 1 / weights.length));
}
