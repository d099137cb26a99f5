// Benchmarks for people: a line, Markdown and a page in which each figure has its conditions, and two of them compared.

import assert from 'node:assert/strict';
import {
  benchmarkLine,
  benchmarkReport,
  benchPage,
  compareReports,
  comparisonTable,
} from '../../../src/report/benchReport';
import type { BenchReport, ModelInfo } from '../../../src/reports';
import { elementsOf, textsOf, valuesOf } from './svg';

const model: ModelInfo = {
  ...{
    name: 'small',
    file: '/models/small.gguf',
    architecture: 'bitnet',
    type: 'TQ2_0',
    weights: 18_120_000,
  },
  ...{ contextLength: 1024, bytesPerToken: 2048, kernel: 'avx2', threads: 2, loadMs: 31, bytes: 9_040_000 },
};

const row = {
  ...{ shape: 'small', model: 'small', type: 'TQ2_0', promptTokens: 512, generateTokens: 64 },
  ...{ threads: 2, kernel: 'avx2', engine: 'ryzanstein' },
};
const report: BenchReport = {
  schema: 'ryzanstein/bench/1',
  date: '2026-01-02T03:04:05Z',
  cpu: 'A CPU',
  results: [
    { ...row, work: 'prefill', tokensPerSecond: { median: 5123.4, min: 5000, max: 5200 } },
    { ...row, work: 'decode', tokensPerSecond: { median: 812.6, min: 800, max: 830 }, fractionOfLimit: 0.42 },
  ],
  limits: { readGBs: { 2: 26.44 }, int8GMACs: { 1: 400 } },
};

describe('benchmarks', () => {
  it('are summed up in a line', () => {
    const line = 'Ryzanstein benchmark: prefill 5,123 tok/s, decode 813 tok/s (avx2, 2 threads)';
    assert.equal(benchmarkLine(report), line);
    assert.match(benchmarkLine({ ...report, results: [] }), /no work was measured/);
  });

  it('are reported with all conditions', () => {
    const text = benchmarkReport(report, model);
    for (const part of [
      '- Model: small: bitnet TQ2_0',
      '/models/small.gguf',
      '- CPU: A CPU',
      '## Prefill of 512 tokens\n\n- Median 5,123 tok/s, least 5,000, most 5,200\n- Kernel avx2, 2 threads, weights in TQ2_0\n',
      '## Decode of 64 tokens after 512\n\n- Median 813 tok/s',
      '- 42 % of what reading the weights allows',
      'weights: 26.4 GB/s with 2 threads',
    ])
      assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
  });

  it('draw a page with a chart for each kind of work, and all figures', () => {
    const other = { ...row, work: 'decode' as const, threads: 1, kernel: '<scalar>' };
    const slow = { ...other, tokensPerSecond: { median: 90, min: 80, max: 1234 } };
    const page = benchPage({ ...report, results: [...report.results, slow] });
    const charts = page.match(/<svg[^]*?<\/svg>/g)!;
    charts.forEach(elementsOf);
    assert.deepEqual(charts.map(valuesOf), [['5,123'], ['90', '813']]);
    assert.ok(textsOf(charts[1]!).includes('1 thread'));
    assert.equal(page.match(/<tr>/g)?.length, 3);
    assert.match(
      page,
      /decode 64<\/td><td>ryzanstein: small, TQ2_0, &#60;scalar&#62;<\/td><td>1 thread<\/td>/,
    );
    assert.match(page, /<td>90 tok\/s<\/td><td>80 to 1,234<\/td>/);
  });

  it('compare the same work, whatever the kernel', () => {
    const twice = report.results.map((each) => ({
      ...{ ...each, kernel: 'avx512' },
      tokensPerSecond: { ...each.tokensPerSecond, median: each.tokensPerSecond.median * 2 },
    }));
    const rows = compareReports(report, { ...report, results: [...twice, { ...twice[0]!, threads: 1 }] });
    assert.deepEqual(
      rows.map(({ work, kernels, ratio }) => [work, ...kernels, ratio]),
      [
        ['prefill 512', 'avx2', 'avx512', 2],
        ['decode 64', 'avx2', 'avx512', 2],
      ],
    );
    assert.match(comparisonTable(rows), /^model .*\nsmall .*avx2 -> avx512 +5123 +10247 +2\.00\n/);
  });
});
