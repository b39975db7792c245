/** What every import gives: a checked network, the plan that runs there today, its demand, and the report. */
import type { Demand } from "../demand/demand.schema.ts";
import type { Fault } from "../errors.ts";
import type { Jurisdiction, Network } from "../network/network.schema.ts";
import { parseNetwork } from "../network/parse-network.ts";
import type { CoordinationPlan } from "../timing/plan.schema.ts";
import type { ImportReport, Note, ReportWriter } from "./import-report.ts";

export interface ImportOptions {
  /** Identity of the network; letters, digits and . _ : - only. */
  readonly networkId: string;
  /** Default: the identity. */
  readonly name?: string;
  /** Where the text came from, for the provenance. */
  readonly source: string;
  /** Default `us-mutcd`. */
  readonly jurisdiction?: Jurisdiction;
  /** Default `right`. */
  readonly drivingSide?: "right" | "left";
  /** IANA name; default `UTC`. */
  readonly timeZone?: string;
  /** Lease of the plan that runs today, epoch ms. */
  readonly validUntilMs: number;
}

export type Imported =
  | {
      readonly kind: "ok";
      readonly network: Network;
      readonly plan: CoordinationPlan;
      readonly demand: Demand;
      readonly report: ImportReport;
    }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

/** Puts the parts together, states the defaults that were taken, and checks the network as any other file. */
export function finishImport(
  options: ImportOptions,
  parts: {
    readonly street: Pick<Network, "intersections" | "links" | "detectors" | "routes">;
    readonly timingPlans: CoordinationPlan["timingPlans"];
    readonly flows: Demand["flows"];
    readonly demandName: string;
    readonly report: ReportWriter;
  },
): Imported {
  const { report } = parts;
  noteDefaults(options, report.note);
  const assumptions = report.list().filter((it) => it.severity !== "warning");
  const parsed = parseNetwork({
    version: 1,
    id: options.networkId,
    name: options.name ?? options.networkId,
    jurisdiction: options.jurisdiction ?? "us-mutcd",
    drivingSide: options.drivingSide ?? "right",
    timeZone: options.timeZone ?? "UTC",
    provenance: {
      kind: "imported",
      source: options.source,
      assumptions: assumptions.map((it) => it.sentence.slice(0, 1000)).slice(0, 10_000),
    },
    ...parts.street,
  });
  if (parsed.kind === "invalid") return parsed;
  const { networkId, validUntilMs } = options;
  return {
    kind: "ok",
    network: parsed.network,
    plan: {
      version: 1,
      id: `${networkId}-running`.slice(0, 64),
      networkId,
      revision: 1,
      name: "Running today, as imported",
      timingPlans: parts.timingPlans,
      validUntilMs,
      fallback: "local",
    },
    demand: { version: 1, networkId, name: parts.demandName.slice(0, 200), flows: parts.flows },
    report: report.list(),
  };
}

function noteDefaults(options: ImportOptions, note: Note): void {
  const assume = (sentence: string): void => note({ severity: "assumption", where: "file", sentence });
  if (options.jurisdiction === undefined) assume("The jurisdiction is taken as us-mutcd.");
  if (options.drivingSide === undefined) assume("Traffic is taken to drive on the right.");
  if (options.timeZone === undefined) assume("The time zone is taken as UTC.");
}
