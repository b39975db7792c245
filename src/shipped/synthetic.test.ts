import { expect, test } from "vitest";
import { known } from "../errors.ts";
import { getMovement } from "../network/find.ts";
import type { Intersection, Link, Network } from "../network/network.schema.ts";
import { buildCityGames } from "./city-games.ts";
import { buildDistrict } from "./district.ts";
import type { ShippedNetwork } from "./shipped-network.ts";

const district = buildDistrict();
const cityGames = buildCityGames();
const both = [
  ["district", district],
  ["city-games", cityGames],
] as const;

const sum = (values: readonly number[]): number => values.reduce((total, it) => total + it, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const shareOf = <T>(values: readonly T[], holds: (value: T) => boolean): number =>
  values.filter(holds).length / values.length;
const linksOf = (network: Network): ReadonlyMap<string, Link> =>
  new Map(network.links.map((it) => [it.id, it]));
const lengthM = (links: readonly Link[]): number => sum(links.map((it) => it.lengthM));

type Flows = ReadonlyMap<string, number>;
const flowsOf = ({ demand }: ShippedNetwork): Flows =>
  new Map(demand.flows.map((it) => [`${it.intersectionId} ${it.movementId}`, it.flowVph]));

/** The links of roads carry the road's name; side streets have none. */
const roadLinks = (network: Network): Link[] => network.links.filter((it) => it.name !== undefined);
const roadNames = (network: Network): Set<string> =>
  new Set(roadLinks(network).flatMap((it) => it.name ?? []));
/** Every road has two directions. */
const roadsKm = (network: Network): number => lengthM(roadLinks(network)) / 2000;

const routesKm = ({ network }: ShippedNetwork): number => {
  const links = linksOf(network);
  const intersections = new Map(network.intersections.map((it) => [it.id, it]));
  return sum(
    network.routes.flatMap(({ outbound }) =>
      outbound.stops.slice(0, -1).map(({ intersectionId, movementId }) => {
        const intersection = known(intersections.get(intersectionId), intersectionId);
        return (
          known(links.get(getMovement(intersection, movementId).toLinkId), "link of the route").lengthM / 1000
        );
      }),
    ),
  );
};

test("the district has 34 arterials and 194 intersections", () => {
  expect(roadNames(district.network).size).toBe(34);
  expect(district.network.routes).toHaveLength(34);
  expect(district.network.intersections).toHaveLength(194);
});

test("the city has 131 roads of 370 km, 600 signals, 210 km of routes, 24 event lanes of 142 km, to 0.5 km", () => {
  const { network } = cityGames;
  const links = linksOf(network);
  expect(roadNames(network).size).toBe(131);
  expect(Math.abs(roadsKm(network) - 370)).toBeLessThan(0.5);
  expect(network.intersections.length).toBeGreaterThanOrEqual(600);
  expect(Math.abs(routesKm(cityGames) - 210)).toBeLessThan(0.5);
  expect(network.eventLanes).toHaveLength(24);
  const lanes = network.eventLanes.flatMap((it) => it.linkIds.map((id) => known(links.get(id), id)));
  expect(Math.abs(lengthM(lanes) / 1000 - 142)).toBeLessThan(0.5);
});

test.each(both)(
  "%s: spacing is log-normal between 120 and 900 m, roads have 2 to 4 lanes",
  (_, { network }) => {
    const between = roadLinks(network).filter((it) => it.from !== undefined && it.to !== undefined);
    const spacings = between.map((it) => it.lengthM);
    expect(Math.min(...spacings)).toBeGreaterThanOrEqual(120);
    expect(Math.max(...spacings)).toBeLessThanOrEqual(900);
    const logs = spacings.map(Math.log).sort((a, b) => a - b);
    const center = mean(logs);
    const deviation = Math.sqrt(mean(logs.map((it) => (it - center) ** 2)));
    expect(deviation).toBeGreaterThan(0.3);
    expect(kolmogorovDistance(logs.map((it) => (it - center) / deviation))).toBeLessThan(0.08);
    expect([...new Set(between.map((it) => it.lanes))].sort()).toEqual([2, 3, 4]);
  },
);

test.each(both)(
  "%s: a third of the signals lie on two routes, and streets close into loops",
  (_, { network }) => {
    const routesAt = new Map<string, number>();
    for (const { intersectionId } of network.routes.flatMap((it) => it.outbound.stops)) {
      routesAt.set(intersectionId, (routesAt.get(intersectionId) ?? 0) + 1);
    }
    expect(shareOf(network.intersections, ({ id }) => (routesAt.get(id) ?? 0) >= 2)).toBeGreaterThanOrEqual(
      1 / 3,
    );
    // Connected, and more stretches between signals than a tree has: each one above it closes a loop.
    const stretches = network.links.filter((it) => it.from !== undefined && it.to !== undefined).length / 2;
    expect(countReached(network)).toBe(network.intersections.length);
    expect(stretches - (network.intersections.length - 1)).toBeGreaterThan(50);
  },
);

test.each(both)(
  "%s: dual-ring and stage plans are mixed, and peaks lean to one direction",
  (_, { network, demand }) => {
    const dual = shareOf(
      network.intersections,
      (it) => known(it.sequences[0], "sequence").rings.length === 2,
    );
    expect(dual).toBeGreaterThan(0.25);
    expect(dual).toBeLessThan(0.75);
    const flows = new Map(demand.flows.map((it) => [`${it.intersectionId} ${it.movementId}`, it.flowVph]));
    const leans = network.routes.map(({ outbound, inbound }) => {
      const [there, back] = [outbound, known(inbound, "inbound")].map(({ stops }) =>
        mean(stops.map((it) => known(flows.get(`${it.intersectionId} ${it.movementId}`), "flow"))),
      );
      return Math.abs(Math.log(known(there, "there") / known(back, "back")));
    });
    expect(shareOf(leans, (it) => it > Math.log(1.2))).toBeGreaterThan(0.5);
  },
);

test.each(both)("%s: what leaves one signal arrives at the next", (_, shipped) => {
  const { network } = shipped;
  const flows = flowsOf(shipped);
  const leaving = new Map<string, number>();
  const arriving = new Map<string, number>();
  for (const { id, approaches, movements } of network.intersections) {
    for (const movement of movements) {
      const flowVph = known(flows.get(`${id} ${movement.id}`), "flow");
      const fromLinkId = known(
        approaches.find((it) => it.id === movement.approachId),
        "approach",
      ).linkId;
      arriving.set(fromLinkId, (arriving.get(fromLinkId) ?? 0) + flowVph);
      leaving.set(movement.toLinkId, (leaving.get(movement.toLinkId) ?? 0) + flowVph);
    }
  }
  // Three movements end and three begin on a link, each rounded to whole vehicles.
  const between = network.links.filter((it) => it.from !== undefined && it.to !== undefined);
  expect(between.filter(({ id }) => Math.abs((leaving.get(id) ?? 0) - (arriving.get(id) ?? 0)) > 3)).toEqual(
    [],
  );
});

test.each(both)("%s: critical degrees of saturation spread from 0.5 to 1.05", (_, shipped) => {
  const sorted = criticalSaturations(shipped).sort((a, b) => a - b);
  expect(shareOf(sorted, (it) => it >= 0.5)).toBeGreaterThanOrEqual(0.88);
  expect(known(sorted.at(-1), "largest")).toBeLessThanOrEqual(1.05);
  expect(known(sorted.at(-1), "largest")).toBeGreaterThan(1);
  expect(shareOf(sorted, (it) => it < 0.6)).toBeGreaterThan(0.1);
  expect(shareOf(sorted, (it) => it > 0.9)).toBeGreaterThan(0.08);
});

test.each(both)(
  "%s: at a quarter of the signals some crossing needs more green than the vehicles beside it",
  (_, shipped) => {
    const { network, plan } = shipped;
    const flows = flowsOf(shipped);
    const binds = network.intersections.filter((intersection, at) => {
      const { cycleS } = known(plan.timingPlans[at], "plan");
      const ratios = phaseRatios(flows, intersection);
      return intersection.phases.some((phase) => {
        const pedestriansS = Math.max(
          0,
          ...intersection.crossings
            .filter((it) => phase.crossings.includes(it.id))
            .map((it) => it.walkS + it.clearanceS),
        );
        const vehiclesS = (known(ratios.get(phase.number), "ratio") * cycleS) / 0.9;
        return pedestriansS > Math.max(vehiclesS, phase.minGreenS);
      });
    });
    expect(binds.length / network.intersections.length).toBeGreaterThan(0.25);
  },
);

/** Largest distance between the distribution of standardized values and the normal one. */
function kolmogorovDistance(sorted: readonly number[]): number {
  return Math.max(
    ...sorted.map((value, at) => {
      const normal = normalDistribution(value);
      return Math.max(Math.abs(normal - at / sorted.length), Math.abs(normal - (at + 1) / sorted.length));
    }),
  );
}

/** Abramowitz & Stegun 26.2.17, error below 1e-7. */
function normalDistribution(value: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(value));
  const tail =
    (Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return value < 0 ? tail : 1 - tail;
}

function countReached(network: Network): number {
  const neighbors = new Map<string, string[]>();
  for (const { from, to } of network.links) {
    if (from !== undefined && to !== undefined) neighbors.set(from, [...(neighbors.get(from) ?? []), to]);
  }
  const reached = new Set<string>();
  const waiting = [known(network.intersections[0], "intersection").id];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(neighbors.get(id) ?? []));
  }
  return reached.size;
}

/** Flow ÷ saturation flow of a phase's heaviest lane group; a lane group counts where it is served first. */
function phaseRatios(flows: Flows, intersection: Intersection): Map<number, number> {
  const flowOf = (id: string) => known(flows.get(`${intersection.id} ${id}`), `flow of ${id}`);
  const seen = new Set<string>();
  return new Map(
    intersection.phases.map((phase) => {
      const served = [...phase.protectedMovements, ...phase.permittedMovements].filter((it) => !seen.has(it));
      for (const id of served) seen.add(id);
      const groups = intersection.movements.filter((it) => it.lanes > 0 && served.includes(it.id));
      const ratios = groups.map((owner) => {
        const members = intersection.movements.filter((it) => it === owner || it.sharesLanesOf === owner.id);
        return sum(members.map((it) => flowOf(it.id))) / owner.saturationFlowVph;
      });
      return [phase.number, Math.max(0, ...ratios)];
    }),
  );
}

/** Y C / (C − L) over the ring of each barrier group that has the larger flow ratio (Webster 1958). */
function criticalSaturations(shipped: ShippedNetwork): number[] {
  const flows = flowsOf(shipped);
  return shipped.network.intersections.map((intersection, at) => {
    const { cycleS } = known(shipped.plan.timingPlans[at], "plan");
    const ratios = phaseRatios(flows, intersection);
    const { rings } = known(intersection.sequences[0], "sequence");
    const critical = known(rings[0], "ring").flatMap((_, group) => {
      const paths = rings.map((ring) => known(ring[group], "group"));
      const heaviness = (path: readonly number[]) => sum(path.map((it) => ratios.get(it) ?? 0));
      return paths.reduce((most, it) => (heaviness(it) > heaviness(most) ? it : most));
    });
    const lostS = sum(
      intersection.phases
        .filter((it) => critical.includes(it.number))
        .map((it) => it.yellowS + it.redClearanceS),
    );
    return (sum(critical.map((it) => ratios.get(it) ?? 0)) * cycleS) / (cycleS - lostS);
  });
}
