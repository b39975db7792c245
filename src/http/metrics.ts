/** What Prometheus reads at /metrics. One registry per service, so that several can live in one process. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { IngestAnswer } from "../control/ingest-counts.ts";

/** Asked for at each scrape. */
export interface Gauges {
  readonly poolWaiting: () => number;
  readonly poolRunning: () => number;
  readonly listControllers: () => readonly { readonly state: string }[];
}

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "greenwave_" });
  const counts = new Counter({
    name: "greenwave_counts_total",
    help: "Detector counts received, by what became of them",
    labelNames: ["status"],
    registers,
  });
  return {
    registry,
    observeIngest({ received: _, records: __, ...totals }: IngestAnswer): void {
      for (const [status, count] of Object.entries(totals)) counts.inc({ status }, count);
    },
    solves: new Counter({
      name: "greenwave_solves_total",
      help: "Solves asked for, by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    solveDuration: new Histogram({
      name: "greenwave_solve_seconds",
      help: "Time of a solve, its wait included, s",
      buckets: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    publishes: new Counter({
      name: "greenwave_publishes_total",
      help: "Publishes of plans, by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    requestDuration: new Histogram({
      name: "greenwave_http_request_seconds",
      help: "Time of an HTTP request, s",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    watch(gauges: Gauges): void {
      new Gauge({
        name: "greenwave_pool_waiting",
        help: "Tasks that wait for a worker",
        registers,
        collect() {
          this.set(gauges.poolWaiting());
        },
      });
      new Gauge({
        name: "greenwave_pool_running",
        help: "Tasks that run in a worker",
        registers,
        collect() {
          this.set(gauges.poolRunning());
        },
      });
      new Gauge({
        name: "greenwave_controllers",
        help: "Controllers by state",
        labelNames: ["state"],
        registers,
        collect() {
          this.reset();
          for (const { state } of gauges.listControllers()) this.inc({ state });
        },
      });
    },
  };
}
