// What the benchmark page shows: a verdict in milliseconds, bars with their ranges, differences beyond noise alone, and threads that are worth a change.

import assert from 'node:assert/strict';
import { benchmarkState, comparison } from '../../../src/report/benchmarkState';
import { pageAlone } from '../../../src/report/pageFile';
import type { BenchProgress } from '../../../src/protocol';
import type { BenchReport, BenchRow } from '../../../src/reports';
import { family, model } from './model';

const spread = (median: number, around = 0.02) => ({
  ...{ median, min: median * (1 - around), max: median * (1 + around) },
});
const row = (work: BenchRow['work'], kernel: string, threads: number, median: number): BenchRow => ({
  ...{ shape: 'small', model: 'small', type: 'TQ2_0', engine: 'ryzanstein', promptTokens: 512 },
  ...{ generateTokens: 64, work, kernel, threads, tokensPerSecond: spread(median) },
});
const report = (more: Partial<BenchReport> = {}): BenchReport => ({
  ...{ schema: 'ryzanstein/bench/1', date: '2026-01-02T15:04:05Z', cpu: 'A CPU', model },
  results: [
    ...[row('prefill', 'avx2', 1, 3000), row('decode', 'avx2', 1, 700)],
    ...[row('prefill', 'avx2', 2, 5120), row('decode', 'avx2', 2, 1000)],
    ...[row('prefill', 'scalar', 2, 100), row('decode', 'scalar', 2, 50)],
  ],
  firstToken: [
    { promptTokens: 32, milliseconds: spread(8) },
    { promptTokens: 1024, milliseconds: spread(240) },
  ],
  limits: { readGBs: { 2: 26 }, int8GMACs: { 1: 400 } },
  ...more,
});
const bars = (state: ReturnType<typeof benchmarkState>, title: string) =>
  state.groups.find((group) => group.title === title)!.bars;

const usual = { deadline: 300, threads: 0 };

describe('the benchmark page', () => {
  it('says in milliseconds what an answer takes, and whether it is in time', () => {
    const verdict = (deadline: number): string => benchmarkState([report()], { ...usual, deadline }).verdict;
    // 512 / 5120 s + 12 / 1000 s, and 13 / 1000 s.
    assert.equal(
      verdict(300),
      'An answer of 12 tokens takes 112 ms where 512 tokens have to be read first, and 13 ms behind each key after that. Both are within the deadline of 300 ms.',
    );
    assert.match(
      verdict(100),
      /The first is beyond the deadline of 100 ms: it appears later, if you have not typed on\.$/,
    );
    assert.match(verdict(10), /That is beyond the deadline of 10 ms: a smaller model/);
    assert.match(benchmarkState([], usual).verdict, /^Nothing was measured/);
    assert.equal(benchmarkState([report()], usual, 'At work.').verdict, 'At work.');
  });

  it('names what it measured, and what it did not', () => {
    const { conditions } = benchmarkState([report({ model: family })], usual);
    assert.deepEqual(conditions.slice(0, 3), [
      ['Model', 'small: bitnet TQ2_0, 18.1 million weights, 9.04 MB'],
      ['File', '/models/small.gguf'],
      ['Not measured', 'Go, Rust: compiled: bitnet Q8_0, 15.0 million weights, 7 MB'],
    ]);
  });

  it('says what is measured while it works, and what share is done', () => {
    const at = (progress: BenchProgress) => benchmarkState([report()], usual, 'At work.', progress).progress;
    assert.deepEqual(at({ done: 3, steps: 8, next: { kernel: 'avx2', threads: 2 } }), {
      ...{ text: 'Step 4 of 8: the kernel avx2 with 2 threads.', share: 0.375 },
    });
    assert.match(at({ done: 7, steps: 8 })!.text, /^Step 8 of 8: the time to the first token\.$/);
    assert.equal(benchmarkState([report()], usual).progress, undefined);
  });

  it('has bars by kernel, by threads and by length of the prompt, with ranges, those in use lit', () => {
    const state = benchmarkState([report()], usual);
    assert.deepEqual(
      bars(state, 'Writing an answer, by kernel').map(({ name, value, look }) => [name, value, look]),
      [
        ['scalar', '50 tok/s', 'plain'],
        ['avx2', '1,000 tok/s', 'active'],
      ],
    );
    const [one, two] = bars(state, 'Reading a prompt, by threads');
    assert.deepEqual([one!.name, two!.name, two!.look], ['1 thread', '2 threads', 'active']);
    assert.ok(Math.abs(one!.share / two!.share - 3000 / 5120) < 1e-9);
    assert.ok(two!.range![0] < two!.share && two!.share < two!.range![1] && two!.range![1] <= 1);
    assert.deepEqual(
      bars(state, 'Time to the first token, by length of the prompt').map(({ name, value }) => [name, value]),
      [
        ['32 tokens', '8.0 ms'],
        ['1,024 tokens', '240 ms'],
      ],
    );
    assert.ok(!state.groups.some(({ title }) => title.includes('earlier')), 'there is no earlier run');
  });

  it('compares with earlier runs of the same model and machine, and calls noise noise', () => {
    assert.equal(comparison(spread(110), spread(100)), 'now 10 % faster');
    assert.equal(comparison(spread(90), spread(100)), 'now 10 % slower');
    assert.equal(comparison(spread(103), spread(100)), 'no difference beyond noise');
    const slower = report().results.map((each) => ({
      ...each,
      tokensPerSecond: spread(each.tokensPerSecond.median / 2),
    }));
    const before = report({ results: slower, date: '2026-01-01T15:04:05Z' });
    const others = [
      report({ cpu: 'Another CPU' }),
      report({ results: slower.map((each) => ({ ...each, model: 'large' })) }),
    ];
    const runs = bars(
      benchmarkState([report(), before, ...others], usual),
      'Writing an answer, this run and earlier ones',
    );
    assert.deepEqual(
      runs.map(({ value, note, look }) => [value, note, look]),
      [
        ['1,000 tok/s', 'this run', 'active'],
        ['500 tok/s', 'avx2, 2 threads: now 100 % faster', 'plain'],
      ],
    );
  });

  it('advises another number of threads only where that is faster beyond noise', () => {
    assert.equal(benchmarkState([report()], usual).advice, undefined);
    const contended = report({
      results: [
        ...[row('prefill', 'avx2', 1, 3000), row('decode', 'avx2', 1, 2000)],
        ...[row('prefill', 'avx2', 2, 3100), row('decode', 'avx2', 2, 1000)],
        ...[row('prefill', 'scalar', 4, 99_000), row('decode', 'scalar', 4, 99_000)],
      ],
    });
    const { advice } = benchmarkState([contended], usual);
    assert.deepEqual(advice?.use, { threads: 1, action: 'Use 1 thread' });
    assert.match(advice.text, /^With 1 thread an answer comes 1\.6 times as fast as with 2, beyond noise\.$/);
    const disturbed = benchmarkState([{ ...contended, takenCores: 0.9 }], usual).advice;
    assert.equal(disturbed?.use, undefined);
    assert.match(
      disturbed!.text,
      /^Other programs took 0\.9 cores while this was measured\. A quiet machine/,
    );
    assert.deepEqual(benchmarkState([{ ...contended, takenCores: 0.1 }], usual).advice, advice);
    assert.equal(benchmarkState([contended], { ...usual, threads: 1 }).advice, undefined);
    const verdict = (takenCores: number): string =>
      benchmarkState([{ ...contended, takenCores }], { ...usual, deadline: 1 }).verdict;
    assert.match(verdict(0.1), /beyond the deadline of 1\.0 ms: a smaller model would be in time\.$/);
    assert.match(verdict(0.9), /beyond the deadline of 1\.0 ms\.$/);
  });

  it('stands alone in one file, whatever its texts hold', () => {
    const parts = {
      html: '<a>{{style}}|{{script}}|{{source}}</a>{{state}}',
      alone: 'a',
      css: 'b',
      script: 'c',
    };
    const page = pageAlone(parts, { text: '</script><b>' });
    assert.match(page, /^<a>data:text\/css;base64,[\w=]+\|data:text\/javascript;base64,[\w=]+\|data:<\/a>/);
    const state = page.slice(page.indexOf('</a>') + 4);
    assert.ok(!state.includes('<'), state);
    assert.deepEqual(JSON.parse(state), { text: '</script><b>' });
  });
});
