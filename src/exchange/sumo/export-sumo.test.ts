import { expect, test } from "vitest";
import { known } from "../../errors.ts";
import { buildNetworkIndex } from "../../network/find.ts";
import { buildSampleNetwork } from "../../network/sample-network.test-support.ts";
import { holds } from "../../timing/cycle.ts";
import { buildMovementGreens } from "../../timing/phase-times.ts";
import { buildSamplePlan } from "../../timing/sample-plan.test-support.ts";
import { exportSumo } from "./export-sumo.ts";
import type { SumoSignal } from "./sumo-street.ts";

const index = buildNetworkIndex(buildSampleNetwork());
const { timingPlans } = buildSamplePlan();

/** One link per movement, in their order. */
const signals: SumoSignal[] = index.network.intersections.map((it) => ({
  tlId: `tl & ${it.id}`,
  intersectionId: it.id,
  linkCount: it.movements.length,
  programs: [{ id: "greenwave", type: "static", offsetS: 0, phases: [] }],
  currentProgramId: "greenwave",
  waut: undefined,
  links: it.movements.map((movement, at) => ({
    index: at,
    movementId: movement.id,
    crossingId: undefined,
    always: undefined,
  })),
}));

/** What SUMO would show at a second, from the text alone. */
function readPrograms(text: string) {
  return [
    ...text.matchAll(/<tlLogic id="([^"]*)"[^>]*programID="([^"]*)" offset="(\d+)">(.*?)<\/tlLogic>/gs),
  ].map(([, id = "", programId = "", offset, body = ""]) => {
    const states = [...body.matchAll(/<phase duration="(\d+)" state="([^"]*)"/g)].flatMap(
      ([, duration, state = ""]) => new Array<string>(Number(duration)).fill(state),
    );
    const at = (second: number): string => {
      const position = (((second - Number(offset)) % states.length) + states.length) % states.length;
      return known(states[position], "state");
    };
    return { id, programId, cycleS: states.length, at };
  });
}

test.each([0, 1_789_948_800])(
  "programs read back have the plan's greens, second 0 at epoch %i s",
  (zeroS) => {
    const text = exportSumo({ index, signals, plansOfDay: [{ fromS: 0, timingPlans }], zeroS });
    const programs = readPrograms(text);
    expect(programs.map((it) => it.id)).toEqual(["tl &amp; A", "tl &amp; B", "tl &amp; C"]);
    for (const [which, plan] of timingPlans.entries()) {
      const intersection = known(index.intersections.get(plan.intersectionId), "intersection");
      const greens = buildMovementGreens(intersection, plan);
      const program = known(programs[which], "program");
      expect(program.cycleS).toBe(plan.cycleS);
      for (let second = 0; second < plan.cycleS; second++) {
        const state = program.at(second - zeroS);
        for (const [link, { id }] of intersection.movements.entries()) {
          const own = known(greens.get(id), "greens");
          const isIn = (kind: "protected" | "permitted") =>
            own[kind].some((it) => holds(it, second, plan.cycleS));
          const wanted = isIn("protected") ? "G" : isIn("permitted") ? "g" : undefined;
          if (wanted !== undefined)
            expect(`${second} ${id} ${state[link]}`).toBe(`${second} ${id} ${wanted}`);
          else expect("yr").toContain(state[link]);
        }
      }
    }
  },
);

test("a program gets a name that the net does not have", () => {
  const text = exportSumo({ index, signals, plansOfDay: [{ fromS: 0, timingPlans }], zeroS: 0 });
  expect(readPrograms(text).map((it) => it.programId)).toEqual(new Array(3).fill("greenwave+"));
});

test("several plans are switched by time of day, and the day begins with the last", () => {
  const text = exportSumo({
    index,
    signals,
    plansOfDay: [
      { fromS: 21_600, timingPlans },
      { fromS: 36_000, timingPlans: timingPlans.slice(0, 1) },
    ],
    zeroS: 0,
  });
  expect(text).toContain(
    '<WAUT id="greenwave tl &amp; A" refTime="0" period="86400" startProg="greenwave+-2">',
  );
  expect(text).toContain('<wautSwitch time="21600" to="greenwave+-1"/>');
  expect(text).toContain('junctionID="tl &amp; A" procedure="GSP" synchron="true"/>');
  expect(text.match(/<WAUT /g)).toHaveLength(1);
});

test("a cycle that is no whole number of seconds is refused", () => {
  const broken = timingPlans.map((it) => ({ ...it, cycleS: 80.5 }));
  expect(() =>
    exportSumo({ index, signals, plansOfDay: [{ fromS: 0, timingPlans: broken }], zeroS: 0 }),
  ).toThrow("whole seconds");
});
