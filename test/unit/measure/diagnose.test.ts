// What a diagnosis concludes from its figures: where they tell something, and nothing where the machine was busy with other things.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { issuesOf, type Measured, speedsBy } from '../../../src/measure/diagnose';
import type { ScalingRow } from '../../../src/reports';

const measured = JSON.parse(readFileSync('test/fixtures/pages/diagnosis.json', 'utf8')) as Measured;
const [one, two] = measured.threading.scaling as [ScalingRow, ScalingRow];

/** Two threads are in use, and slower than one; others took so many cores meanwhile. */
const slower = (takenCores: number): Measured => ({
  ...measured,
  model: { ...measured.model, threads: 2 },
  threading: {
    scaling: [one, { ...two, threads: 2, ms: 2 * one.ms, efficiency: 0.25, bound: 'compute' }],
    takenCores,
  },
});

describe('a diagnosis', () => {
  /** Which numbers are measured, in turn, where threads share the work, of which one alone has 48 tokens to write and 256 to read. */
  async function measuredOf(decode: number, inUse: number): Promise<[measured: number[], listed: number[]]> {
    const done: number[] = [];
    const speeds = await speedsBy([1, 2, 3, 4, 5, 6, 7, 8], inUse, (threads) => {
      done.push(threads);
      return Promise.resolve({ prefill: 100 * threads * decode, decode: threads * decode });
    });
    return [done, [...speeds.keys()]];
  }

  it('measures each number of threads of a small model, the one in use first', async () => {
    assert.deepEqual(await measuredOf(1000, 4), [
      [4, 8, 7, 6, 5, 3, 2, 1],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ]);
  });

  it('measures of a larger one what does not take long, and of a very large one what is in use', async () => {
    // A run takes 10 s with one thread, and 1.25 s with eight.
    assert.deepEqual(await measuredOf(5.056, 8), [[8], [8]]);
    // 4 s, and 1 s with four.
    assert.deepEqual(await measuredOf(12.64, 8), [
      [8, 7, 6, 5, 4],
      [4, 5, 6, 7, 8],
    ]);
  });

  it('says where threads gain little, where it had the machine to itself', () => {
    const issues = issuesOf(slower(0.05)).map(({ issue }) => issue);
    assert.deepEqual(issues, ['2 threads reach 25 % of linear speed-up, though memory is not the limit.']);
  });

  it('says that others took cores, and concludes nothing from what is slow then', () => {
    const issues = issuesOf(slower(1.3)).map(({ severity, issue }) => [severity, issue]);
    assert.deepEqual(issues, [['note', 'Other programs took 1.3 cores while this was measured.']]);
  });
});
