// Figures in words: grouped, with units, and a benchmark report in which each figure has its conditions.

import assert from 'node:assert/strict';
import * as figures from '../../../src/report/figures';
import type { BenchReport, ModelInfo } from '../../../src/reports';
import { answer } from '../editing/marked';

const model: ModelInfo = {
  ...{
    name: 'small',
    file: '/models/small.gguf',
    architecture: 'bitnet',
    type: 'TQ2_0',
    weights: 18_120_000,
  },
  ...{ contextLength: 1024, kernel: 'avx2', threads: 2, loadMs: 31, bytes: 9_040_000 },
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

describe('figures', () => {
  it('are grouped and have units', () => {
    assert.equal(figures.tokensPerSecond(1240.4), '1,240 tok/s');
    assert.equal(figures.threadsOf(1), '1 thread');
    assert.equal(figures.threadsOf(2), '2 threads');
    assert.equal(figures.milliseconds(3.14), '3.1 ms');
    assert.equal(figures.milliseconds(1234.5), '1,235 ms');
    assert.equal(figures.megabytes(9_040_000), '9.0 MB');
  });

  it('describe a model in a line', () => {
    assert.equal(figures.modelLine(model), 'small: bitnet TQ2_0, 18.1 million weights, 9.0 MB');
  });

  it('describe a completion in a line', () => {
    const completion = answer('x', {
      tokens: 1,
      prefillMs: 3,
      decodeMs: 9,
      promptTokens: 1412,
      reusedTokens: 1398,
    });
    const line = '1 token in 12 ms (1,412 in the prompt, 1,398 of them known), 500 tok/s';
    assert.equal(figures.completionLine(completion), line);
  });

  it('sum a benchmark up in a line', () => {
    const line = 'Ryzanstein benchmark: prefill 5,123 tok/s, decode 813 tok/s (avx2, 2 threads)';
    assert.equal(figures.benchmarkLine(report), line);
    assert.match(figures.benchmarkLine({ ...report, results: [] }), /no work was measured/);
  });

  it('report a benchmark with all its conditions', () => {
    const text = figures.benchmarkReport(report, model);
    for (const part of [
      '- Model: small: bitnet TQ2_0',
      '/models/small.gguf',
      '- CPU: A CPU',
      '## Prefill of 512 tokens\n\n- Median 5,123 tok/s, least 5,000, most 5,200\n- Kernel avx2, 2 threads, weights in TQ2_0\n',
      '## Decode of 64 tokens after 512\n\n- Median 813 tok/s',
      '- 42 % of what reading the weights from memory allows',
      '26.4 GB/s read with 2 threads',
    ])
      assert.ok(text.includes(part), `${part} is missing in:\n${text}`);
  });
});
