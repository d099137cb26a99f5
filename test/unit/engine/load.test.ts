// Free cores by processor times: what others used is taken off, what this process used is not.

import * as assert from 'node:assert/strict';
import { freeCores, Load, type Times } from '../../../src/engine/load';

describe('load', () => {
  const times = (clock: number, busy: number, own: number, cores = 4): Times => ({ cores, busy, own, clock });

  it('leaves all cores free where only this process worked', () => {
    assert.equal(freeCores(times(0, 0, 0), times(1000, 1500, 1500)), 4);
  });

  it('takes off what others used', () => {
    assert.equal(freeCores(times(0, 100, 50), times(2000, 100 + 6500, 50 + 500)), 1);
    assert.equal(freeCores(times(0, 0, 0), times(1000, 9000, 0)), 0);
  });

  it('looks again only when some time has passed', () => {
    const looks = [times(0, 0, 0), times(1500, 3000, 0), times(2600, 3000, 0)];
    const load = new Load(() => looks.shift()!);
    assert.equal(load.free(0), 4);
    assert.equal(load.free(900), 4);
    assert.equal(load.free(1500), 2);
    assert.equal(load.free(2000), 2);
    assert.equal(load.free(2600), 4);
    assert.deepEqual(looks, []);
  });

  it('is between none and all of the cores of this machine', () => {
    const free = new Load().free(Infinity);
    assert.ok(free >= 0 && free <= 1024, String(free));
  });
});
