// Line and bar charts as SVG, with title, axes and legend, that bring their own background for light and dark pages.

export interface Series {
  name: string;
  /** Of a line chart, [x, y]; of a bar chart the y of each group, undefined where there is none. */
  values: ([number, number] | number | undefined)[];
}

export interface Axis {
  title: string;
  /** How a value reads, `30 %`. */
  text: (value: number) => string;
}

export interface Chart {
  title: string;
  x: Axis;
  y: Axis;
  series: Series[];
}

const width = 760;
const plot = { left: 70, right: 24, height: 280, below: 58 };
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
export function lineChart(chart: Chart): string {
  const points = chart.series.flatMap(({ values }) => values as [number, number][]);
  const frame = frameOf(chart, Math.max(...points.map(([, y]) => y)));
  const marks = [0, 0.2, 0.4, 0.6, 0.8, 1].map((x) => [frame.x(x), chart.x.text(x)] as const);
  return document(chart, frame, marks, linesOf(chart, frame));
}

function linesOf(chart: Chart, frame: Frame): string[] {
  return chart.series.map(({ values }, i) => {
    const places = (values as [number, number][]).map(([x, y]) => [frame.x(x), frame.y(y)] as const);
    const path = places.map(([x, y]) => `${short(x)},${short(y)}`).join(' ');
    const dots = places.map(([x, y]) => `<circle class="fill${i}" cx="${short(x)}" cy="${short(y)}" r="3"/>`);
    return `<polyline class="line${i}" points="${path}"/>${dots.join('')}`;
  });
}

/** Both axes are logarithmic, from a power of ten to another around all points. */
export function logChart(chart: Chart): string {
  const points = chart.series.flatMap(({ values }) => values as [number, number][]);
  const [x, y] = [0, 1].map((axis) => powersAround(points.map((point) => point[axis]!))) as [Powers, Powers];
  const { top, bottom, width: inner } = frameOf(chart, 1);
  const frame: Frame = {
    ...{ width: inner, top, bottom, steps: y.steps },
    x: (value) => plot.left + x.share(value) * inner,
    y: (value) => bottom - y.share(value) * plot.height,
  };
  const marks = x.steps.map((value) => [frame.x(value), chart.x.text(value)] as const);
  return document(chart, frame, marks, linesOf(chart, frame));
}

interface Powers {
  steps: number[];
  /** Where a value lies between the first step and the last, 0..1. */
  share: (value: number) => number;
}

function powersAround(values: number[]): Powers {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  const steps = Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
  return { steps, share: (value) => (Math.log10(value) - first) / (last - first) };
}

/** `label` tells a bar's value in as few characters as a bar is wide. */
export function barChart(chart: Chart, groups: string[], label: (value: number) => string): string {
  const values = chart.series.flatMap((series) => series.values as (number | undefined)[]);
  const frame = frameOf(chart, Math.max(...values.map((value) => value ?? 0)));
  const share = frame.width / groups.length;
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

interface Frame {
  width: number;
  top: number;
  bottom: number;
  x: (value: number) => number;
  y: (value: number) => number;
  steps: number[];
}

function frameOf(chart: Chart, most: number): Frame {
  const top = 52 + chart.series.length * legendRow;
  const bottom = top + plot.height;
  const inner = width - plot.left - plot.right;
  const steps = stepsTo(most);
  return {
    width: inner,
    top,
    bottom,
    x: (value) => plot.left + value * inner,
    y: (value) => bottom - (value / steps.at(-1)!) * plot.height,
    steps,
  };
}

/** Round numbers from 0 to the first that is not below `most`. */
export function stepsTo(most: number): number[] {
  const rough = (most > 0 ? most : 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999)!;
  const count = Math.ceil(most / size - 1e-9) || 1;
  return Array.from({ length: count + 1 }, (_, i) => Number((i * size).toPrecision(12)));
}

function document(
  chart: Chart,
  frame: Frame,
  marks: (readonly [number, string])[],
  content: string[],
): string {
  const { top, bottom } = frame;
  const height = bottom + plot.below;
  const right = width - plot.right;
  const grid = frame.steps.map((step) => {
    const y = short(frame.y(step));
    return (
      `<line class="grid" x1="${plot.left}" y1="${y}" x2="${right}" y2="${y}"/>` +
      `<text class="mark" x="${plot.left - 8}" y="${y}" dy="4" text-anchor="end">${escaped(chart.y.text(step))}</text>`
    );
  });
  const below = marks.map(
    ([x, text]) =>
      `<text class="mark" x="${short(x)}" y="${bottom + 18}" text-anchor="middle">${escaped(text)}</text>`,
  );
  const legend = chart.series.map(({ name }, i) => {
    const y = 50 + i * legendRow;
    return (
      `<line class="line${i}" x1="${plot.left}" y1="${y}" x2="${plot.left + 30}" y2="${y}"/>` +
      `<rect class="fill${i}" x="${plot.left + 11}" y="${y - 4}" width="8" height="8"/>` +
      `<text x="${plot.left + 38}" y="${y + 4}">${escaped(name)}</text>`
    );
  });
  const middle = (top + bottom) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(chart.title)}">
<style>${style(chart.series.length)}</style>
<rect class="page" width="${width}" height="${height}" rx="6"/>
<text class="title" x="${plot.left}" y="28">${escaped(chart.title)}</text>
${legend.join('\n')}
${grid.join('\n')}
${below.join('\n')}
<text class="axis" x="${(plot.left + right) / 2}" y="${bottom + 42}" text-anchor="middle">${escaped(chart.x.title)}</text>
<text class="axis" transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">${escaped(chart.y.title)}</text>
${content.join('\n')}
<line class="base" x1="${plot.left}" y1="${bottom}" x2="${right}" y2="${bottom}"/>
</svg>
`;
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
