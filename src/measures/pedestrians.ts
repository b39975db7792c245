/**
 * Pedestrians: services (walks begun), presses, unique presses and the volume estimated from them.
 *
 *   unique press = a press more than apartMs after the press before it of the same phase; the first of a log has none
 *                  before it and does not count
 *   H = unique presses of this and the following bins of one hour
 *   volume of a bin = (0.7167 H + 0.0599 H²) · (its unique presses ÷ H) + 1.1063 ÷ bins per hour
 *
 * The last hour's volumes lack what follows the log. Source: Singleton & Runa, Pedestrian traffic signal data accurately
 * estimates pedestrian crossing volumes, TRR 2675(6), 2021, doi 10.1177/0361198121994126.
 */
import { binStartMs, CODE, type EventLog } from "./event-log.ts";
import { type BinTotal, countByNumber, createTally, visitEvents } from "./tally.ts";

export interface PedestrianBin {
  readonly atMs: number;
  readonly phase: number;
  readonly services: number;
  readonly presses: number;
  readonly uniquePresses: number;
  readonly volume: number;
}

export interface PedestrianOptions {
  readonly binMs: number;
  /** Published: 15 000. */
  readonly apartMs: number;
  /** The first and the last bin of the answer start at or before these instants. */
  readonly fromMs: number;
  readonly toMs: number;
}

const HOUR_MS = 3_600_000;

/** Every bin of every phase that had a service or a press, by bin, then phase. */
export function measurePedestrians(log: EventLog, options: PedestrianOptions): PedestrianBin[] {
  const { binMs, apartMs } = options;
  const services = countByNumber(log, [CODE.walkBegin, CODE.overlapWalkBegin], binMs);
  const presses = countByNumber(log, [CODE.buttonOn], binMs);
  const unique = countUniquePresses(log, { binMs, apartMs });
  const phases = [...new Set([...services, ...presses].map((it) => it.number))].sort((a, b) => a - b);
  const servicesOf = indexTotals(services);
  const pressesOf = indexTotals(presses);
  const uniqueOf = indexTotals(unique);
  const bins: PedestrianBin[] = [];
  for (let atMs = binStartMs(options.fromMs, binMs); atMs <= options.toMs; atMs += binMs) {
    for (const phase of phases) {
      const uniquePresses = uniqueOf(atMs, phase);
      let hourly = 0;
      for (let ahead = 0; ahead < HOUR_MS; ahead += binMs) hourly += uniqueOf(atMs + ahead, phase);
      bins.push({
        atMs,
        phase,
        services: servicesOf(atMs, phase),
        presses: pressesOf(atMs, phase),
        uniquePresses,
        volume: estimateVolume(uniquePresses, hourly) + (1.1063 * binMs) / HOUR_MS,
      });
    }
  }
  return bins;
}

export function countUniquePresses(
  log: EventLog,
  { binMs, apartMs }: Pick<PedestrianOptions, "binMs" | "apartMs">,
): BinTotal[] {
  const tally = createTally(binMs);
  const last = new Map<number, number>();
  visitEvents(log, [CODE.buttonOn], (atMs, _, phase) => {
    if (atMs - (last.get(phase) ?? atMs) > apartMs) tally.add(atMs, phase, 1);
    last.set(phase, atMs);
  });
  return tally.list();
}

const estimateVolume = (unique: number, hourly: number): number =>
  hourly === 0 ? 0 : (0.7167 + 0.0599 * hourly) * unique;

function indexTotals(totals: readonly BinTotal[]): (atMs: number, phase: number) => number {
  const counts = new Map(totals.map((it) => [`${it.atMs} ${it.number}`, it.count]));
  return (atMs, phase) => counts.get(`${atMs} ${phase}`) ?? 0;
}
