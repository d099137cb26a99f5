// What is remembered of how fast models ran here, and how it corrects what is expected of them.

import assert from 'node:assert/strict';
import { expectationLine, expectationOf } from '../../../src/library/expectation';
import { type Speed, Speeds } from '../../../src/library/speeds';
import { answer } from '../editing/marked';

const memory = () => {
  let kept: Record<string, Speed> | undefined;
  let writes = 0;
  return {
    store: { get: () => kept, set: (speeds: Record<string, Speed>) => ((kept = speeds), void writes++) },
    writes: () => writes,
  };
};
/** 512 tokens read at `prefill` a millisecond, 9 written at `decode`. */
const ran = (prefill: number, decode: number) =>
  answer('x', {
    ...{ promptTokens: 600, reusedTokens: 88, prefillMs: 512 / prefill, tokens: 9, decodeMs: 8 / decode },
  });

describe('the speed of models that ran here', () => {
  it('is the median of what was measured, once there is enough', () => {
    const { store } = memory();
    const speeds = new Speeds(store);
    for (const [prefill, decode] of [
      [0.5, 0.02],
      [4, 0.2],
    ] as const)
      speeds.note('/a.gguf', ran(prefill, decode));
    assert.equal(speeds.of('/a.gguf'), undefined);
    speeds.note('/a.gguf', ran(0.6, 0.03));
    assert.deepEqual(speeds.of('/a.gguf'), { prefill: 0.6, decode: 0.03 });
    assert.deepEqual(new Speeds(store).of('/a.gguf'), { prefill: 0.6, decode: 0.03 });
    assert.equal(speeds.of('/b.gguf'), undefined);
  });

  it('takes each answer once, and none from a short answer or a prompt that was known', () => {
    const { store, writes } = memory();
    const speeds = new Speeds(store);
    const one = ran(1, 0.1);
    for (let i = 0; i < 5; i++) speeds.note('/a.gguf', one);
    for (let i = 0; i < 5; i++)
      speeds.note('/a.gguf', answer('x', { promptTokens: 600, reusedTokens: 590, tokens: 2 }));
    assert.equal(speeds.of('/a.gguf'), undefined);
    for (let i = 0; i < 50; i++) speeds.note('/a.gguf', ran(1, 0.1));
    assert.equal(writes(), 1);
  });

  it('takes none from an answer that had fewer threads than the machine has for it', () => {
    const { store } = memory();
    const speeds = new Speeds(store);
    for (let i = 0; i < 3; i++) speeds.note('/a.gguf', { ...ran(1, 0.1), threads: 4, mostThreads: 4 });
    for (let i = 0; i < 9; i++) speeds.note('/a.gguf', { ...ran(0.5, 0.05), threads: 2, mostThreads: 4 });
    assert.deepEqual(speeds.of('/a.gguf'), { prefill: 1, decode: 0.1 });
  });

  it('corrects what is expected, and says so', () => {
    const load = { bytes: 400e6, passBytes: 400e6, multiplied: 400e6 };
    const machine = { cpu: '', threads: 2, readGBs: 20, gops: 200 };
    const guessed = expectationOf(load, machine);
    const corrected = expectationOf(load, machine, { prefill: 0.25, decode: 0.02 });
    assert.equal(Math.round(corrected.coldMs), 256 / 0.25 + 12 / 0.02);
    assert.equal(Math.round(corrected.keyMs), 13 / 0.02);
    assert.equal(corrected.memory, guessed.memory);
    assert.match(expectationLine(corrected), /measured here/);
    assert.doesNotMatch(expectationLine(guessed), /measured/);
    // Of what was not measured the guess stays.
    assert.equal(expectationOf(load, machine, { prefill: 0.25 }).keyMs, guessed.keyMs);
  });
});
