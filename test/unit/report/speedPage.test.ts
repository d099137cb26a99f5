// The charts of the speed page: every kernel under the limits of the machine, and how speed grows with threads.

import assert from 'node:assert/strict';
import { speedCharts } from '../../../src/report/speedPage';
import { elementsOf, textsOf, valuesOf } from './svg';

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
