/**
 * A network for tests that keeps every rule of the safety gate under `us-mutcd`: a main street from west to east with
 * three signals 400 m and 500 m apart. A and B are four-leg intersections with eight NEMA phases (1 WBL, 2 EBT, 3 NBL,
 * 4 SBT, 5 EBL, 6 WBT, 7 SBL, 8 NBT) in four lead/lag sequences; C is a T with three stages.
 * Fixed times follow from 30 mph (main) and 25 mph (side) by the equations that timing/rules judges.
 */
import type {
  Approach,
  Crossing,
  Detector,
  Intersection,
  Link,
  Movement,
  Network,
  Phase,
} from "./network.schema.ts";

const MAIN_SPEED_MPS = 13.4112;
const SIDE_SPEED_MPS = 11.176;

export function buildSampleNetwork(overrides: Partial<Network> = {}): Network {
  return {
    version: 1,
    id: "sample",
    name: "Sample street",
    jurisdiction: "us-mutcd",
    drivingSide: "right",
    timeZone: "America/Chicago",
    timeZero: { type: "epoch" },
    provenance: { kind: "synthetic", source: "made for tests", assumptions: [] },
    intersections: [buildFourLegs("A", 0), buildFourLegs("B", 400), buildTee("C", 900)],
    links: buildLinks(),
    detectors: buildDetectors(),
    routes: [
      {
        id: "main",
        tier: "ordinary",
        outbound: {
          stops: ["A", "B", "C"].map((intersectionId) => ({ intersectionId, movementId: "EBT" })),
          queueClearanceS: 0,
        },
        inbound: {
          stops: ["C", "B", "A"].map((intersectionId) => ({ intersectionId, movementId: "WBT" })),
          queueClearanceS: 0,
        },
      },
    ],
    eventLanes: [],
    ...overrides,
  };
}

/** The network with one intersection changed. */
export function withIntersection(
  network: Network,
  id: string,
  change: (intersection: Intersection) => Partial<Intersection>,
): Network {
  return {
    ...network,
    intersections: network.intersections.map((it) => (it.id === id ? { ...it, ...change(it) } : it)),
  };
}

/** Phases with one of them changed. */
export const withPhase = (phases: readonly Phase[], number: number, change: Partial<Phase>): Phase[] =>
  phases.map((it) => (it.number === number ? { ...it, ...change } : it));

/** Crossings with one of them changed. */
export const withCrossing = (
  crossings: readonly Crossing[],
  id: string,
  change: Partial<Crossing>,
): Crossing[] => crossings.map((it) => (it.id === id ? { ...it, ...change } : it));

/** Movements with one of them changed. */
export const withMovement = (
  movements: readonly Movement[],
  id: string,
  change: Partial<Movement>,
): Movement[] => movements.map((it) => (it.id === id ? { ...it, ...change } : it));

type Leg = "N" | "E" | "S" | "W";
const CLOCKWISE: readonly Leg[] = ["N", "E", "S", "W"];
const NAMES: Readonly<Record<Leg, string>> = { N: "SB", E: "WB", S: "NB", W: "EB" };
const TURNS = [
  { suffix: "L", turn: "left", legsClockwise: 1 },
  { suffix: "T", turn: "through", legsClockwise: 2 },
  { suffix: "R", turn: "right", legsClockwise: 3 },
] as const;
const NEIGHBORS: Readonly<Record<string, Partial<Record<Leg, string>>>> = {
  A: { E: "B" },
  B: { W: "A", E: "C" },
  C: { W: "B" },
};
const FOUR: readonly Leg[] = ["N", "E", "S", "W"];
const TEE: readonly Leg[] = ["E", "S", "W"];
const isMain = (leg: Leg): boolean => leg === "E" || leg === "W";

const inLink = (id: string, leg: Leg): string => {
  const neighbor = NEIGHBORS[id]?.[leg];
  return neighbor === undefined ? `in.${id}.${leg}` : `${neighbor}.${id}`;
};
const outLink = (id: string, leg: Leg): string => {
  const neighbor = NEIGHBORS[id]?.[leg];
  return neighbor === undefined ? `out.${id}.${leg}` : `${id}.${neighbor}`;
};

interface Path {
  readonly id: string;
  readonly from: Leg;
  readonly to: Leg;
  readonly turn: "left" | "through" | "right";
}

function listPaths(legs: readonly Leg[]): Path[] {
  return legs.flatMap((from) =>
    TURNS.flatMap(({ suffix, turn, legsClockwise }) => {
      const to = CLOCKWISE[(CLOCKWISE.indexOf(from) + legsClockwise) % 4];
      return to !== undefined && legs.includes(to) ? [{ id: `${NAMES[from]}${suffix}`, from, to, turn }] : [];
    }),
  );
}

function buildApproaches(id: string, legs: readonly Leg[]): Approach[] {
  return legs.map((leg) => ({
    id: NAMES[leg],
    linkId: inLink(id, leg),
    headingDeg: (CLOCKWISE.indexOf(leg) * 90 + 180) % 360,
    gradeRatio: 0,
    clearanceDistanceM: isMain(leg) ? 18 : 20,
  }));
}

/** Right turns share the through lanes, or stand alone where there is no through movement. */
function buildMovements(id: string, paths: readonly Path[]): Movement[] {
  return paths.map(({ id: movementId, from, to, turn }) => {
    const through = paths.find((it) => it.from === from && it.turn === "through");
    const shares = turn === "right" && through !== undefined;
    const lanes = turn === "through" && isMain(from) ? 2 : 1;
    return {
      id: movementId,
      approachId: NAMES[from],
      toLinkId: outLink(id, to),
      turn,
      lanes: shares ? 0 : lanes,
      ...(shares ? { sharesLanesOf: through.id } : {}),
      saturationFlowVph: shares && isMain(from) ? 3600 : 1800 * lanes,
      startupLostTimeS: 2,
      ...(turn === "left" ? { storageM: 80 } : {}),
      rightTurnOnRed: false,
      flashingYellowArrow: false,
    };
  });
}

/**
 * Two paths conflict when they end in the same leg or when their chords cross. Around the intersection, clockwise, each
 * leg has its entry and then its exit (driving on the right). A crossing conflicts with all that enters or leaves its leg.
 */
function listConflicts(paths: readonly Path[], crossings: readonly Crossing[]): [string, string][] {
  const between = (point: number, [a, b]: readonly [number, number]) =>
    point > Math.min(a, b) && point < Math.max(a, b);
  const chord = (path: Path) =>
    [2 * CLOCKWISE.indexOf(path.from), 2 * CLOCKWISE.indexOf(path.to) + 1] as const;
  const crosses = (a: Path, b: Path) =>
    between(chord(b)[0], chord(a)) !== between(chord(b)[1], chord(a)) || a.to === b.to;
  const conflicts: [string, string][] = [];
  for (const [position, a] of paths.entries()) {
    for (const b of paths.slice(position + 1)) {
      if (a.from !== b.from && crosses(a, b)) conflicts.push([a.id, b.id]);
    }
    for (const { id } of crossings) {
      if (id === `ped${a.from}` || id === `ped${a.to}`) conflicts.push([a.id, id]);
    }
  }
  return conflicts;
}

/** Crossing of a leg: 15 m over the main street, 11 m over the side street, at 3.5 ft/s. */
function buildCrossing(leg: Leg): Crossing {
  return {
    id: `ped${leg}`,
    mode: "pedestrian",
    approachId: NAMES[leg],
    lengthM: isMain(leg) ? 15 : 11,
    walkS: 10,
    clearanceS: isMain(leg) ? 14.1 : 10.4,
    service: "recall",
  };
}

type PhaseCore = Pick<Phase, "number" | "protectedMovements" | "permittedMovements" | "crossings">;
const MAIN_TIMES = { minGreenS: 10, yellowS: 3.8, redClearanceS: 1.5 } as const;
const MAIN_LEFT_TIMES = { minGreenS: 5, yellowS: 3, redClearanceS: 1.5 } as const;
const SIDE_TIMES = { minGreenS: 7, yellowS: 3.4, redClearanceS: 1.9 } as const;
const SIDE_LEFT_TIMES = { minGreenS: 5, yellowS: 3, redClearanceS: 2 } as const;

const buildPhase = (
  core: PhaseCore,
  times: { readonly minGreenS: number; readonly yellowS: number; readonly redClearanceS: number },
): Phase => ({ ...core, ...times, flashingGreenS: 0, recall: "max" });

const leftPhase = (number: number, movement: string): PhaseCore => ({
  number,
  protectedMovements: [movement],
  permittedMovements: [],
  crossings: [],
});
const throughPhase = (number: number, approach: string, crossing: string): PhaseCore => ({
  number,
  protectedMovements: [`${approach}T`],
  permittedMovements: [`${approach}R`],
  crossings: [crossing],
});

function buildFourLegs(id: string, xM: number): Intersection {
  const paths = listPaths(FOUR);
  const crossings = FOUR.map(buildCrossing);
  return {
    id,
    xM,
    yM: 0,
    approaches: buildApproaches(id, FOUR),
    movements: buildMovements(id, paths),
    crossings,
    phases: [
      buildPhase(leftPhase(1, "WBL"), MAIN_LEFT_TIMES),
      buildPhase(throughPhase(2, "EB", "pedS"), MAIN_TIMES),
      buildPhase(leftPhase(3, "NBL"), SIDE_LEFT_TIMES),
      buildPhase(throughPhase(4, "SB", "pedW"), SIDE_TIMES),
      buildPhase(leftPhase(5, "EBL"), MAIN_LEFT_TIMES),
      buildPhase(throughPhase(6, "WB", "pedN"), MAIN_TIMES),
      buildPhase(leftPhase(7, "SBL"), SIDE_LEFT_TIMES),
      buildPhase(throughPhase(8, "NB", "pedE"), SIDE_TIMES),
    ],
    sequences: [
      {
        id: "lead-lead",
        rings: [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ],
      },
      {
        id: "lead-lag",
        rings: [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [6, 5],
            [7, 8],
          ],
        ],
      },
      {
        id: "lag-lead",
        rings: [
          [
            [2, 1],
            [3, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ],
      },
      {
        id: "lag-lag",
        rings: [
          [
            [2, 1],
            [3, 4],
          ],
          [
            [6, 5],
            [7, 8],
          ],
        ],
      },
    ],
    coordinatedPhases: [2, 6],
    offsetReference: { phase: 2, point: "beginGreen" },
    conflicts: listConflicts(paths, crossings),
    intergreens: [],
    controller: { cycleMinS: 40, cycleMaxS: 180, resolutionS: 1 },
  };
}

function buildTee(id: string, xM: number): Intersection {
  const paths = listPaths(TEE);
  const crossings = (["E", "S"] as const).map(buildCrossing);
  const stages: PhaseCore[] = [
    { number: 1, protectedMovements: ["EBT", "WBT"], permittedMovements: ["EBR"], crossings: ["pedS"] },
    { number: 2, protectedMovements: ["WBT", "WBL"], permittedMovements: [], crossings: [] },
    { number: 3, protectedMovements: ["NBL"], permittedMovements: ["NBR"], crossings: ["pedE"] },
  ];
  const times = [MAIN_TIMES, { ...MAIN_TIMES, minGreenS: 5 }, SIDE_TIMES];
  return {
    id,
    xM,
    yM: 0,
    approaches: buildApproaches(id, TEE),
    movements: buildMovements(id, paths),
    crossings,
    phases: stages.map((stage, position) => buildPhase(stage, times[position] ?? MAIN_TIMES)),
    sequences: [{ id: "stages", rings: [[[1, 2, 3]]] }],
    coordinatedPhases: [1],
    offsetReference: { phase: 1, point: "beginGreen" },
    conflicts: listConflicts(paths, crossings),
    intergreens: [],
    controller: { cycleMinS: 40, cycleMaxS: 180, resolutionS: 1 },
  };
}

const legsOf = (id: string): readonly Leg[] => (id === "C" ? TEE : FOUR);

function buildLinks(): Link[] {
  const main = { speedLimitMps: MAIN_SPEED_MPS, lanes: 3 };
  const between = (from: string, to: string, lengthM: number): Link[] => [
    { id: `${from}.${to}`, from, to, lengthM, ...main },
    { id: `${to}.${from}`, from: to, to: from, lengthM, ...main },
  ];
  const ends = ["A", "B", "C"].flatMap((id) =>
    legsOf(id)
      .filter((leg) => NEIGHBORS[id]?.[leg] === undefined)
      .flatMap((leg): Link[] => {
        const road = isMain(leg) ? main : { speedLimitMps: SIDE_SPEED_MPS, lanes: 2 };
        return [
          { id: inLink(id, leg), to: id, lengthM: 300, ...road },
          { id: outLink(id, leg), from: id, lengthM: 300, ...road },
        ];
      }),
  );
  return [...between("A", "B", 400), ...between("B", "C", 500), ...ends];
}

/** On each approach: one over all lanes 60 m upstream, one per lane group at the stop line; on each exit: one. */
function buildDetectors(): Detector[] {
  return ["A", "B", "C"].flatMap((id) => {
    const movements = buildMovements(id, listPaths(legsOf(id)));
    return legsOf(id).flatMap((leg): Detector[] => {
      const linkId = inLink(id, leg);
      const lanes = isMain(leg) ? [1, 2, 3] : [1, 2];
      const own = movements.filter((it) => it.approachId === NAMES[leg]);
      const leftLane = lanes.slice(-1);
      const groups = [
        { name: "left", lanes: leftLane, movementIds: own.filter((it) => it.turn === "left") },
        { name: "rest", lanes: lanes.slice(0, -1), movementIds: own.filter((it) => it.turn !== "left") },
      ].filter((it) => it.movementIds.length > 0);
      return [
        { id: `adv.${id}.${leg}`, linkId, lanes, setbackM: 60, type: "advance" },
        ...groups.map((group) => ({
          id: `stop.${id}.${leg}.${group.name}`,
          linkId,
          lanes: group.lanes,
          setbackM: 0,
          type: "stopLine" as const,
          movementIds: group.movementIds.map((it) => it.id),
        })),
        { id: `exit.${id}.${leg}`, linkId: outLink(id, leg), lanes, setbackM: 250, type: "exit" },
      ];
    });
  });
}
