// What a diagnosis concludes from its figures: where they tell something, and nothing where the machine was busy with other things.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { issuesOf, type Measured } from '../../../src/measure/diagnose';
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
  it('says where threads gain little, where it had the machine to itself', () => {
    const issues = issuesOf(slower(0.05)).map(({ issue }) => issue);
    assert.deepEqual(issues, ['2 threads reach 25 % of linear speed-up, though memory is not the limit.']);
  });

  it('says that others took cores, and concludes nothing from what is slow then', () => {
    const issues = issuesOf(slower(1.3)).map(({ severity, issue }) => [severity, issue]);
    assert.deepEqual(issues, [['note', 'Other programs took 1.3 cores while this was measured.']]);
  });
});
