// Charts and page of the quality report: well-formed, with every figure in them, and only of reports that can be compared.

import * as assert from 'node:assert/strict';
import { type GivenAnswer, score } from '../../../src/measure/evaluate';
import type { Hole } from '../../../src/measure/holes';
import type { Evaluation } from '../../../src/reports';
import { barChart, inPage, lineChart, logChart, stepsTo } from '../../../src/report/charts';
import { chartsOf, describeReport, pageOf } from '../../../src/report/qualityPage';
import { speedCharts } from '../../../src/report/speedPage';

/** Names of the elements; fails where tags do not match, or text is not escaped. */
function elementsOf(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = svg.replace(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end, name: string, __, alone) => {
      if (end) assert.equal(open.pop(), name);
      else names.push(name);
      if (!end && !alone) open.push(name);
      return '';
    },
  );
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]|&(?!#?\w+;)/);
  return names;
}

const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => match[1]!);
/** What is written over the bars, in order. */
const valuesOf = (svg: string): string[] =>
  [...svg.matchAll(/<text class="value"[^>]*>([^<]*)</g)].map((match) => match[1]!);
const percent = (value: number): string => `${Math.round(value * 100)} %`;
const axis = { title: 'share', text: percent };

describe('charts', () => {
  it('are well-formed, with title, axes and legend, whatever names hold', () => {
    const name = 'a <b> & "c"';
    const svg = lineChart({
      title: name,
      x: axis,
      y: { ...axis, title: 'rate' },
      series: [
        {
          name,
          values: [
            [0, 0.5],
            [1, 0.25],
          ],
        },
        { name: 'other', values: [[0.5, 0.1]] },
      ],
    });
    const names = elementsOf(svg);
    assert.equal(names[0], 'svg');
    assert.equal(names.filter((one) => one === 'polyline').length, 2);
    assert.equal(names.filter((one) => one === 'circle').length, 3);
    const texts = textsOf(svg);
    for (const text of ['share', 'rate', 'other', '100 %', '0 %', 'a &#60;b&#62; &#38; &#34;c&#34;'])
      assert.ok(texts.includes(text), text);
    assert.match(svg, /prefers-color-scheme:dark/);
  });

  it('put a line where its values are', () => {
    const svg = lineChart({
      title: 't',
      x: axis,
      y: axis,
      series: [
        {
          name: 's',
          values: [
            [0, 0],
            [0.5, 0.2],
            [1, 0.4],
          ],
        },
      ],
    });
    const [a, b, c] = /points="([^"]*)"/
      .exec(svg)![1]!
      .split(' ')
      .map((pair) => pair.split(',').map(Number)) as [number[], number[], number[]];
    assert.ok(Math.abs(a[0]! + c[0]! - 2 * b[0]!) < 0.2 && a[0]! < b[0]!);
    assert.ok(Math.abs(a[1]! + c[1]! - 2 * b[1]!) < 0.2 && a[1]! > b[1]!);
  });

  it('are a part of a page that gives them words and colours', () => {
    const series = [
      { name: 's', values: [[0, 0] as [number, number]], mark: { at: [1, 1] as const, text: '<1>' } },
    ];
    const steps = [0, 0.5, 1];
    const chart = { title: 'what is seen', x: { ...axis, steps }, y: { ...axis, steps }, series };
    const svg = lineChart(chart, inPage);
    const names = elementsOf(svg);
    assert.deepEqual(textsOf(svg), ['0 %', '50 %', '100 %', '0 %', '50 %', '100 %']);
    assert.deepEqual(
      names.filter((name) => ['style', 'rect', 'circle', 'title'].includes(name)),
      ['circle', 'title'],
    );
    assert.match(svg, /aria-label="what is seen"/);
    assert.match(svg, /<title>&#60;1&#62;<\/title>/);
  });

  it('write each value over its bar, as high as it is', () => {
    const svg = barChart(
      {
        title: 't',
        x: axis,
        y: axis,
        series: [
          { name: 's', values: [0.1, 0.2] },
          { name: 'u', values: [undefined, 0.4] },
        ],
      },
      ['one', 'two'],
      (value) => String(value * 10),
    );
    elementsOf(svg);
    const bars = [
      ...svg.matchAll(/<rect class="fill\d" [^>]*height="([\d.]+)"\/><text class="value"[^>]*>([^<]*)</g),
    ];
    assert.deepEqual(
      bars.map((bar) => bar[2]),
      ['1', '2', '4'],
    );
    const heights = bars.map((bar) => Number(bar[1]));
    assert.ok(Math.abs(heights[1]! - 2 * heights[0]!) < 0.2 && Math.abs(heights[2]! - 4 * heights[0]!) < 0.2);
  });

  it('have powers of ten as steps where they are logarithmic, evenly apart', () => {
    const plain = { title: '', text: String };
    const values: [number, number][] = [
      [1, 2],
      [10, 20],
      [100, 200],
    ];
    const svg = logChart({ title: 't', x: plain, y: plain, series: [{ name: 'a', values }] });
    elementsOf(svg);
    for (const text of ['1', '10', '100', '1000']) assert.ok(textsOf(svg).includes(text), text);
    const places = [...svg.matchAll(/<circle[^>]* cx="([\d.]+)" cy="([\d.]+)"/g)].map((match) =>
      match.slice(1).map(Number),
    );
    const [first, second, third] = places as [number[], number[], number[]];
    for (const axis of [0, 1])
      assert.ok(Math.abs(second[axis]! - first[axis]! - (third[axis]! - second[axis]!)) < 0.3);
  });

  it('have round steps that reach the largest value', () => {
    assert.deepEqual(stepsTo(0.23), [0, 0.05, 0.1, 0.15, 0.2, 0.25]);
    assert.deepEqual(stepsTo(1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(stepsTo(1780), [0, 500, 1000, 1500, 2000]);
    assert.deepEqual(stepsTo(0), [0, 0.2]);
  });
});

describe('the speed charts', () => {
  const row = (work: string, threads: number, kernel: string, median: number, engine = 'ryzanstein') => ({
    ...{ shape: 'small', work, threads, engine, kernel, tokensPerSecond: { median } },
    ...{ gigaMacsPerToken: 0.01, gigabytesPerPass: 0.0025, tokensPerPass: 64 },
    fractionOfLimit: work === 'decode' ? (median * 0.0025) / 30 : 0.5,
  });
  const report = {
    cpu: 'some <CPU>',
    limits: { int8GMACs: { 1: 400, 2: 800 }, int8Instruction: 'VPDPBUSD' },
    results: [
      ...[1, 2].flatMap((threads) => [
        row('decode', threads, 'avx2', 1000 * threads),
        row('prefill', threads, 'avx2', 9000 * threads),
        row('decode', threads, 'scalar', 10 * threads),
        row('decode', threads, 'haswell', 400 + 100 * threads, 'llama.cpp'),
      ]),
      { ...row('verify', 2, 'avx2', 5), gigaMacsPerToken: undefined },
    ],
  };

  it('show each kernel under the limits, and how speed grows', () => {
    const charts = speedCharts(report);
    assert.deepEqual(Object.keys(charts), ['roofline-small.svg', 'scaling.svg']);
    Object.values(charts).forEach(elementsOf);
    const names = textsOf(charts['roofline-small.svg']!);
    for (const text of ['avx2', 'llama.cpp, haswell', 'limit: 30 GB/s read, 800 GMAC/s of VPDPBUSD'])
      assert.ok(names.includes(text), text);
    assert.ok(!names.includes('scalar'));
    assert.deepEqual(valuesOf(charts['scaling.svg']!), ['2.00', '1.20', '2.00']);
  });

  it('are not made of nothing', () => {
    assert.throws(() => speedCharts({ ...report, results: [] }), /neither prefill nor decode/);
  });
});

describe('the quality page', () => {
  const holes = ['go', 'python'].flatMap((language) =>
    ['rest', 'line', 'block', 'comment', 'string'].map((kind): Hole => ({
      path: 'a',
      language,
      kind,
      prefix: `${kind} `,
      suffix: '',
      expected: 'right',
    })),
  );
  const report = (model: string, right: number, context = false): Promise<Evaluation> => {
    const answers = holes.map((_, i): GivenAnswer => ({
      text: i < right ? 'right' : 'wrong',
      shown: true,
      confidence: 1 - i / 100,
      promptTokens: 812,
      reusedTokens: 0,
      prefillMs: 30 + i,
      decodeMs: 10,
    }));
    return score(
      { engine: 'e', model, file: 'f', type: 'TQ2_0', kernel: 'avx2', threads: 2, context },
      holes,
      answers,
    );
  };
  let set: { name: string; reports: Evaluation[] };

  before(async () => {
    set = { name: 'quick', reports: [await report('small', 3), await report('large', 7, true)] };
  });

  it('has a line for each report in each chart, and the figures', () => {
    const charts = chartsOf(set);
    assert.deepEqual(Object.keys(charts), [
      ...['precision.svg', 'reliability.svg', 'kinds.svg', 'languages.svg', 'latency.svg'],
    ]);
    for (const [file, svg] of Object.entries(charts)) {
      elementsOf(svg);
      for (const { model } of set.reports)
        assert.ok(
          textsOf(svg).some((text) => text.includes(`e: ${model}, TQ2_0`)),
          `${file} without ${model}`,
        );
    }
    assert.deepEqual(valuesOf(charts['languages.svg']!), ['60', '100', '0', '40']);
    assert.deepEqual(valuesOf(charts['latency.svg']!), ['44', '44', '48', '48']);
  });

  it('tells figures with their conditions', () => {
    const page = pageOf([set]);
    assert.match(page, /## The quick set: 10 holes/);
    assert.match(page, /\| e: small, TQ2_0 \| 30 % \| 30 % \|/);
    assert.match(page, /\| e: large, TQ2_0, with code of other files \| 70 % \|/);
    assert.match(page, /\| e: small, TQ2_0 \| 2 \| avx2 \| 812 \| 44 ms \| 48 ms \| 0 % \|/);
    for (const file of Object.keys(chartsOf(set))) assert.ok(page.includes(`(quality/quick/${file})`), file);
    assert.ok(page.includes(set.reports[0]!.digest.slice(0, 16)));
  });

  it('is not made of reports on different holes', async () => {
    const other = { ...(await report('other', 1)), digest: 'f'.repeat(64) };
    assert.throws(
      () => pageOf([{ name: 'quick', reports: [set.reports[0]!, other] }]),
      new RegExp(`${describeReport(other)} in docs/quality/quick are of different holes: run both again`),
    );
  });
});
