import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { buildNetworkIndex } from "../network/find.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { advanceWatch } from "./advance-watch.ts";
import { ADAPT_CONFIDENCE } from "./confidence.ts";
import { createDetectorWatch } from "./detector-watch.ts";
import { estimateFlows } from "./estimate-flows.ts";
import { forecastCounts } from "./forecast-counts.ts";
import { listWatchedDetectors } from "./list-watched-detectors.ts";

const HOUR_MS = 3_600_000;
const SLOT_MS = 900_000;
const index = buildNetworkIndex(buildSampleNetwork());
/** Monday, 2 October 2023. */
const FROM_MS = Date.UTC(2023, 9, 2);
const TO_MS = FROM_MS + 106 * HOUR_MS;

/** Flows forecast after four days and a morning of counts, of which some detectors were silent since midnight. */
function forecastFlows(isSilent: (detectorId: string) => boolean) {
  const detectors = listWatchedDetectors(index);
  const calendar = { timeZone: "UTC", slotS: SLOT_MS / 1000, holidays: new Set<string>() };
  let watch = createDetectorWatch({ detectors, calendar, fromMs: FROM_MS });
  for (let startMs = FROM_MS; startMs < TO_MS; startMs += SLOT_MS) {
    const counts = detectors
      .filter((it) => startMs < FROM_MS + 96 * HOUR_MS || !isSilent(it.detectorId))
      .map(({ detectorId }, at) => ({
        detectorId,
        startAtMs: startMs,
        durationS: SLOT_MS / 1000,
        countVeh: 60 + 4 * at + ((startMs / SLOT_MS + at * 7) % 5),
      }));
    watch = advanceWatch(watch, { counts, toMs: startMs + SLOT_MS }).watch;
  }
  const window = { fromMs: TO_MS, toMs: TO_MS + 2 * SLOT_MS };
  return estimateFlows({ index, counts: forecastCounts(watch), window, prior: [] });
}

test("a dead detector leaves the flows forecast as they are and lowers confidence where it counts", () => {
  const dead = known(
    index.network.detectors.find((it) => it.type === "stopLine"),
    "detector",
  );
  const { intersection } = known(index.arrivals.get(dead.linkId), "arrival");
  const sound = forecastFlows(() => false);
  const flows = forecastFlows((it) => it === dead.id);
  for (const [at, flow] of flows.entries()) {
    const before = known(sound[at], "flow");
    expect(flow.flowVph).toBeGreaterThan(0.8 * before.flowVph);
    const isHere = flow.intersectionId === intersection.id && dead.movementIds?.includes(flow.movementId);
    if (isHere) expect(flow.confidence).toBeLessThan(before.confidence);
  }
});

test("where all detectors are dead no flow is sure enough to adapt to", () => {
  for (const { confidence } of forecastFlows(() => true)) expect(confidence).toBeLessThan(ADAPT_CONFIDENCE);
});
