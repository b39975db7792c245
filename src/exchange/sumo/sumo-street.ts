/**
 * A SUMO net (with its additional files) in: the network, what binds it to the net again, and the plans that run there
 * today. Pure and deterministic: the same texts give the same identities, so nobody needs to store the binding.
 *
 * Simulation second 0 is instant 0 of the network (time zero `epoch`), so a simulated instant in epoch ms is the
 * simulation second × 1000, and an offset is what SUMO's program has plus where the reference green begins in it.
 */
import type { Fault } from "../../errors.ts";
import type { Detector, Intersection, Network } from "../../network/network.schema.ts";
import { parseNetwork } from "../../network/parse-network.ts";
import type { TimingPlan } from "../../timing/plan.schema.ts";
import { createReportWriter, type ImportReport, type Note } from "../import-report.ts";
import { listBreaches } from "../list-breaches.ts";
import { findThroughRoutes } from "../through-routes.ts";
import { buildLinks, type SumoLinks } from "./build-links.ts";
import { type BuiltSignal, buildSignal } from "./build-signal.ts";
import { createIdMaker } from "./ids.ts";
import { readSumoNet } from "./read-sumo-net.ts";
import { listSignalParts, type SignalParts } from "./signal-parts.ts";
import type { SumoNet, SumoPhase, SumoWaut } from "./sumo-net.ts";

export interface SumoSource {
  readonly netXml: string;
  /** In the order in which SUMO loads them. */
  readonly additionalXml: readonly string[];
  readonly id: string;
  readonly name: string;
  /** Where phases come from; default `auto`. */
  readonly phases?: PhaseSource;
  /** The simulation second for which a WAUT is asked what runs; default: its first program that is not off. */
  readonly atS?: number;
}

/** `auto` takes the shipped stages where they are fit and makes phases from the foe matrix where they are not. */
export type PhaseSource = "shipped" | "conflicts" | "auto";

export interface SumoProgram {
  readonly id: string;
  /** static, actuated, delay_based, NEMA … */
  readonly type: string;
  readonly offsetS: number;
  readonly phases: readonly SumoPhase[];
}

/** One lamp of a signal: a place in its state text. An index that drives several movements is listed for each. */
export interface SumoSignalLink {
  readonly index: number;
  readonly movementId: string | undefined;
  readonly crossingId: string | undefined;
  /** The letter that no program ever changes ("O", "s", …): to be shown whatever runs. */
  readonly always: string | undefined;
}

export interface SumoSignal {
  readonly tlId: string;
  readonly intersectionId: string;
  /** Letters of a state. */
  readonly linkCount: number;
  /** All that are shipped, in the order in which they are loaded. */
  readonly programs: readonly SumoProgram[];
  /** The program of `programs` that runs today. */
  readonly currentProgramId: string | undefined;
  readonly waut: SumoWaut | undefined;
  readonly links: readonly SumoSignalLink[];
}

export interface SumoDetector {
  /** Of `network.detectors`. */
  readonly detectorId: string;
  /** A lane of the net. */
  readonly laneId: string;
  /** From the beginning of that lane, m. */
  readonly positionM: number;
}

export interface SumoStreet {
  readonly signals: readonly SumoSignal[];
  readonly detectors: readonly SumoDetector[];
}

export type ImportedSumo =
  | {
      readonly kind: "imported";
      readonly network: Network;
      readonly street: SumoStreet;
      readonly todaysPlans: readonly TimingPlan[];
      readonly report: ImportReport;
    }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] };

export function importSumo(source: SumoSource): ImportedSumo {
  const read = readSumoNet(source.netXml, source.additionalXml);
  if (read.kind === "refused") return read;
  const report = createReportWriter();
  const { net } = read;
  noteDriving(report.note, net.isLeftHand ? "right" : "left");
  const signals = buildSignals(net, listSignalParts(net, report.note), { source, note: report.note });
  if (signals === undefined) {
    return {
      kind: "refused",
      faults: [{ path: "net", message: "there is no signal for vehicles in this net" }],
    };
  }
  const { links, built } = signals;
  return finish(source, {
    intersections: built.map((it) => it.intersection),
    links: links.all.map((it) => it.link),
    detectors: built.flatMap((it) => it.detectors.map((own) => own.detector)),
    isLeftHand: net.isLeftHand,
    built,
    report: report.list(),
  });
}

/** What is taken of the way in which SUMO's vehicles drive. */
function noteDriving(note: Note, farTurn: "left" | "right"): void {
  const assume = (sentence: string): void => note({ severity: "assumption", where: "net", sentence });
  assume(
    `Every ${farTurn} turn, across oncoming traffic, has flashingYellowArrow: a driver of SUMO who turns on 'g' watches the oncoming traffic and not his own lamp, so the yellow trap does not exist there. On a real street it is to be checked for each.`,
  );
  assume(
    "Saturation flow of a lane is 0.8 · 3600 / (τ + (l + g) / v) veh/h: τ = 1 s, vehicle length and gap l + g = 7.5 m, v the speed on the way through the junction; 0.8 is what starting up and sigma = 0.5 leave of it.",
  );
  assume("Routes are streets straight on from signal to signal, at the speed limit of each link.");
}

/** Without the signals that serve nobody: links then lead through them. Undefined when none is left. */
function buildSignals(
  net: SumoNet,
  parts: readonly SignalParts[],
  of: { readonly source: SumoSource; readonly note: Note },
): { readonly links: SumoLinks; readonly built: readonly BuiltSignal[] } | undefined {
  if (parts.length === 0) return undefined;
  const { source, note } = of;
  const intersectionIds = createIdMaker();
  const intersectionIdOf = (tlId: string): string => intersectionIds.idOf(tlId);
  const links = buildLinks(net, parts, { ids: createIdMaker(), intersectionIdOf, note });
  const built = new Map<SignalParts, BuiltSignal>();
  for (const own of parts) {
    const intersectionId = intersectionIdOf(own.tlId);
    const context = { net, links, intersectionId, phases: source.phases ?? "auto", atS: source.atS, note };
    const signal = buildSignal(own, context);
    if (signal !== undefined) built.set(own, signal);
  }
  if (built.size === parts.length) return { links, built: [...built.values()] };
  for (const { tlId } of parts.filter((it) => !built.has(it))) {
    const sentence = `Signal ${tlId} gives no vehicle right of way: it is left out.`;
    note({ severity: "omitted", node: tlId, where: "tlLogic", sentence });
  }
  return buildSignals(net, [...built.keys()], of);
}

function finish(
  source: SumoSource,
  parts: {
    readonly intersections: readonly Intersection[];
    readonly links: Network["links"];
    readonly detectors: readonly Detector[];
    readonly isLeftHand: boolean;
    readonly built: readonly BuiltSignal[];
    readonly report: ImportReport;
  },
): ImportedSumo {
  const parsed = parseNetwork({
    version: 1,
    id: source.id,
    name: source.name,
    jurisdiction: "simulation",
    drivingSide: parts.isLeftHand ? "left" : "right",
    timeZone: "UTC",
    provenance: {
      kind: "imported",
      source: `SUMO network ${source.name}`,
      assumptions: parts.report
        .filter((it) => it.severity !== "warning")
        .map((it) => it.sentence.slice(0, 1000))
        .slice(0, 10_000),
    },
    intersections: parts.intersections,
    links: parts.links,
    detectors: parts.detectors,
    routes: findThroughRoutes(parts),
  });
  if (parsed.kind === "invalid") return { kind: "refused", faults: parsed.faults };
  const { network } = parsed;
  const todaysPlans = parts.built.flatMap((it) => it.todaysPlan ?? []);
  return {
    kind: "imported",
    network,
    street: {
      signals: parts.built.map((it) => it.signal),
      detectors: parts.built.flatMap((it) => it.detectors.map((own) => own.place)),
    },
    todaysPlans,
    report: [...parts.report, ...listBreaches(network, todaysPlans)],
  };
}
