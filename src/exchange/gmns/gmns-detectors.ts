/** Detectors of the tables on the lanes of the network, numbered from the kerb there. */
import type { Detector, Network } from "../../network/network.schema.ts";
import type { GmnsStreams, StreamContext } from "./gmns-streams.ts";
import type { GmnsRow } from "./gmns-tables.ts";

/** Beyond this a detector counts as an advance detector, m. */
const STOP_LINE_M = 12;

export function listGmnsDetectors(
  streams: GmnsStreams,
  controllerId: string,
  context: StreamContext,
): Detector[] {
  return [...context.tables("signal_detector").values()]
    .filter((it) => it.text("controller_id") === controllerId)
    .flatMap((row) => toDetector(row, streams, context) ?? []);
}

function toDetector(
  row: GmnsRow,
  streams: GmnsStreams,
  { units, chains, note, drivingSide }: StreamContext,
): Detector | undefined {
  const link = streams.arrivals.get(row.text("link_id") ?? "");
  const start = row.number("start_lane") ?? 0;
  const end = row.number("end_lane") ?? start;
  const lanes = (link?.lanes ?? []).flatMap((lane, at, all) =>
    lane < Math.min(start, end) || lane > Math.max(start, end)
      ? []
      : [kerbNumber(at, all.length, drivingSide)],
  );
  if (link === undefined || lanes.length === 0) {
    const sentence = `Detector ${row.id} lies on no lane for vehicles of an approach: it is left out.`;
    note({
      severity: "omitted",
      node: row.text("controller_id") ?? "",
      where: row.place("start_lane"),
      sentence,
    });
    return undefined;
  }
  const setbackM = Math.abs(row.number("det_zone_front") ?? row.number("det_zone_lr") ?? 0) * units.shortM;
  return {
    id: `det-${row.id}`,
    linkId: chains.arriving(link).id,
    lanes: lanes.sort((a, b) => a - b),
    setbackM: Math.round(setbackM * 100) / 100,
    type: setbackM > STOP_LINE_M ? "advance" : "stopLine",
  };
}

const kerbNumber = (fromLeft: number, count: number, side: Network["drivingSide"]): number =>
  side === "right" ? count - fromLeft : fromLeft + 1;
