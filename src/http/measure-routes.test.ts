import { afterEach, beforeEach, expect, test } from "vitest";
import type { SignalEvent } from "../measures/event-log.ts";
import { listPhasesServing, listSignalDetectors } from "../measures/network-detectors.ts";
import {
  buildNetworkIndex,
  getIntersection,
  getLinkToStop,
  getMovement,
  runningSpeedOf,
} from "../network/find.ts";
import { buildSampleNetwork } from "../network/sample-network.test-support.ts";
import { openSampleApp, START_MS, type TestApp } from "./open-test-app.test-support.ts";

const index = buildNetworkIndex(buildSampleNetwork());
const [first] = index.network.intersections;
if (first === undefined) throw new Error("the sample network has no intersection");
const intersectionId = first.id;
const network = "/api/v1/networks/sample";
const signal = `${network}/intersections/${intersectionId}`;
const advance = listSignalDetectors(index, first).find((it) => it.uses.includes("advance"));
if (advance === undefined) throw new Error("the sample network has no advance detector");
const [phase = 0] = advance.phases;

/** Ten cycles of 60 s with 20 s green; one vehicle early in green, three late in red. */
const EVENTS: readonly SignalEvent[] = Array.from({ length: 10 }, (_, cycle) => {
  const greenAtMs = START_MS - 900_000 + cycle * 60_000;
  const lamps = [
    { atMs: greenAtMs, code: 1, number: phase },
    { atMs: greenAtMs + 20_000, code: 8, number: phase },
    { atMs: greenAtMs + 24_000, code: 10, number: phase },
  ];
  const arrivals = [5, 40, 45, 50].map((s) => ({
    atMs: greenAtMs + s * 1000,
    code: 82,
    number: advance.channel,
  }));
  return [...lamps, ...arrivals];
}).flat();

let app: TestApp;
beforeEach(async () => {
  app = await openSampleApp();
  await app.store.insertSignalEvents({ networkId: "sample", intersectionId, events: EVENTS, keptFromMs: 0 });
});
afterEach(() => app.close());

test("a signal's measures are computed from its events, which count once however often they come", async () => {
  await app.store.insertSignalEvents({ networkId: "sample", intersectionId, events: EVENTS, keptFromMs: 0 });
  const answer = await app.send({ as: "engineer", method: "GET", url: `${signal}/measures` });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    fromMs: START_MS - 900_000,
    arrivals: [{ atMs: START_MS - 900_000, phase, arrivals: 40, onGreen: 10, share: 0.25 }],
    actuations: [{ number: advance.channel, count: 40 }],
  });
  const diagram = await app.send({ as: "engineer", method: "GET", url: `${signal}/diagram` });
  expect(diagram.json().points).toHaveLength(40);
  expect(diagram.json().points[1]).toMatchObject({ phase, inCycleS: 40, state: "red", cycleS: 60 });
});

test("a virtual vehicle takes the time of its links and of the reds that it meets", async () => {
  const route = { ...index.network.routes[0] };
  const stops = route.outbound?.stops ?? [];
  const lamps = Array.from({ length: 20 }, (_, cycle) => START_MS - 900_000 + cycle * 60_000);
  for (const { intersectionId: stop, movementId } of stops) {
    const intersection = getIntersection(index, stop);
    const [served = 0] = listPhasesServing(intersection, [getMovement(intersection, movementId)]);
    const events = lamps.flatMap((atMs) => [
      { atMs, code: 1, number: served },
      { atMs: atMs + 20_000, code: 8, number: served },
      { atMs: atMs + 24_000, code: 10, number: served },
    ]);
    await app.store.insertSignalEvents({ networkId: "sample", intersectionId: stop, events, keptFromMs: 0 });
  }
  const url = `${network}/routes/${route.id}/travel-times`;
  const answer = await app.send({ as: "engineer", method: "GET", url });
  expect(answer.statusCode).toBe(200);
  const [trip] = answer.json().outbound;
  const freeS = stops
    .map((stop) => getLinkToStop(index, stop))
    .reduce((sum, link) => sum + link.lengthM / runningSpeedOf(link), 0);
  expect(trip.travelS - trip.delayS).toBeCloseTo(freeS, 6);
  expect(trip.stops).toBeGreaterThan(0);
  expect(
    (await app.send({ as: "engineer", method: "GET", url: `${network}/routes/none/travel-times` }))
      .statusCode,
  ).toBe(404);
});

test("a hot spot is ranked by what it costs and keeps its owner and plan", async () => {
  const ask = async () => {
    const answer = await app.send({ as: "approver", method: "GET", url: `${network}/hot-spots` });
    expect(answer.statusCode).toBe(200);
    return answer.json().hotSpots;
  };
  const [spot] = await ask();
  expect(spot).toMatchObject({
    id: `${intersectionId}/${phase}/lateArrivals`,
    kind: "lateArrivals",
    value: 0.75,
  });
  expect(spot.lostHoursPerHour).toBeGreaterThan(0);
  const note = { owner: "Ann", plan: "offset 12 s earlier", state: "planned" };
  const url = `${network}/hot-spots/${spot.id}`;
  expect((await app.send({ as: "approver", method: "PUT", url, body: note })).statusCode).toBe(403);
  const put = await app.send({ as: "engineer", method: "PUT", url, body: note });
  expect(put.json()).toEqual({ ...note, hotSpotId: spot.id, changedBy: "engineer-1", changedAtMs: START_MS });
  expect((await ask())[0].note).toEqual(put.json());
  const notes = await app.send({ as: "approver", method: "GET", url: `${network}/hot-spot-notes` });
  expect(notes.json().notes).toEqual([put.json()]);
  const audit = await app.send({ as: "admin", method: "GET", url: "/api/v1/audit" });
  expect(audit.json().entries[0]).toMatchObject({ action: "hotSpot.put", actorId: "engineer-1" });
});

test.each([
  { name: "an unknown network", url: "/api/v1/networks/none/hot-spots", status: 404 },
  { name: "an unknown intersection", url: `${network}/intersections/none/measures`, status: 404 },
  { name: "a window of more than a day", url: `${signal}/measures?fromMs=0`, status: 400 },
  { name: "an empty window", url: `${signal}/diagram?fromMs=5&toMs=5`, status: 400 },
  { name: "a bin of no length", url: `${signal}/measures?binMin=0`, status: 400 },
])("$name is refused", async ({ url, status }) => {
  expect((await app.send({ as: "engineer", method: "GET", url })).statusCode).toBe(status);
});

test("a window of too many events or bins is refused", async () => {
  const window = `fromMs=${START_MS - 86_400_000}&toMs=${START_MS}`;
  const bins = await app.send({
    as: "engineer",
    method: "GET",
    url: `${signal}/measures?binMin=1&${window}`,
  });
  expect(bins.statusCode).toBe(400);
  expect(bins.json().faults).toMatchObject([{ path: "binMin" }]);
  for (let hour = 0; hour < 21; hour++) {
    const events = Array.from({ length: 20_000 }, (_, at) => ({
      atMs: START_MS - (hour + 1) * 3_600_000 + at * 150,
      code: at % 2 === 0 ? 82 : 81,
      number: advance.channel,
    }));
    await app.store.insertSignalEvents({ networkId: "sample", intersectionId, events, keptFromMs: 0 });
  }
  for (const url of [
    `${signal}/measures?${window}`,
    `${signal}/diagram?${window}`,
    `${network}/hot-spots?${window}`,
  ]) {
    const answer = await app.send({ as: "engineer", method: "GET", url });
    expect([url, answer.statusCode]).toEqual([url, 413]);
  }
});

test("a hot spot of an intersection or phase that is not there gets no note", async () => {
  const body = { owner: "Anna", plan: "Longer green", state: "open" };
  for (const where of [`nowhere/${phase}`, `a%2Fb/${phase}`, `${intersectionId}/31`]) {
    const url = `${network}/hot-spots/${where}/capacity`;
    expect((await app.send({ as: "engineer", method: "PUT", url, body })).statusCode).toBe(404);
  }
});
