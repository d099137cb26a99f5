// Line and bar charts as SVG text, with axes: by themselves, for light and dark pages, or as a part of a page that styles them.

import { powersAround, stepsTo, type Powers } from './scales';

export interface Series {
  name: string;
  /** Of a line chart, [x, y]; of a bar chart the y of each group, undefined where there is none. */
  values: ([number, number] | number | undefined)[];
  /** A point of a line chart that stands out, what it says when it is pointed at, and what stands beside it. */
  mark?: { at: readonly [number, number]; text: string; label?: string };
}

interface Axis {
  title: string;
  /** How a value reads, `30 %`. */
  text: (value: number) => string;
  /** The values that are written on it, from the first to the last; else round ones around what there is. */
  steps?: number[];
}

interface Chart {
  /** Says what is seen to those who do not see it, too. */
  title: string;
  x: Axis;
  y: Axis;
  series: Series[];
}

/** Sizes in pixels of what a chart is made of, and whether the page around it gives it words and colours. */
export interface Look {
  readonly width: number;
  readonly plot: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly height: number;
    readonly below: number;
  };
  /** With title, legend, points, a background and colours of its own. */
  readonly byItself: boolean;
}

const byItself: Look = {
  width: 760,
  plot: { left: 70, right: 24, top: 52, height: 280, below: 58 },
  byItself: true,
};

/**
 * Colours are those of the classes `line0`, `fill0` and so on, `grid` and of `text`, in the page's style sheet. So small
 * that its words can still be read in the narrowest page.
 */
export const inPage: Look = {
  width: 340,
  plot: { left: 64, right: 24, top: 32, height: 170, below: 44 },
  byItself: false,
};

const legendRow = 20;
/** Colours that people with any colour vision tell apart, for the light and the dark page; dashes help in print. */
const palette = [
  { light: '#0067a5', dark: '#63b3ed', dash: '' },
  { light: '#c2500a', dark: '#f6993f', dash: '7 4' },
  { light: '#1a7f5a', dark: '#4fd1a5', dash: '2 4' },
  { light: '#8a3ffc', dark: '#c4a1ff', dash: '10 3 2 3' },
  { light: '#a11d5b', dark: '#f78fb3', dash: '4 2' },
  { light: '#5f6b00', dark: '#c9d646', dash: '1 3' },
  { light: '#7a4b1e', dark: '#d9a066', dash: '8 2 2 2' },
  { light: '#4b5563', dark: '#aab4c0', dash: '3 3' },
  { light: '#0b7285', dark: '#66d9e8', dash: '12 4' },
];

/** x runs from 0 to 1. */
export function lineChart(chart: Chart, look = byItself): string {
  const points = pointsOf(chart);
  const frame = frameOf(chart, look, chart.y.steps ?? stepsTo(Math.max(...points.map(([, y]) => y))));
  const marks = (chart.x.steps ?? [0, 0.2, 0.4, 0.6, 0.8, 1]).map(
    (x) => [frame.x(x), chart.x.text(x)] as const,
  );
  return document(chart, frame, marks, linesOf(chart, frame));
}

/** Both axes are logarithmic, from a power of ten to another around all points. */
export function logChart(chart: Chart, look = byItself): string {
  const [x, y] = [0, 1].map((axis) => powersAround(pointsOf(chart).map((point) => point[axis]!))) as [
    Powers,
    Powers,
  ];
  const linear = frameOf(chart, look, y.steps);
  const frame: Frame = {
    ...linear,
    x: (value) => linear.x(x.share(value)),
    y: (value) => linear.bottom - y.share(value) * look.plot.height,
  };
  const marks = x.steps.map((value) => [frame.x(value), chart.x.text(value)] as const);
  return document(chart, frame, marks, linesOf(chart, frame));
}

/** `label` tells a bar's value in as few characters as a bar is wide. */
export function barChart(
  chart: Chart,
  groups: string[],
  label: (value: number) => string,
  look = byItself,
): string {
  const values = chart.series.flatMap((series) => series.values as (number | undefined)[]);
  const steps = chart.y.steps ?? stepsTo(Math.max(...values.map((value) => value ?? 0)));
  const frame = frameOf(chart, look, steps);
  const share = (frame.x(1) - frame.x(0)) / groups.length;
  const bar = Math.min(48, (share * 0.84) / chart.series.length);
  const bars = groups.flatMap((_, group) =>
    chart.series.map(({ values }, i) => {
      const value = values[group] as number | undefined;
      if (value === undefined) return '';
      const left = frame.x(0) + (group + 0.5) * share + (i - chart.series.length / 2) * bar;
      const top = frame.y(value);
      return (
        `<rect class="fill${i}" x="${short(left + 1)}" y="${short(top)}" width="${short(bar - 2)}" ` +
        `height="${short(frame.y(0) - top)}"/>` +
        `<text class="value" x="${short(left + bar / 2)}" y="${short(top - 4)}">${escaped(label(value))}</text>`
      );
    }),
  );
  const marks = groups.map((name, group) => [frame.x(0) + (group + 0.5) * share, name] as const);
  return document(chart, frame, marks, bars);
}

function pointsOf({ series }: Chart): [number, number][] {
  return series.flatMap(({ values }) => values as [number, number][]);
}

function linesOf({ series }: Chart, frame: Frame): string[] {
  const least = Math.min(...series.flatMap(({ mark }) => (mark?.label === undefined ? [] : mark.at[1])));
  const lowest = series.findLastIndex(({ mark }) => mark?.label !== undefined && mark.at[1] === least);
  return series.map(({ values, mark }, i) => {
    const places = (values as [number, number][]).map(
      ([x, y]) => [short(frame.x(x)), short(frame.y(y))] as const,
    );
    const path = places.map(([x, y]) => `${x},${y}`).join(' ');
    // A single point is no line.
    const points = frame.look.byItself || (places.length === 1 && !mark) ? places : [];
    const dots = points.map(([x, y]) => `<circle class="fill${i}" cx="${x}" cy="${y}" r="3"/>`);
    if (mark) {
      const [x, y] = [short(frame.x(mark.at[0])), short(frame.y(mark.at[1]))];
      const title = `<title>${escaped(mark.text)}</title>`;
      dots.push(`<circle class="fill${i}" cx="${x}" cy="${y}" r="5">${title}</circle>`);
      if (mark.label !== undefined)
        dots.push(besideMark(mark.label, Number(x), Number(y), i === lowest, frame.look));
    }
    return `<polyline class="line${i}" points="${path}"/>${dots.join('')}`;
  });
}

/** On the side of the point where there is more room, and below the lowest point but above another one, which may be as low. */
function besideMark(label: string, x: number, y: number, isLow: boolean, { width }: Look): string {
  const [left, anchor] = x > width / 2 ? [x - 9, 'end'] : [x + 9, 'start'];
  const dy = isLow ? 14 : -8;
  return `<text class="beside" x="${left}" y="${y}" dy="${dy}" text-anchor="${anchor}">${escaped(label)}</text>`;
}

/** Where the plot is, and where in it a value of each axis. */
interface Frame {
  look: Look;
  top: number;
  bottom: number;
  x: (value: number) => number;
  y: (value: number) => number;
  /** Of y, from 0 on. */
  steps: number[];
}

function frameOf({ series }: Chart, look: Look, steps: number[]): Frame {
  const { width, plot } = look;
  const top = plot.top + (look.byItself ? series.length * legendRow : 0);
  const bottom = top + plot.height;
  return {
    ...{ look, top, bottom, steps },
    x: (value) => plot.left + value * (width - plot.left - plot.right),
    y: (value) => bottom - (value / steps.at(-1)!) * plot.height,
  };
}

function document(
  chart: Chart,
  frame: Frame,
  marks: (readonly [number, string])[],
  content: string[],
): string {
  const { look, bottom } = frame;
  const { left, right, below } = look.plot;
  const height = bottom + below;
  const grid = frame.steps.map((step) => {
    const y = short(frame.y(step));
    return (
      `<line class="grid" x1="${left}" y1="${y}" x2="${look.width - right}" y2="${y}"/>` +
      `<text class="mark" x="${left - 8}" y="${y}" dy="4" text-anchor="end">${escaped(chart.y.text(step))}</text>`
    );
  });
  const names = marks.map(
    ([x, text]) =>
      `<text class="mark" x="${short(x)}" y="${bottom + 18}" text-anchor="middle">${escaped(text)}</text>`,
  );
  const size = look.byItself ? ` width="${look.width}" height="${height}"` : '';
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${look.width} ${height}"${size} role="img" aria-label="${escaped(chart.title)}">`,
    ...(look.byItself ? head(chart, look, height) : []),
    ...[...grid, ...names, ...content],
    ...(look.byItself ? axes(chart, frame) : axisTitles(chart, frame)),
    '</svg>\n',
  ];
  return parts.join('\n');
}

/** Style, background, title and legend. */
function head({ title, series }: Chart, { width, plot: { left } }: Look, height: number): string[] {
  const legend = series.map(({ name }, i) => {
    const y = 50 + i * legendRow;
    return (
      `<line class="line${i}" x1="${left}" y1="${y}" x2="${left + 30}" y2="${y}"/>` +
      `<rect class="fill${i}" x="${left + 11}" y="${y - 4}" width="8" height="8"/>` +
      `<text x="${left + 38}" y="${y + 4}">${escaped(name)}</text>`
    );
  });
  return [
    `<style>${style(series.length)}</style>`,
    `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="${left}" y="28">${escaped(title)}</text>`,
    ...legend,
  ];
}

function axes({ x, y }: Chart, { look, top, bottom }: Frame): string[] {
  const { left, right } = look.plot;
  const across = (left + look.width - right) / 2;
  const down = (top + bottom) / 2;
  return [
    `<text class="axis" x="${across}" y="${bottom + 42}" text-anchor="middle">${escaped(x.title)}</text>`,
    `<text class="axis" transform="translate(18 ${down}) rotate(-90)" text-anchor="middle">${escaped(y.title)}</text>`,
    `<line class="base" x1="${left}" y1="${bottom}" x2="${look.width - right}" y2="${bottom}"/>`,
  ];
}

/** In a page the title of the upward axis stands over it, where it takes no width. */
function axisTitles({ x, y }: Chart, { look, bottom }: Frame): string[] {
  const across = (look.plot.left + look.width - look.plot.right) / 2;
  return [
    ...(y.title ? [`<text class="axis" x="0" y="14">${escaped(y.title)}</text>`] : []),
    ...(x.title
      ? [
          `<text class="axis" x="${across}" y="${bottom + 37}" text-anchor="middle">${escaped(x.title)}</text>`,
        ]
      : []),
  ];
}

function style(count: number): string {
  const colours = (page: 'light' | 'dark'): string =>
    palette
      .slice(0, count)
      .map((colour, i) => `.line${i}{stroke:${colour[page]}}.fill${i}{fill:${colour[page]}}`)
      .join('');
  const dashes = palette
    .slice(0, count)
    .map(({ dash }, i) => `.line${i}{fill:none;stroke-width:2.2${dash ? `;stroke-dasharray:${dash}` : ''}}`);
  return (
    `text{font:12px system-ui,"DejaVu Sans",sans-serif;fill:#24292f}.title{font-size:16px;font-weight:600}` +
    `.axis{font-size:13px}.value{font-size:9px;text-anchor:middle}.page{fill:#fff}.grid{stroke:#d8dee4}.base{stroke:#57606a}` +
    dashes.join('') +
    colours('light') +
    `@media(prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.grid{stroke:#30363d}.base{stroke:#8b949e}` +
    `${colours('dark')}}`
  );
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
