/**
 * The time–space diagram of a route as SVG: time to the right, distance upward, the red of both directions as bars at
 * each signal, the bands as translucent strips. Pure text out of values; the same input gives the same picture.
 */
import { escapeXml } from "../escape-xml.ts";
import type { Interval } from "../timing/cycle.ts";

export interface DiagramSignal {
  readonly name: string;
  /** From the first signal, m. */
  readonly distanceM: number;
  readonly offsetS: number;
  readonly outboundGreens: readonly Interval[];
  readonly inboundGreens: readonly Interval[];
}

export interface DiagramBand {
  readonly widthS: number;
  /** When the band begins at each signal of the list, not wrapped: growing along the direction of travel, s. */
  readonly beginsS: readonly number[];
}

export interface TimeSpaceDiagram {
  readonly title: string;
  readonly subtitle: string;
  readonly cycleS: number;
  readonly signals: readonly DiagramSignal[];
  readonly outbound?: DiagramBand;
  readonly inbound?: DiagramBand;
}

const LEFT = 300;
const RIGHT = 30;
const TOP = 74;
const BOTTOM = 54;
const WIDTH = 1210;
const CYCLES = 3;
const LONGEST_NAME = 24;
/** Bars of one signal: outbound above its line, inbound below. */
const BAR = 4;
const COLORS = { outbound: "#1668b5", inbound: "#c2571a", red: "#b3202c", grid: "#d7dbe0", text: "#20262d" };

interface Scale {
  readonly x: (timeS: number) => number;
  readonly y: (distanceM: number) => number;
  readonly height: number;
  readonly untilS: number;
}

export function drawTimeSpace(diagram: TimeSpaceDiagram): string {
  const scale = buildScale(diagram);
  const { signals } = diagram;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${scale.height}" font-family="system-ui, sans-serif" font-size="12" fill="${COLORS.text}">`,
    `<title>${escapeXml(diagram.title)}</title>`,
    `<rect width="${WIDTH}" height="${scale.height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="28" font-size="18" font-weight="600">${escapeXml(diagram.title)}</text>`,
    `<text x="${LEFT}" y="50">${escapeXml(diagram.subtitle)}</text>`,
    `<clipPath id="plot"><rect x="${LEFT}" y="${TOP - 12}" width="${WIDTH - LEFT - RIGHT}" height="${scale.height - TOP - BOTTOM + 24}"/></clipPath>`,
    drawGrid(diagram.cycleS, scale),
    `<g clip-path="url(#plot)">`,
    diagram.outbound === undefined ? "" : drawBand(diagram.outbound, diagram, scale, COLORS.outbound),
    diagram.inbound === undefined ? "" : drawBand(diagram.inbound, diagram, scale, COLORS.inbound),
    ...signals.map((signal) => drawSignal(signal, diagram.cycleS, scale)),
    "</g>",
    ...signals.map((signal) => drawLabel(signal, scale)),
    "</svg>",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function buildScale(diagram: TimeSpaceDiagram): Scale {
  const lengthM = Math.max(1, ...diagram.signals.map((it) => it.distanceM));
  const height = TOP + BOTTOM + Math.max(320, diagram.signals.length * 34);
  const untilS = CYCLES * diagram.cycleS;
  return {
    x: (timeS) => LEFT + (timeS / untilS) * (WIDTH - LEFT - RIGHT),
    y: (distanceM) => height - BOTTOM - (distanceM / lengthM) * (height - TOP - BOTTOM),
    height,
    untilS,
  };
}

function drawGrid(cycleS: number, scale: Scale): string {
  const lines: string[] = [];
  const stepS = cycleS > 90 ? 30 : 20;
  for (let timeS = 0; timeS <= scale.untilS; timeS += stepS) {
    const x = round(scale.x(timeS));
    lines.push(
      `<line x1="${x}" x2="${x}" y1="${TOP - 12}" y2="${scale.height - BOTTOM + 12}" stroke="${COLORS.grid}"/>`,
      `<text x="${x}" y="${scale.height - BOTTOM + 28}" text-anchor="middle">${timeS}</text>`,
    );
  }
  const x = (LEFT + WIDTH - RIGHT) / 2;
  lines.push(
    `<text x="${x}" y="${scale.height - 8}" text-anchor="middle">seconds (cycle ${round(cycleS)} s)</text>`,
  );
  return lines.join("\n");
}

function drawBand(band: DiagramBand, diagram: TimeSpaceDiagram, scale: Scale, color: string): string {
  if (band.widthS <= 0) return "";
  const edges: string[] = [];
  const first = Math.min(...band.beginsS);
  const last = Math.max(...band.beginsS) + band.widthS;
  const firstCopy = Math.floor((0 - last) / diagram.cycleS);
  const lastCopy = Math.ceil((scale.untilS - first) / diagram.cycleS);
  for (let copy = firstCopy; copy <= lastCopy; copy++) {
    const point = (position: number, laterS: number): string => {
      const timeS = (band.beginsS[position] ?? 0) + copy * diagram.cycleS + laterS;
      return `${round(scale.x(timeS))},${round(scale.y(diagram.signals[position]?.distanceM ?? 0))}`;
    };
    const positions = diagram.signals.map((_, position) => position);
    const there = positions.map((position) => point(position, 0));
    const back = positions.reverse().map((position) => point(position, band.widthS));
    edges.push(`<polygon points="${[...there, ...back].join(" ")}"/>`);
  }
  return `<g fill="${color}" fill-opacity="0.22" stroke="${color}" stroke-opacity="0.5">${edges.join("")}</g>`;
}

function drawSignal(signal: DiagramSignal, cycleS: number, scale: Scale): string {
  const y = scale.y(signal.distanceM);
  const line = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y)}" y2="${round(y)}" stroke="#7a838d" stroke-width="0.5"/>`;
  const bars = [
    ...drawReds(signal.outboundGreens, { cycleS, scale, y: y - BAR }),
    ...drawReds(signal.inboundGreens, { cycleS, scale, y }),
  ];
  return `${line}<g fill="${COLORS.red}">${bars.join("")}</g>`;
}

function drawReds(greens: readonly Interval[], of: { cycleS: number; scale: Scale; y: number }): string[] {
  const sorted = [...greens].sort((a, b) => a.startS - b.startS);
  const reds: Interval[] = sorted.map((green, position) => {
    const next = sorted[position + 1] ?? { startS: (sorted[0]?.startS ?? 0) + of.cycleS };
    const endS = green.startS + green.lengthS;
    return { startS: endS, lengthS: next.startS - endS };
  });
  if (sorted.length === 0) reds.push({ startS: 0, lengthS: of.cycleS });
  const bars: string[] = [];
  for (const red of reds) {
    for (let copy = -1; copy < CYCLES; copy++) {
      if (red.lengthS <= 0) continue;
      const x = of.scale.x(red.startS + copy * of.cycleS);
      const width = of.scale.x(red.lengthS) - of.scale.x(0);
      bars.push(`<rect x="${round(x)}" y="${round(of.y)}" width="${round(width)}" height="${BAR}"/>`);
    }
  }
  return bars;
}

function drawLabel(signal: DiagramSignal, scale: Scale): string {
  const y = round(scale.y(signal.distanceM) + 4);
  return [
    `<text x="${LEFT - 10}" y="${y}" text-anchor="end">${escapeXml(shorten(signal.name))}`,
    `<tspan dx="6" fill="#6b747d">${Math.round(signal.distanceM)} m · ${round(signal.offsetS)} s</tspan></text>`,
  ].join("");
}

/** What fits beside the picture; the whole name where it does. */
const shorten = (name: string): string =>
  name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;

const round = (value: number): number => Math.round(value * 10) / 10;
