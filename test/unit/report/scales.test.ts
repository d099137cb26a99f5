// The values along an axis.

import assert from 'node:assert/strict';
import { powersAround, stepsTo } from '../../../src/report/scales';

describe('scales', () => {
  it('have round steps that reach the largest value', () => {
    assert.deepEqual(stepsTo(0.23), [0, 0.05, 0.1, 0.15, 0.2, 0.25]);
    assert.deepEqual(stepsTo(1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(stepsTo(1780), [0, 500, 1000, 1500, 2000]);
    assert.deepEqual(stepsTo(0), [0, 0.2]);
  });

  it('have powers of ten around all values, and shares that are even among them', () => {
    const { steps, share } = powersAround([3, 700]);
    assert.deepEqual(steps, [1, 10, 100, 1000]);
    assert.deepEqual([1, 10, 100, 1000].map(share), [0, 1 / 3, 2 / 3, 1]);
    assert.deepEqual(powersAround([10, 10]).steps, [10, 100]);
  });
});
