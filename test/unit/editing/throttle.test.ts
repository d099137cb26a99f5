// What completions may use: the least of what each circumstance allows, and what that means for threads and waits.

import assert from 'node:assert/strict';
import { allowance, type Effort, isMemoryShort, threadsWith, waitWith } from '../../../src/editing/throttle';

describe('effort', () => {
  const given = (battery: [boolean, Effort], build: [boolean, Effort]) =>
    allowance([
      { holds: battery[0], effort: battery[1], because: 'on battery' },
      { holds: build[0], effort: build[1], because: 'a build runs' },
    ]);

  it('is full where nothing holds, or nothing is to follow from it', () => {
    assert.deepEqual(given([false, 'paused'], [false, 'slow']), { effort: 'full' });
    assert.deepEqual(given([true, 'full'], [true, 'full']), { effort: 'full' });
  });

  it('is the least that is allowed, with the reason', () => {
    assert.deepEqual(given([true, 'slow'], [false, 'paused']), { effort: 'slow', because: 'on battery' });
    assert.deepEqual(given([true, 'slow'], [true, 'paused']), { effort: 'paused', because: 'a build runs' });
    assert.deepEqual(given([true, 'paused'], [true, 'slow']), { effort: 'paused', because: 'on battery' });
  });

  it('says how many threads, and how long to wait', () => {
    assert.deepEqual(
      [threadsWith('full', 8), threadsWith('slow', 8), threadsWith('slow', 1)],
      [undefined, 4, 1],
    );
    assert.equal(threadsWith('slow', undefined), undefined);
    assert.deepEqual([waitWith('full', 0), waitWith('slow', 0), waitWith('slow', 180)], [0, 150, 180]);
  });

  it('finds memory short where little of it is left', () => {
    assert.ok(isMemoryShort(0.5e9, 16e9));
    assert.ok(!isMemoryShort(2e9, 16e9));
  });
});
