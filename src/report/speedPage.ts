// The charts of docs/speed.md, made of a report of `npm run bench`: the roofline of this machine, and how speed grows with threads.

import { barChart, logChart, type Series } from './charts';
import { threadsOf } from '../numbers';

/** What is needed of a report of `npm run bench`; `work` other than prefill and decode is left out. */
interface SpeedReport {
  cpu: string;
  results: {
    shape: string;
    work: string;
    threads: number;
    engine: string;
    kernel: string;
    tokensPerSecond: { median: number };
    /** Multiply-adds of the matrices for one token, and bytes of weights read in one pass. */
    gigaMacsPerToken?: number;
    gigabytesPerPass?: number;
    tokensPerPass?: number;
    /** Of decode: its share of what reading as many bytes as the model has, wherever they stay, would allow. */
    fractionOfLimit?: number;
  }[];
  limits: { int8GMACs: Record<string, number>; int8Instruction?: string };
}

type Row = SpeedReport['results'][number];

const name = ({ engine, kernel }: Row): string => (engine === 'ryzanstein' ? kernel : `${engine}, ${kernel}`);

/** Files by name; throws an Error where the report has nothing to draw. */
export function speedCharts(report: SpeedReport): Record<string, string> {
  const rows = report.results.filter(({ work }) => work === 'prefill' || work === 'decode');
  const charts: Record<string, string> = {};
  for (const shape of new Set(rows.map((row) => row.shape))) {
    const ofShape = rows.filter((row) => row.shape === shape);
    charts[`roofline-${shape}.svg`] = roofline(report, shape, ofShape);
  }
  if (rows.length === 0) throw new Error('The report has neither prefill nor decode.');
  return { ...charts, 'scaling.svg': scaling(report, rows) };
}

/** Work per byte against work per second, with as many threads as were measured, under what the machine allows. */
function roofline({ cpu, limits }: SpeedReport, shape: string, all: Row[]): string {
  const threads = Math.max(...all.map((row) => row.threads));
  const rows = all.filter((row) => row.threads === threads && row.kernel !== 'scalar');
  const place = (row: Row): [number, number] => [
    (row.gigaMacsPerToken! * (row.work === 'prefill' ? row.tokensPerPass! : 1)) / row.gigabytesPerPass!,
    row.tokensPerSecond.median * row.gigaMacsPerToken!,
  ];
  const measured = [...new Set(rows.map(name))].map((kernel): Series => ({
    name: kernel,
    values: rows
      .filter((row) => name(row) === kernel)
      .map(place)
      .sort((a, b) => a[0] - b[0]),
  }));
  const [read, peak] = [readSpeed(rows), limits.int8GMACs[threads]!];
  const most = Math.max(...rows.map((row) => place(row)[0]), (2 * peak) / read);
  const roof: Series = {
    name: `limit: ${read.toFixed(0)} GB/s read, ${peak.toFixed(0)} GMAC/s of ${limits.int8Instruction ?? 'int8'}`,
    values: [
      [1, read],
      [peak / read, peak],
      [most, peak],
    ],
  };
  return logChart({
    title: `${shape}, ${threadsOf(threads)}: decode (left) and prefill (right)`,
    x: { title: 'multiply-adds for each byte of weights that is read', text: plain },
    y: { title: `GMAC/s, ${cpu}`, text: plain },
    series: [roof, ...measured],
  });
}

/** GB/s of the limit that the rows of decode are shares of, from the largest share: it is rounded least. */
function readSpeed(rows: Row[]): number {
  const decode = rows.filter(({ work }) => work === 'decode');
  const { tokensPerSecond, gigabytesPerPass, fractionOfLimit } = decode.reduce((a, b) =>
    b.fractionOfLimit! > a.fractionOfLimit! ? b : a,
  );
  return (tokensPerSecond.median * gigabytesPerPass!) / fractionOfLimit!;
}

/** Speed with all threads over speed with one: our fastest kernel and the peer's. */
function scaling({ cpu }: SpeedReport, rows: Row[]): string {
  const threads = Math.max(...rows.map((row) => row.threads));
  const groups = [...new Set(rows.map(({ shape, work }) => `${shape}, ${work}`))];
  const fastest = (group: string, engine: string, count: number): number | undefined => {
    const speeds = rows
      .filter(
        (row) => `${row.shape}, ${row.work}` === group && row.engine === engine && row.threads === count,
      )
      .map((row) => row.tokensPerSecond.median);
    return speeds.length === 0 ? undefined : Math.max(...speeds);
  };
  const series = [...new Set(rows.map((row) => row.engine))].map((engine): Series => ({
    name: engine,
    values: groups.map((group) => {
      const [one, all] = [fastest(group, engine, 1), fastest(group, engine, threads)];
      return one === undefined || all === undefined ? undefined : all / one;
    }),
  }));
  return barChart(
    {
      title: `Speed with ${threadsOf(threads)} over speed with one`,
      x: { title: cpu, text: String },
      y: { title: 'times as fast', text: (value) => `${value.toFixed(1)}x` },
      series,
    },
    groups,
    (value) => value.toFixed(2),
  );
}

function plain(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}
