/**
 * The XML of a SUMO net and of additional files, read into `SumoNet`. What the file lacks or garbles is a fault with
 * its line; nothing is guessed here.
 */
import { SaxesParser } from "saxes";
import type { Fault } from "../../errors.ts";
import type {
  LaneUse,
  SumoConnection,
  SumoEdge,
  SumoJunction,
  SumoLane,
  SumoLogic,
  SumoNet,
  SumoPhase,
  SumoWaut,
} from "./sumo-net.ts";

export type ReadSumoNet =
  | { readonly kind: "read"; readonly net: SumoNet }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] };

type Attributes = Readonly<Record<string, string>>;

/** What grows while the texts are read. */
interface Draft {
  isLeftHand: boolean;
  hasRoot: boolean;
  readonly edges: Map<string, SumoEdge>;
  readonly junctions: Map<string, SumoJunction>;
  readonly connections: SumoConnection[];
  readonly connectionsFrom: Map<string, SumoConnection[]>;
  readonly logics: SumoLogic[];
  readonly wauts: Map<string, SumoWaut>;
  readonly wautOf: Map<string, string>;
  readonly faults: Fault[];
}

/** At most so many faults are listed: a text that is no net has one on every line. */
const FAULTS_MAX = 20;
/** No signal of the world has so many lamps, no edge so many lanes. */
const INDEX_LIMIT = 10_000;

export function readSumoNet(netXml: string, additionalXml: readonly string[]): ReadSumoNet {
  const draft: Draft = {
    isLeftHand: false,
    hasRoot: false,
    edges: new Map(),
    junctions: new Map(),
    connections: [],
    connectionsFrom: new Map(),
    logics: [],
    wauts: new Map(),
    wautOf: new Map(),
    faults: [],
  };
  readText(netXml, "net", draft);
  if (draft.faults.length === 0 && !draft.hasRoot) {
    draft.faults.push({ path: "net", message: "there is no <net> element: the text is no SUMO network" });
  }
  for (const [at, text] of additionalXml.entries()) readText(text, `additional ${at + 1}`, draft);
  if (draft.faults.length > 0) return { kind: "refused", faults: draft.faults.slice(0, FAULTS_MAX) };
  return { kind: "read", net: draft };
}

function readText(text: string, file: string, draft: Draft): void {
  const parser = new SaxesParser();
  const open = createHandlers(draft, { file, line: () => parser.line });
  let failed = false;
  parser.on("error", (error) => {
    if (!failed) draft.faults.push({ path: file, message: `no well-formed XML: ${error.message}` });
    failed = true;
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (!failed) open.begin(name, attributes);
  });
  parser.on("closetag", ({ name }) => {
    if (!failed) open.end(name);
  });
  parser.write(text).close();
}

interface Place {
  readonly file: string;
  readonly line: () => number;
}

interface Handlers {
  readonly begin: (name: string, attributes: Attributes) => void;
  readonly end: (name: string) => void;
}

/** Elements that hold others are finished when they close. */
function createHandlers(draft: Draft, place: Place): Handlers {
  const read = createAttributeReader(draft, place);
  let edge: (Omit<SumoEdge, "lanes"> & { lanes: SumoLane[] }) | undefined;
  let junction: (Omit<SumoJunction, "requests"> & { requests: Map<number, Request> }) | undefined;
  let logic: (Omit<SumoLogic, "phases" | "params"> & { phases: SumoPhase[]; params: Params }) | undefined;
  let waut: (Omit<SumoWaut, "switches"> & { switches: SumoWaut["switches"][number][] }) | undefined;
  const begin: Record<string, (given: Attributes) => void> = {
    net: (given) => {
      draft.hasRoot = true;
      draft.isLeftHand = given["lefthand"] === "true" || given["lefthand"] === "1";
    },
    edge: (given) => {
      edge = { ...readEdge(given, read), lanes: [], line: place.line() };
    },
    lane: (given) => {
      edge?.lanes.push(readLane(given, read));
    },
    junction: (given) => {
      junction = { ...readJunction(given, read), requests: new Map(), line: place.line() };
    },
    request: (given) => {
      junction?.requests.set(read.index(given, "index"), {
        foes: given["foes"] ?? "",
        response: given["response"] ?? "",
      });
    },
    connection: (given) => {
      const connection = { ...readConnection(given, read), line: place.line() };
      draft.connections.push(connection);
      const laneId = `${connection.from}_${connection.fromLane}`;
      const fromLane = draft.connectionsFrom.get(laneId);
      if (fromLane === undefined) draft.connectionsFrom.set(laneId, [connection]);
      else fromLane.push(connection);
    },
    tlLogic: (given) => {
      logic = { ...readLogic(given, read), phases: [], params: {}, line: place.line(), file: place.file };
    },
    phase: (given) => {
      logic?.phases.push(readPhase(given, read));
    },
    param: (given) => {
      if (logic !== undefined && given["key"] !== undefined)
        logic.params[given["key"]] = given["value"] ?? "";
    },
    WAUT: (given) => {
      waut = { ...readWaut(given, read), switches: [] };
    },
    wautSwitch: (given) => {
      waut?.switches.push({ timeS: read.number(given, "time"), programId: read.text(given, "to") });
    },
    wautJunction: (given) => {
      draft.wautOf.set(read.text(given, "junctionID"), read.text(given, "wautID"));
    },
  };
  const end: Record<string, () => void> = {
    edge: () => {
      if (edge !== undefined) draft.edges.set(edge.id, edge);
      edge = undefined;
    },
    junction: () => {
      if (junction !== undefined) draft.junctions.set(junction.id, junction);
      junction = undefined;
    },
    tlLogic: () => {
      if (logic !== undefined) draft.logics.push(logic);
      logic = undefined;
    },
    WAUT: () => {
      if (waut !== undefined) draft.wauts.set(waut.id, waut);
      waut = undefined;
    },
  };
  return {
    begin: (name, attributes) => begin[name]?.(attributes),
    end: (name) => end[name]?.(),
  };
}

type Request = { readonly foes: string; readonly response: string };
type Params = Record<string, string>;

interface AttributeReader {
  /** The attribute, or a fault and an empty text. */
  readonly text: (given: Attributes, key: string) => string;
  /** The attribute as a finite number; a fault when it is none, `absent` when it is not there and that is given. */
  readonly number: (given: Attributes, key: string, absent?: number) => number;
  /** The attribute as a place in a list. */
  readonly index: (given: Attributes, key: string) => number;
}

function createAttributeReader(draft: Draft, place: Place): AttributeReader {
  const fault = (message: string): void => {
    draft.faults.push({ path: `${place.file}, line ${place.line()}`, message });
  };
  const readNumber: AttributeReader["number"] = (given, key, absent) => {
    const value = given[key];
    if (value === undefined && absent !== undefined) return absent;
    const parsed = value === undefined || value.trim() === "" ? Number.NaN : Number(value);
    if (Number.isFinite(parsed)) return parsed;
    fault(`${key} should be a number, found ${value === undefined ? "nothing" : `"${value}"`}`);
    return absent ?? 0;
  };
  return {
    text: (given, key) => {
      const value = given[key];
      if (value === undefined) fault(`the attribute ${key} is missing`);
      return value ?? "";
    },
    number: readNumber,
    index: (given, key) => {
      const value = readNumber(given, key);
      if (Number.isInteger(value) && value >= 0 && value < INDEX_LIMIT) return value;
      fault(`${key} should be a whole number from 0 to ${INDEX_LIMIT - 1}, found ${value}`);
      return 0;
    },
  };
}

const readEdge = (given: Attributes, read: AttributeReader): Omit<SumoEdge, "lanes" | "line"> => ({
  id: read.text(given, "id"),
  name: given["name"],
  from: given["from"] ?? "",
  to: given["to"] ?? "",
  priority: read.number(given, "priority", -1),
  function: given["function"] ?? "normal",
  crossingEdges: splitWords(given["crossingEdges"]),
});

const readLane = (given: Attributes, read: AttributeReader): SumoLane => ({
  id: read.text(given, "id"),
  index: read.index(given, "index"),
  speedMps: read.number(given, "speed"),
  lengthM: read.number(given, "length"),
  widthM: read.number(given, "width", 3.2),
  use: readUse(given),
  shape: readShape(given["shape"]),
});

const readJunction = (given: Attributes, read: AttributeReader): Omit<SumoJunction, "requests" | "line"> => ({
  id: read.text(given, "id"),
  type: given["type"] ?? "",
  x: read.number(given, "x", 0),
  y: read.number(given, "y", 0),
  incLanes: splitWords(given["incLanes"]),
});

/** A connection with link index −1 names a signal that does not control it. */
function readConnection(given: Attributes, read: AttributeReader): Omit<SumoConnection, "line"> {
  const isControlled = given["tl"] !== undefined && given["tl"] !== "" && given["linkIndex"] !== "-1";
  return {
    from: read.text(given, "from"),
    to: read.text(given, "to"),
    fromLane: read.number(given, "fromLane", 0),
    toLane: read.number(given, "toLane", 0),
    via: given["via"],
    tl: isControlled ? given["tl"] : undefined,
    linkIndex: isControlled ? read.index(given, "linkIndex") : -1,
    dir: given["dir"] ?? "s",
  };
}

const readLogic = (
  given: Attributes,
  read: AttributeReader,
): Omit<SumoLogic, "phases" | "params" | "line" | "file"> => ({
  tlId: read.text(given, "id"),
  programId: given["programID"] ?? "0",
  type: given["type"] ?? "static",
  offsetS: read.number(given, "offset", 0),
});

function readPhase(given: Attributes, read: AttributeReader): SumoPhase {
  const minDurS = given["minDur"] === undefined ? undefined : read.number(given, "minDur");
  const maxDurS = given["maxDur"] === undefined ? undefined : read.number(given, "maxDur");
  return {
    durationS: read.number(given, "duration", minDurS ?? 0),
    state: read.text(given, "state"),
    ...(minDurS === undefined ? {} : { minDurS }),
    ...(maxDurS === undefined ? {} : { maxDurS }),
  };
}

const readWaut = (given: Attributes, read: AttributeReader): Omit<SumoWaut, "switches"> => ({
  id: read.text(given, "id"),
  startProgram: given["startProg"] ?? "",
  refTimeS: read.number(given, "refTime", 0),
  periodS: given["period"] === undefined ? undefined : read.number(given, "period"),
});

const RAIL = [
  "tram",
  "rail",
  "rail_urban",
  "rail_electric",
  "rail_fast",
  "subway",
  "light_rail",
  "cable_car",
];
const BUS = ["bus", "coach", "taxi", "emergency", "authority", "army", "vip", "hov", "delivery"];

/** `allow` lists who may, `disallow` who may not; neither means everybody. */
function readUse(given: Attributes): LaneUse {
  const allow = given["allow"];
  const disallow = splitWords(given["disallow"]);
  const allowed = allow === undefined || allow === "all" ? undefined : splitWords(allow);
  const admits = (kind: string): boolean =>
    allowed === undefined ? !disallow.includes(kind) && !disallow.includes("all") : allowed.includes(kind);
  if (admits("passenger") || admits("private")) return "general";
  if (BUS.some(admits)) return "bus";
  if (RAIL.some(admits)) return "rail";
  if (admits("bicycle")) return "bicycle";
  return admits("pedestrian") ? "pedestrian" : "closed";
}

function readShape(text: string | undefined): [number, number][] {
  return splitWords(text).flatMap((point): [number, number][] => {
    const [x, y] = point.split(",").map(Number);
    return x === undefined || y === undefined || !Number.isFinite(x + y) ? [] : [[x, y]];
  });
}

const splitWords = (text: string | undefined): string[] =>
  text === undefined || text.trim() === "" ? [] : text.trim().split(/\s+/);
