// What is expected of models on a machine, held against what was measured of them (docs/speed.md), and what follows from it in the list.

import assert from 'node:assert/strict';
import { mostBytes, rooms } from '../../../src/engine/room';
import { catalogueModels } from '../../../src/library/catalogue';
import {
  bundledOrigin,
  type Candidate,
  choicesOf,
  choiceToDownload,
  type Machine,
  withRecommendation,
} from '../../../src/library/choices';
import { expectationLine, expectationOf, promptTokens, unfit } from '../../../src/library/expectation';
import type { ModelGlance } from '../../../src/reports';

/** The one of docs/speed.md: Zen 4, two threads. */
const machine: Machine = {
  speed: { cpu: 'Zen 4', threads: 2, readGBs: 33, gops: 234 },
  memoryBytes: 16e9,
};
const glance = (more: Partial<ModelGlance>): ModelGlance => ({
  ...{ name: 'coder', architecture: 'qwen2', type: 'Q8_0', weights: 1, infills: true, license: 'apache-2.0' },
  ...{ bytes: 1, passBytes: more.bytes ?? 1, multiplied: 1, ...more },
});

describe('what to expect of a model', () => {
  it('takes the texts in that the engine keeps at most', () => {
    assert.equal(
      expectationOf({ bytes: 5, passBytes: 5, multiplied: 1 }, machine.speed).memory,
      5 + mostBytes,
    );
  });

  it('takes the shortest prompt that the engine cuts', () => {
    assert.equal(promptTokens, rooms[0]);
  });

  it('is within 30 % of what was measured', () => {
    const measured: [bytes: number, multiplied: number, prefill: number, decode: number][] = [
      [529.5e6, 357.8e6, 642, 53.9],
      [396.2e6, 357.8e6, 669, 48.7],
      [984.5e6, 1310e6, 203, 28.3],
    ];
    for (const [bytes, multiplied, prefill, decode] of measured) {
      const { coldMs, keyMs } = expectationOf({ bytes, passBytes: bytes, multiplied }, machine.speed);
      const cold = (promptTokens / prefill + 12 / decode) * 1000;
      const key = (13 / decode) * 1000;
      for (const [expected, truth] of [
        [coldMs, cold],
        [keyMs, key],
      ] as const)
        assert.ok(Math.abs(expected / truth - 1) < 0.3, `${expected} instead of ${truth}`);
    }
  });

  it('takes of a mixture of experts what a token reads for its time, and all of it for its memory', () => {
    // Qwen3-Coder-30B-A3B in Q4_K_M, of which 8 of 128 experts are used.
    const speed = { cpu: 'some', threads: 8, readGBs: 40, gops: 112 };
    const mixture = expectationOf({ bytes: 18.6e9, passBytes: 2.2e9, multiplied: 3e9 }, speed);
    assert.equal(unfit(mixture, 64e9), undefined);
    assert.match(unfit(mixture, 32e9)!, /of memory/);
    const dense = expectationOf({ bytes: 18.6e9, passBytes: 18.6e9, multiplied: 3e9 }, speed);
    assert.equal(unfit(dense, 64e9), 'too slow here');
  });

  it('is told in seconds and gigabytes', () => {
    const line = expectationLine({ coldMs: 1025, keyMs: 42, memory: 0.79e9 });
    assert.equal(line, '790 MB of memory, about 50 ms for each key, 1.0 s in a new file');
  });

  it('puts what is too slow or too large behind the rest, with the reason', () => {
    const candidates: Candidate[] = [
      { file: 'a', origin: 'Ollama', glance: glance({ name: 'huge', bytes: 20e9, multiplied: 1e9 }) },
      { file: 'b', origin: 'Ollama', glance: glance({ name: 'slow', bytes: 4e9, multiplied: 7e9 }) },
      { file: 'c', origin: 'Ollama', glance: glance({ name: 'good', bytes: 0.5e9, multiplied: 0.36e9 }) },
      { file: 'd', origin: bundledOrigin, glance: glance({ name: 'own', bytes: 7e6, multiplied: 12e6 }) },
    ];
    const choices = choicesOf(candidates, '', machine);
    assert.deepEqual(
      choices.map(({ name, unfit }) => [name, unfit]),
      [
        ['own', undefined],
        ['good', undefined],
        ['slow', 'too slow here'],
        ['huge', 'needs 20.3 GB of memory, of 16 GB'],
      ],
    );
    assert.match(
      choices[1]!.detail,
      /^756 MB of memory, about .* 0\.6 s in a new file · fills in the middle · Ollama$/,
    );
  });

  const recommended = (fast: number): string[] => {
    const speed = { ...machine.speed, gops: 234 * fast, readGBs: 33 * fast };
    const choices = catalogueModels.map((model) =>
      choiceToDownload(model, 'https://hub', { ...machine, speed }),
    );
    return withRecommendation(choices)
      .filter((choice) => choice.recommended)
      .map(({ name, detail }) => `${name}: ${detail.split(' · ')[0]!}`);
  };

  it('recommends one, the largest that answers in time, and none with terms', () => {
    const why = 'recommended: the largest that answers in time here';
    assert.deepEqual(recommended(1), [`Qwen2.5-Coder 0.5B: ${why}`]);
    assert.deepEqual(recommended(2.5), [`Qwen2.5-Coder 1.5B: ${why}`]);
    // Between the two lie models of 3B, which have terms.
    assert.deepEqual(recommended(5), [`Qwen2.5-Coder 1.5B: ${why}`]);
    assert.deepEqual(recommended(0.05), []);
  });

  it('recommends no model that was trained for something else', () => {
    const caution = 'It was trained to chat: expect less of its completions than of a base model.';
    const at = { origin: 'Ollama', file: 'a' };
    const base = glance({ name: 'coder', bytes: 0.5e9, multiplied: 0.5e9 });
    const stars = [base, { ...base, caution }].map(
      (each) => withRecommendation(choicesOf([{ ...at, glance: each }], '', machine))[0]!.recommended,
    );
    assert.deepEqual(stars, [true, undefined]);
  });
});
