import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildDistrict } from "../../shipped/district.ts";
import { buildSites } from "../../timing/site.ts";
import { measureBand } from "../../traffic/measure-band.ts";
import { listSafeSequences } from "../route/signal-alternatives.ts";
import { buildNetworkBandProblem, listChosenPlans, listRunningChoices } from "./network-routes.ts";
import { solveNetworkBands } from "./solve-network-bands.ts";

test("crossing roads of a district: the chosen plans have the bands that are claimed, and more than today's", () => {
  const { network, plan } = buildDistrict();
  const index = buildNetworkIndex(network);
  const sites = buildSites(network);
  const alternatives = new Map(
    plan.timingPlans.map((it) => [
      it.intersectionId,
      listSafeSequences(known(sites.get(it.intersectionId), "site"), it),
    ]),
  );
  const routes = network.routes.slice(0, 8);
  const wishes = routes.map(({ id }) => ({
    routeId: id,
    weights: { outbound: 2, inbound: 1 },
    floorsS: { outbound: 0, inbound: 0 },
  }));
  const setting = buildNetworkBandProblem({ index, wishes, alternatives });
  const start = listRunningChoices(setting, alternatives);
  const answer = solveNetworkBands(setting.problem, { seed: 1, start });
  const today = solveNetworkBands(setting.problem, { seed: 1, start, scanLimit: 0, solveLimit: 0 });
  if (answer.kind !== "solved" || today.kind !== "solved") throw new Error("no floors were asked for");
  expect(answer.value).toBeGreaterThanOrEqual(today.value);
  expect(answer.value).toBeLessThanOrEqual(answer.bound);
  const chosen = listChosenPlans(setting, alternatives, answer.signals);
  const timingPlans = new Map(chosen.map((it) => [it.intersectionId, it]));
  for (const [at, route] of routes.entries()) {
    for (const name of ["outbound", "inbound"] as const) {
      const direction = known(route[name], "direction");
      const band = measureBand({ index, direction, timingPlans });
      expect(answer.bandwidthS[at]?.[name]).toBeCloseTo(band.kind === "band" ? band.bandwidthS : 0, 6);
    }
  }
});
