// What completions may use: the least of what each circumstance leaves, and what that means for threads and waits.

import assert from 'node:assert/strict';
import os from 'node:os';
import { isMemoryShort, memoryBytes } from '../../../src/editing/memory';
import { strictest, type Use, threadsWith, waitWith } from '../../../src/editing/throttle';

describe('a throttle', () => {
  const given = (battery: Use, build: Use) =>
    strictest([
      ['battery', battery],
      ['build', build],
    ]);

  it('leaves all where nothing holds', () => {
    assert.deepEqual(given('full', 'full'), { use: 'full' });
  });

  it('is the strictest that holds, with the reason', () => {
    assert.deepEqual(given('slow', 'full'), { use: 'slow', because: 'battery' });
    assert.deepEqual(given('slow', 'slow'), { use: 'slow', because: 'battery' });
    assert.deepEqual(given('slow', 'paused'), { use: 'paused', because: 'build' });
    assert.deepEqual(given('paused', 'slow'), { use: 'paused', because: 'battery' });
  });

  it('says how many threads, and how long to wait', () => {
    const [full, slow] = [{ use: 'full' }, { use: 'slow', because: 'battery' }] as const;
    assert.deepEqual([threadsWith(full, 8), threadsWith(slow, 8), threadsWith(slow, 1)], [undefined, 4, 1]);
    assert.equal(threadsWith(slow, undefined), undefined);
    assert.deepEqual([waitWith(full, 0, 500), waitWith(full, 20, 8)], [0, 20]);
    const waits = [0, 8, 30, 500].map((answer) => waitWith(slow, 0, answer));
    assert.deepEqual(waits, [150, 32, 120, 150]);
    assert.deepEqual([waitWith(slow, 180, 500), waitWith(slow, 50, 8)], [180, 50]);
  });
});

describe('memory', () => {
  it('is short where little of it is left', () => {
    assert.ok(isMemoryShort(0.5e9, 16e9));
    assert.ok(!isMemoryShort(2e9, 16e9));
  });

  it('is what a container grants, where that is less than the machine has', () => {
    const before = Reflect.get(process, 'constrainedMemory') as unknown;
    const all = os.totalmem();
    try {
      for (const [limit, bytes] of [
        [all / 20, all / 20],
        [0, all],
        [2 ** 64, all],
      ] as const) {
        Object.assign(process, { constrainedMemory: () => limit });
        assert.equal(memoryBytes(), bytes);
        assert.ok(!isMemoryShort(bytes * 0.9));
        assert.ok(isMemoryShort(bytes * 0.09));
      }
    } finally {
      Object.assign(process, { constrainedMemory: before });
    }
  });
});
