/** Every net that is there: those beside the project, and those of SUMO's package (GREENWAVE_FULL=1: the large ones, too). */
import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { known } from "../../errors.ts";
import { parseNetwork } from "../../network/parse-network.ts";
import { buildSites } from "../../timing/site.ts";
import { validateTimingPlan } from "../../timing/validate-timing-plan.ts";
import { judgeDetectors, judgeStreet } from "./judge-street.test-support.ts";
import { packagedNets, readSumoFile, type SumoFiles, sharedNets } from "./sumo-files.test-support.ts";
import { type ImportedSumo, importSumo, type PhaseSource } from "./sumo-street.ts";

const IS_FULL = process.env["GREENWAVE_FULL"] === "1";
const LARGE_BYTES = 100_000;
const nets = [
  ...sharedNets(),
  ...packagedNets().filter((it) => IS_FULL || statSync(it.net).size < LARGE_BYTES),
];

function load(
  { net, additional }: SumoFiles,
  phases: PhaseSource,
): { imported: ImportedSumo; texts: string[] } {
  const texts = [net, ...additional].map(readSumoFile);
  const [netXml = "", ...additionalXml] = texts;
  return { imported: importSumo({ netXml, additionalXml, id: "net", name: "net", phases }), texts };
}

describe.skipIf(nets.length === 0)("nets of SUMO", () => {
  test.each(nets)("$name passes the check, protects no foes, serves every lamp", (files) => {
    for (const phases of ["auto", "conflicts"] as const) {
      const { imported, texts } = load(files, phases);
      const [netXml = "", ...additionalXml] = texts;
      if (imported.kind === "refused") {
        expect(imported.faults).toEqual([{ path: "net", message: expect.stringContaining("no signal") }]);
        expect(netXml).not.toContain("<tlLogic");
        continue;
      }
      expect(parseNetwork(JSON.parse(JSON.stringify(imported.network))).kind).toBe("ok");
      expect(judgeStreet(imported, netXml, additionalXml)).toEqual([]);
      expect(judgeDetectors(imported, netXml)).toEqual([]);
      const sites = buildSites(imported.network);
      for (const timingPlan of imported.todaysPlans) {
        const site = known(sites.get(timingPlan.intersectionId), "site");
        const findings = validateTimingPlan({ site, timingPlan, origin: "imported" });
        for (const { sentence } of findings.filter((it) => it.severity === "BLOCK")) {
          expect(imported.report.some((it) => it.sentence.includes(sentence))).toBe(true);
        }
      }
      const greens = imported.network.intersections.flatMap((it) => it.phases.map((own) => own.minGreenS));
      expect(Math.min(...greens)).toBeGreaterThanOrEqual(5);
    }
  });
});
