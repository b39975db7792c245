/**
 * Judges an import by the text of the net alone: it shares no code with the importer and reads XML with patterns.
 *
 * Rows of the foe matrix are found by the inner lane of a connection (`:junction_a_b` is row a + b). A fault is a pair of
 * foes that an intersection may protect together although no shipped state shows priority to both, a lamp that some
 * program gives green and that no phase serves, and a detector off its lane.
 */
import { known } from "../../errors.ts";
import type { Intersection } from "../../network/network.schema.ts";
import type { ImportedSumo, SumoSignal } from "./sumo-street.ts";

type Ok = Extract<ImportedSumo, { kind: "imported" }>;

interface Row {
  readonly junction: string;
  readonly row: number;
}

export function judgeStreet(imported: Ok, netXml: string, additionalXml: readonly string[]): string[] {
  const rows = readRows(netXml);
  const foes = readFoes(netXml);
  const states = [netXml, ...additionalXml].map(readStates);
  const used = new Set(
    [...netXml.matchAll(/<connection [^>]*tl="[^>]*>/g)].map(
      ([tag]) => `${attribute(tag, "tl")} ${attribute(tag, "linkIndex")}`,
    ),
  );
  return imported.street.signals.flatMap((signal) => {
    const intersection = known(
      imported.network.intersections.find((it) => it.id === signal.intersectionId),
      signal.intersectionId,
    );
    const own = states.flatMap((it) => it.get(signal.tlId) ?? []);
    return [
      ...judgeProtected({ signal, intersection, rows, foes, states: own }),
      ...judgeServed({ signal, intersection, states: own, used }),
    ].map((it) => `${signal.tlId}: ${it}`);
  });
}

function judgeProtected(of: {
  readonly signal: SumoSignal;
  readonly intersection: Intersection;
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  readonly foes: ReadonlyMap<string, string>;
  readonly states: readonly string[];
}): string[] {
  const { signal, intersection } = of;
  const faults = new Set<string>();
  for (const [first, second] of listTogether(intersection)) {
    for (const a of indicesOf(signal, first)) {
      for (const b of indicesOf(signal, second)) {
        if (!areFoes(of, `${signal.tlId} ${a}`, `${signal.tlId} ${b}`)) continue;
        if (of.states.some((it) => it[a] === "G" && it[b] === "G")) continue;
        faults.add(`links ${a} and ${b} are foes and may be protected together`);
      }
    }
  }
  return [...faults];
}

function areFoes(
  {
    rows,
    foes,
  }: { readonly rows: ReadonlyMap<string, readonly Row[]>; readonly foes: ReadonlyMap<string, string> },
  a: string,
  b: string,
): boolean {
  return (rows.get(a) ?? []).some((one) =>
    (rows.get(b) ?? []).some((other) => {
      const bits = foes.get(`${one.junction} ${one.row}`) ?? "";
      return one.junction === other.junction && bits[bits.length - 1 - other.row] === "1";
    }),
  );
}

/** Pairs of movements that are protected in one phase, or in phases of two rings between the same barriers. */
function listTogether({ phases, sequences }: Intersection): [string, string][] {
  const ofPhase = new Map(phases.map((it) => [it.number, it.protectedMovements]));
  const pairs: [string, string][] = [];
  const add = (x: number, y: number): void => {
    for (const a of ofPhase.get(x) ?? []) for (const b of ofPhase.get(y) ?? []) pairs.push([a, b]);
  };
  for (const { number } of phases) add(number, number);
  for (const { rings } of sequences) {
    for (const [at, ring] of rings.entries()) {
      for (const other of rings.slice(at + 1)) {
        for (const [group, numbers] of ring.entries()) {
          for (const x of numbers) for (const y of other[group] ?? []) add(x, y);
        }
      }
    }
  }
  return pairs;
}

const indicesOf = ({ links }: SumoSignal, movementId: string): number[] =>
  links.filter((it) => it.movementId === movementId).map((it) => it.index);

function judgeServed(of: {
  readonly signal: SumoSignal;
  readonly intersection: Intersection;
  readonly states: readonly string[];
  /** Signals and link indices that a connection names. */
  readonly used: ReadonlySet<string>;
}): string[] {
  const { phases, movements } = of.intersection;
  const served = new Set(
    phases.flatMap((it) => [...it.protectedMovements, ...it.permittedMovements, ...it.crossings]),
  );
  return of.signal.links.flatMap(({ index, movementId, crossingId, always }) => {
    const everGreen = of.states.some((it) => /[Gg]/.test(it[index] ?? ""));
    const onRed = movements.some((it) => it.id === movementId && it.rightTurnOnRed);
    const isServed = served.has(movementId ?? crossingId ?? "") || always !== undefined || onRed;
    return everGreen && of.used.has(`${of.signal.tlId} ${index}`) && !isServed
      ? [`link ${index} has green in a program and no phase`]
      : [];
  });
}

/** Detectors that lie off their lane, or whose setback is not what was asked for. */
export function judgeDetectors({ network, street }: Ok, netXml: string): string[] {
  const lengths = new Map(
    [...netXml.matchAll(/<lane id="([^"]*)"[^>]* length="([^"]*)"/g)].map((it) => [it[1], Number(it[2])]),
  );
  const faults = street.detectors
    .filter(({ laneId, positionM }) => !(positionM >= 0 && positionM <= (lengths.get(laneId) ?? -1)))
    .map((it) => `${it.detectorId} lies at ${it.positionM} m of lane ${it.laneId}`);
  const setbacks = network.detectors
    .filter((it) => (it.type === "stopLine" ? it.setbackM > 3 : it.setbackM < 20 || it.setbackM > 60))
    .map((it) => `${it.id} lies ${it.setbackM} m from the stop line`);
  return [...faults, ...setbacks];
}

function readRows(netXml: string): Map<string, Row[]> {
  const rows = new Map<string, Row[]>();
  for (const [tag] of netXml.matchAll(/<connection [^>]*>/g)) {
    const tl = attribute(tag, "tl");
    const inner = /^:(.*)_(\d+)_(\d+)$/.exec(attribute(tag, "via") ?? "");
    if (tl === undefined || inner === null) continue;
    const key = `${tl} ${attribute(tag, "linkIndex")}`;
    const row = { junction: inner[1] ?? "", row: Number(inner[2]) + Number(inner[3]) };
    rows.set(key, [...(rows.get(key) ?? []), row]);
  }
  return rows;
}

function readFoes(netXml: string): Map<string, string> {
  const foes = new Map<string, string>();
  let junction = "";
  for (const [tag] of netXml.matchAll(/<(?:junction|request) [^>]*>/g)) {
    if (tag.startsWith("<junction")) junction = attribute(tag, "id") ?? "";
    else foes.set(`${junction} ${attribute(tag, "index")}`, attribute(tag, "foes") ?? "");
  }
  return foes;
}

function readStates(xml: string): Map<string, string[]> {
  const states = new Map<string, string[]>();
  let tl = "";
  for (const [tag] of xml.matchAll(/<(?:tlLogic|phase) [^>]*>/g)) {
    if (tag.startsWith("<tlLogic")) tl = attribute(tag, "id") ?? "";
    else states.set(tl, [...(states.get(tl) ?? []), attribute(tag, "state") ?? ""]);
  }
  return states;
}

const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
