/** A day's traffic with its plans underneath, as SVG: one bar per quarter hour, one band per stretch. */
import { known } from "../errors.ts";
import { escapeXml } from "../escape-xml.ts";

export interface DayDrawing {
  readonly title: string;
  /** Of all entering traffic, by period, veh/h. */
  readonly flowsVph: readonly number[];
  readonly stretches: readonly { readonly label: string; readonly from: number; readonly to: number }[];
}

const WIDTH = 1000;
const LEFT = 70;
const TOP = 50;
const PLOT = 240;
const BAND = 34;
const HEIGHT = TOP + PLOT + BAND + 40;
const COLORS = ["#1668b5", "#c2571a", "#3a8f4d", "#8a5fb0", "#b8902a", "#4a9fa5", "#b3406a", "#6b7380"];

export function drawDay({ title, flowsVph, stretches }: DayDrawing): string {
  const most = Math.max(1, ...flowsVph);
  const periodWidth = (WIDTH - LEFT - 20) / flowsVph.length;
  const x = (period: number): number => round(LEFT + period * periodWidth);
  const labels = [...new Set(stretches.map((it) => it.label))];
  const colorOf = (label: string): string =>
    known(COLORS[labels.indexOf(label) % COLORS.length], "color of a plan");
  const bars = stretches.flatMap(({ label, from, to }) =>
    flowsVph.slice(from, to).map((flowVph, at) => {
      const heightPx = round((flowVph / most) * PLOT);
      const place = `x="${x(from + at)}" y="${round(TOP + PLOT - heightPx)}"`;
      return `<rect ${place} width="${round(periodWidth - 1)}" height="${heightPx}" fill="${colorOf(label)}" opacity="0.75"/>`;
    }),
  );
  const bands = stretches.map(({ label, from, to }) => {
    const middle = round((x(from) + x(to)) / 2);
    return [
      `<rect x="${x(from)}" y="${TOP + PLOT + 4}" width="${round(x(to) - x(from) - 1)}" height="${BAND}" fill="${colorOf(label)}"/>`,
      `<text x="${middle}" y="${TOP + PLOT + 26}" text-anchor="middle" fill="#ffffff">${escapeXml(label)}</text>`,
    ].join("");
  });
  const hours = Array.from({ length: 9 }, (_, at) => at * 3).map((hour) => {
    const place = `x="${x((hour / 24) * flowsVph.length)}" y="${HEIGHT - 10}"`;
    return `<text ${place} text-anchor="middle">${String(hour).padStart(2, "0")}:00</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#20262d">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="28" font-size="18" font-weight="600">${escapeXml(title)}</text>`,
    `<text x="${LEFT - 8}" y="${TOP + 4}" text-anchor="end">${Math.round(most)} veh/h</text>`,
    ...bars,
    ...bands,
    ...hours,
    "</svg>",
    "",
  ].join("\n");
}

const round = (value: number): number => Math.round(value * 10) / 10;
