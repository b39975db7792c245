/**
 * A SUMO street network as its file has it, as far as signals need it. Names are SUMO's own
 * (https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html).
 */

export interface SumoLane {
  readonly id: string;
  /** From the kerb, 0 first. */
  readonly index: number;
  readonly speedMps: number;
  readonly lengthM: number;
  readonly widthM: number;
  /** Who may drive here: everybody but walkers, or only some. */
  readonly use: LaneUse;
  readonly shape: readonly (readonly [number, number])[];
}

/** `general` admits passenger cars; a lane that admits nobody with a lamp here is `closed`. */
export type LaneUse = "general" | "bus" | "rail" | "bicycle" | "pedestrian" | "closed";

export interface SumoEdge {
  readonly id: string;
  readonly name: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly priority: number;
  readonly function: string;
  /** Edges that a crossing spans. */
  readonly crossingEdges: readonly string[];
  readonly lanes: readonly SumoLane[];
  readonly line: number;
}

export interface SumoConnection {
  readonly from: string;
  readonly to: string;
  readonly fromLane: number;
  readonly toLane: number;
  /** The lane inside the junction. */
  readonly via: string | undefined;
  readonly tl: string | undefined;
  readonly linkIndex: number;
  /** s straight, l and r turns, L and R partial turns, t and T turns back. */
  readonly dir: string;
  readonly line: number;
}

export interface SumoJunction {
  readonly id: string;
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly incLanes: readonly string[];
  /** By request index. Bit strings are read from the right: the last character is index 0. */
  readonly requests: ReadonlyMap<number, { readonly foes: string; readonly response: string }>;
  readonly line: number;
}

export interface SumoPhase {
  readonly durationS: number;
  /** One letter per link index. */
  readonly state: string;
  readonly minDurS?: number;
  readonly maxDurS?: number;
}

/** A `tlLogic` of the net or of an additional file. */
export interface SumoLogic {
  readonly tlId: string;
  readonly programId: string;
  /** static, actuated, delay_based, NEMA … */
  readonly type: string;
  readonly offsetS: number;
  readonly phases: readonly SumoPhase[];
  readonly params: Readonly<Record<string, string>>;
  readonly line: number;
  /** Which text it stands in: `net` or `additional 1` … */
  readonly file: string;
}

/** Switching by time of day; SUMO's "Wochenschaltautomatik". */
export interface SumoWaut {
  readonly id: string;
  readonly startProgram: string;
  readonly refTimeS: number;
  readonly periodS: number | undefined;
  readonly switches: readonly { readonly timeS: number; readonly programId: string }[];
}

export interface SumoNet {
  readonly isLeftHand: boolean;
  readonly edges: ReadonlyMap<string, SumoEdge>;
  readonly junctions: ReadonlyMap<string, SumoJunction>;
  readonly connections: readonly SumoConnection[];
  /** By the lane that they begin on, in the order of the file. */
  readonly connectionsFrom: ReadonlyMap<string, readonly SumoConnection[]>;
  readonly logics: readonly SumoLogic[];
  readonly wauts: ReadonlyMap<string, SumoWaut>;
  /** Signal → WAUT. */
  readonly wautOf: ReadonlyMap<string, string>;
}
