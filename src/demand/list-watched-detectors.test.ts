import { expect, test } from "vitest";
import { buildNetworkIndex } from "../network/find.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { createDetectorWatch } from "./detector-watch.ts";
import { listWatchedDetectors } from "./list-watched-detectors.ts";

test("every detector of a network can be watched, at its intersection and on its route", () => {
  const network = buildSampleNetwork();
  const detectors = listWatchedDetectors(buildNetworkIndex(network));
  expect(detectors.map((it) => it.detectorId)).toEqual(network.detectors.map((it) => it.id));
  const sites = new Set(network.intersections.map((it) => it.id));
  for (const { siteId, areaId } of detectors) {
    expect(sites).toContain(siteId);
    expect(areaId).toBe(`route ${network.routes[0]?.id}`);
  }
  const calendar = { timeZone: network.timeZone, slotS: 300, holidays: new Set<string>() };
  expect(createDetectorWatch({ detectors, calendar, fromMs: 0 }).positions.size).toBe(detectors.length);
});
