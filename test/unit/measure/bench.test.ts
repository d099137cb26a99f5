// Which numbers of threads are measured: each that a machine of today has, and few of a large one.

import assert from 'node:assert/strict';
import { threadCounts } from '../../../src/engine/environment';

describe('the numbers of threads that are measured', () => {
  it('are each one up to eight, whatever the machine', () => {
    for (let cores = 1; cores <= 8; cores++)
      assert.deepEqual(
        threadCounts(cores, 1),
        Array.from({ length: cores }, (_, i) => i + 1),
      );
  });

  it('end with the cores, have the one in use among them, and are few', () => {
    for (let cores = 1; cores <= 256; cores++)
      for (const inUse of [1, Math.ceil(cores / 3), cores, cores + 3]) {
        const counts = threadCounts(cores, inUse);
        assert.deepEqual(
          counts,
          [...new Set(counts)].sort((a, b) => a - b),
        );
        assert.ok(counts.includes(cores) && counts.includes(inUse) && counts[0] === 1);
        assert.equal(counts.at(-1), Math.max(cores, inUse));
        assert.ok(counts.length <= 26, counts.join());
      }
  });
});
