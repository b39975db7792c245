import { expect, test } from "vitest";
import { createSeededRandom, type SeededRandom } from "../network/seeded-random.ts";
import { uniformDelayS } from "./hcm-delay.ts";
import { findOverflow } from "./overflow.ts";

const PERIOD_S = 900;
const isFull = process.env["GREENWAVE_FULL"] === "1";

/**
 * One signal with single vehicles: random arrivals from a cycle and a half before the period on, headways of 1/s from a
 * random part of one after each start of green on. Answers the mean delay of those who come in the period, and who leaves.
 */
function runSignal(
  random: SeededRandom,
  of: { cycleS: number; greenS: number; flowVps: number; queueVeh: number },
) {
  const { cycleS, greenS, flowVps, queueVeh } = of;
  const headwayS = 2;
  const phaseS = cycleS * random.uniform();
  let nextS = 0;
  const earliestS = (fromS: number): number => {
    const at = Math.max(fromS, nextS);
    const sinceS = (((at - phaseS) % cycleS) + cycleS) % cycleS;
    return sinceS < greenS ? at : at - sinceS + cycleS + headwayS * random.uniform();
  };
  // What stands there at the last end of green before the period; those who come since then are behind it.
  const lastEndS = Math.floor((0 - phaseS - greenS) / cycleS) * cycleS + phaseS + greenS;
  nextS = lastEndS;
  let left = 0;
  const serve = (arriveS: number): number => {
    const atS = earliestS(arriveS);
    nextS = atS + headwayS;
    if (atS >= 0 && atS < PERIOD_S) left += 1;
    return atS - arriveS;
  };
  for (let vehicle = 0; vehicle < queueVeh; vehicle++) serve(lastEndS);
  let [delayS, arrivals] = [0, 0];
  for (
    let at = lastEndS + random.exponential(1 / flowVps);
    at < PERIOD_S;
    at += random.exponential(1 / flowVps)
  ) {
    const waitedS = serve(at);
    if (at < 0) continue;
    delayS += waitedS;
    arrivals += 1;
  }
  return { delayS, arrivals, left };
}

test("delay of a fixed-time signal is that of single vehicles with random arrivals, at every load", () => {
  const random = createSeededRandom(61);
  for (const cycleS of [60, 110]) {
    for (const greenRatio of [0.25, 0.6]) {
      for (const [x, queueVeh] of [
        [0.3, 0],
        [0.6, 0],
        [0.6, 8],
        [0.8, 0],
        [0.9, 0],
        [1, 0],
        [1, 6],
        [1.1, 0],
      ] as const) {
        const greenS = greenRatio * cycleS;
        const flowVps = (x * greenRatio) / 2;
        let [delayS, arrivals, left] = [0, 0, 0];
        for (let run = 0; run < (isFull ? 4000 : 800); run++) {
          const seen = runSignal(random, { cycleS, greenS, flowVps, queueVeh });
          delayS += seen.delayS;
          arrivals += seen.arrivals;
          left += seen.left;
        }
        const overflow = findOverflow({
          flowVph: 3600 * flowVps,
          capacityVph: 1800 * greenRatio,
          cycleS,
          greenRatio,
          dischargeVeh2: 0,
          filteringFactor: 1,
          initialQueueVeh: queueVeh,
        });
        const expected =
          overflow.delayS + uniformDelayS({ cycleS, effectiveGreenS: greenS, degreeOfSaturation: x });
        const error = expected / (delayS / arrivals) - 1;

        expect(Math.abs(error), `${cycleS} s, ${greenRatio}, x ${x}, queue ${queueVeh}`).toBeLessThan(
          isFull ? 0.055 : 0.07,
        );
        expect(Math.abs(overflow.servedRatio / (left / arrivals) - 1)).toBeLessThan(0.02);
      }
    }
  }
});
