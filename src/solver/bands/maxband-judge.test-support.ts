/** Band problems in the words of the judging MAXBAND model (maxband-model.test-support.ts): times in cycles. */
import type { LpModel } from "../lp/lp-engine.ts";
import type { BandPlan, BandProblem } from "./band-problem.ts";
import type { MaxbandAlternative, MaxbandInput, MaxbandLink } from "./maxband-model.test-support.ts";

export function toMaxbandGoal({
  objective,
  cycleS,
}: BandProblem): Pick<MaxbandInput, "weights" | "floors" | "outboundPerInbound"> {
  const floors = { outbound: 0, inbound: 0 };
  switch (objective.kind) {
    case "weighted": {
      const { weights, floorsS } = objective;
      return { weights, floors: { outbound: floorsS.outbound / cycleS, inbound: floorsS.inbound / cycleS } };
    }
    case "sum":
      return { weights: { outbound: 1, inbound: 1 }, floors };
    case "equal":
    case "ratio": {
      const share = objective.kind === "equal" ? 1 : 1 / objective.inboundPerOutbound;
      return {
        weights: { outbound: 1, inbound: 0 },
        floors,
        outboundPerInbound: { least: share, most: share },
      };
    }
    case "outboundOnly":
      throw new Error("MAXBAND has no one-way plan");
  }
}

/** Every pair of an outbound and an inbound green is an alternative of its own. */
export const listMaxbandSignals = ({ cycleS, signals }: BandProblem): MaxbandAlternative[][] =>
  signals.map(({ alternatives }) =>
    alternatives.flatMap(({ outbound, inbound }) =>
      outbound.flatMap((out) =>
        inbound.map((back) => ({
          outStart: out.startS / cycleS,
          outGreen: out.lengthS / cycleS,
          inStart: back.startS / cycleS,
          inGreen: back.lengthS / cycleS,
        })),
      ),
    ),
  );

/** The model with every signal held to the alternative that a plan has chosen. */
export function holdAlternatives(model: LpModel, problem: BandProblem, plan: BandPlan): LpModel {
  const isChosen = problem.signals.flatMap(({ alternatives }, signal) =>
    alternatives.flatMap(({ outbound, inbound }, alternative) =>
      Array.from(
        { length: outbound.length * inbound.length },
        () => plan.signals[signal]?.alternative === alternative,
      ),
    ),
  );
  let pick = 0;
  const variables = model.variables.map((it) =>
    it.name === "pick" && !isChosen[pick++] ? { ...it, upper: 0 } : it,
  );
  return { ...model, variables };
}

/** Travel times less queue clearance; `lengthsM` where speeds matter. */
export const toMaxbandLinks = (
  { links, queueClearanceS }: BandProblem,
  lengthsM: readonly number[] = [],
): MaxbandLink[] =>
  links.map(({ outboundTravelS, inboundTravelS, spareTravelS }, i) => {
    const shortestS = {
      outbound: outboundTravelS - queueClearanceS.outbound,
      inbound: inboundTravelS - queueClearanceS.inbound,
    };
    return {
      lengthM: lengthsM[i] ?? 1,
      shortestS,
      longestS: {
        outbound: shortestS.outbound + (spareTravelS?.outbound ?? 0),
        inbound: shortestS.inbound + (spareTravelS?.inbound ?? 0),
      },
    };
  });
