/** The answer for the best path of the search, measured again by code that the search does not share. */
import { assert, known } from "../../errors.ts";
import { type Interval, wrapS } from "../../timing/cycle.ts";
import { type DirectionPassages, measureLinkBands } from "../../traffic/measure-link-bands.ts";
import type { Direction, PerDirection, SignalChoice } from "../bands/band-problem.ts";
import type {
  LinkBand,
  LinkBandLimit,
  LinkBandPlan,
  LinkBandProblem,
  WeightedLink,
} from "./link-band-problem.ts";

/** A claim of the search and the measurement may differ by rounding only, s. */
const SAME_BAND_S = 1e-6;

/** What the search found: the claim that is measured here. */
export interface FoundPlan
  extends Pick<LinkBandPlan, "signals" | "centerLineS" | "valueS" | "boundS" | "aloneS" | "work"> {}

export function buildLinkBandPlan(problem: LinkBandProblem, found: FoundPlan): LinkBandPlan {
  const measured = measurePlan(problem, found);
  const links = problem.links.map((link, i) => keepRatio(link, known(measured[i], `link ${i}`)));
  const valueS = links.reduce((sum, { outbound, inbound }, i) => {
    const { weights } = known(problem.links[i], `link ${i}`);
    return sum + weights.outbound * widthS(outbound) + weights.inbound * widthS(inbound);
  }, 0);
  assert(
    Math.abs(valueS - found.valueS) <= SAME_BAND_S * Math.max(1, valueS),
    `link bands worth ${found.valueS} s claimed, ${valueS} s measured`,
  );
  return { kind: "solved", ...found, links, limits: listLimits(problem, found.signals, links) };
}

const widthS = ({ beforeS, afterS }: LinkBand): number => beforeS + afterS;

function measurePlan(
  problem: LinkBandProblem,
  { signals, centerLineS }: Pick<LinkBandPlan, "signals" | "centerLineS">,
): PerDirection<LinkBand>[] {
  const outbound = measureLinkBands(listPassages(problem, signals, "outbound"), centerLineS.outbound);
  // Inbound traffic meets the signals in reverse; its line passes the first signal of the list last.
  const travel = listPassages(problem, signals, "inbound");
  const wayS = known(travel.passages.at(-1), "last passage").arrivalS;
  const inbound = measureLinkBands(travel, centerLineS.inbound - wayS).reverse();
  return outbound.map((band, i) => ({ outbound: band, inbound: known(inbound[i], `inbound band ${i}`) }));
}

/** The signals as a direction meets them with the plan's offsets, in order of travel. */
export function listPassages(
  problem: Pick<LinkBandProblem, "cycleS" | "signals" | "links" | "queueClearanceS" | "halves">,
  signals: readonly SignalChoice[],
  direction: Direction,
): DirectionPassages {
  const { cycleS, links, queueClearanceS, halves } = problem;
  const greens = problem.signals.map(({ alternatives }, i): Interval[] => {
    const { alternative, offsetS } = known(signals[i], `choice of signal ${i}`);
    const own = known(alternatives[alternative], `alternative ${alternative}`)[direction];
    return own.map(({ startS, lengthS }) => ({ startS: wrapS(startS + offsetS, cycleS), lengthS }));
  });
  const travelS = links.map((it) => it[`${direction}TravelS`] - queueClearanceS[direction]);
  if (direction === "inbound") {
    greens.reverse();
    travelS.reverse();
  }
  let arrivalS = 0;
  const passages = greens.map((it, i) => {
    if (i > 0) arrivalS += known(travelS[i - 1], "travel time");
    return { greens: it, arrivalS };
  });
  return { cycleS, halves, passages };
}

/** Both halves of the band that is too wide for the ratio, cut alike. */
function keepRatio(
  { inboundPerOutbound = 1 }: WeightedLink,
  { outbound, inbound }: PerDirection<LinkBand>,
): PerDirection<LinkBand> {
  const cut = (band: LinkBand, mostS: number): LinkBand => {
    const share = widthS(band) > mostS ? mostS / widthS(band) : 1;
    return { beforeS: band.beforeS * share, afterS: band.afterS * share };
  };
  if (inboundPerOutbound < 1)
    return { inbound, outbound: cut(outbound, widthS(inbound) / inboundPerOutbound) };
  if (inboundPerOutbound > 1)
    return { outbound, inbound: cut(inbound, widthS(outbound) * inboundPerOutbound) };
  return { outbound, inbound };
}

function listLimits(
  problem: LinkBandProblem,
  signals: readonly SignalChoice[],
  links: readonly PerDirection<LinkBand>[],
): LinkBandLimit[] {
  const widestGreenS = (signal: number, direction: Direction): number => {
    const alternative = known(signals[signal], "choice").alternative;
    const greens = known(problem.signals[signal]?.alternatives[alternative], "alternative")[direction];
    return Math.min(problem.cycleS, Math.max(0, ...greens.map((it) => it.lengthS)));
  };
  return links.flatMap((bands, link) =>
    (["outbound", "inbound"] as const).map((direction): LinkBandLimit => {
      const hereS = widestGreenS(link, direction);
      const nextS = widestGreenS(link + 1, direction);
      if (widthS(bands[direction]) < Math.min(hereS, nextS) - SAME_BAND_S) {
        return { kind: "offsets", link, direction };
      }
      return { kind: "green", link, direction, signal: hereS <= nextS ? link : link + 1 };
    }),
  );
}
