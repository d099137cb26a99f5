// Benchmarks for people: Markdown in which each figure has its conditions, and two of them compared.

import assert from 'node:assert/strict';
import { benchmarkReport, compareReports, comparisonTable } from '../../../src/report/benchReport';
import type { BenchReport } from '../../../src/reports';
import { model } from './model';

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

const firstToken = [{ promptTokens: 1024, milliseconds: { median: 41.2, min: 40, max: 52 } }];

describe('benchmarks', () => {
  it('are reported with all conditions', () => {
    const text = benchmarkReport({ ...report, model, firstToken });
    for (const part of [
      '- Model: small: bitnet TQ2_0',
      '/models/small.gguf',
      '- CPU: A CPU',
      '## Reading a prompt of 512 tokens\n\n- Median 5,123 tok/s, least 5,000, most 5,200\n- Kernel avx2, 2 threads, weights in TQ2_0\n',
      '## Writing 64 tokens behind a prompt of 512 tokens\n\n- Median 813 tok/s',
      '- 42 % of what reading allows',
      'weights: 26.4 GB/s with 2 threads',
      '- 1,024 tokens: 41 ms, from 40 ms to 52 ms',
    ])
      assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
  });

  it('compare each kernel with itself, and no other work', () => {
    const others = ['scalar', 'avx512'].map((kernel, i) => ({
      ...{ ...report.results[0]!, kernel },
      tokensPerSecond: { median: 700 + i, min: 700, max: 701 },
    }));
    const whole = { ...report, results: [...report.results, ...others] };
    assert.deepEqual(
      compareReports(whole, whole).map(({ kernels, ratio }) => [...kernels, ratio]),
      ['avx2', 'avx2', 'scalar', 'avx512'].map((kernel) => [kernel, kernel, 1]),
    );
    // One that was not measured before is compared with none.
    assert.equal(compareReports(report, whole).length, 2);
    const shorter = report.results.map((each) => ({ ...each, generateTokens: 16 }));
    assert.deepEqual(
      compareReports(report, { ...report, results: shorter }).map(({ work }) => work),
      ['prefill 512'],
    );
  });

  it('compare the same work, whatever the kernel in use', () => {
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
