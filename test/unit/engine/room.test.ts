// How long texts may be: by memory, and by what was measured of the machine's speed.

import * as assert from 'node:assert/strict';
import { contextOf, Room } from '../../../src/engine/room';

describe('the context', () => {
  it('is what the model was trained for, as far as memory and time allow', () => {
    assert.equal(contextOf(1024, 2_000), 1024);
    assert.equal(contextOf(131_072, 2_000), 8192);
    assert.equal(contextOf(131_072, 100_000), 2560);
    assert.equal(contextOf(64, 1e12), 1);
    assert.equal(contextOf(32_768, 0), 8192);
  });
});

describe('the room of prompt and answer', () => {
  const weights = 500e6;
  const both = ({ cold, rested }: Room): [number, number] => [cold, rested];

  it('is guessed by weights and threads before anything is read', () => {
    assert.deepEqual(both(new Room(8192, weights, 2)), [256, 1024]);
    assert.deepEqual(both(new Room(8192, weights, 8)), [1024, 4096]);
    assert.deepEqual(both(new Room(8192, 14e6, 2)), [8192, 8192]);
    assert.deepEqual(both(new Room(1024, 14e6, 2)), [1024, 1024]);
    assert.deepEqual(both(new Room(32, weights, 1)), [32, 32]);
    assert.deepEqual(both(new Room(8192, 30e9, 1)), [256, 256]);
  });

  it('is what is read in a second, or in four while the cursor rests', () => {
    for (const [speed, cold, rested] of [
      [0.06, 256, 256],
      [0.3, 256, 1024],
      [0.7, 512, 2048],
      [2.1, 2048, 8192],
      [100, 8192, 8192],
    ] as const) {
      const room = new Room(8192, weights, 2);
      for (let i = 0; i < 3; i++) room.read(600, 600 / speed);
      assert.deepEqual(both(room), [cold, rested], `${speed} tokens per millisecond`);
      assert.ok(Math.abs(room.milliseconds(600) - 600 / speed) < 1e-6);
    }
  });

  it('stays where it is until the speed is clearly another one', () => {
    const room = new Room(8192, weights, 2);
    const read = (speed: number): number => {
      for (let i = 0; i < 5; i++) room.read(600, 600 / speed);
      return room.cold;
    };
    assert.equal(read(2.1), 2048);
    assert.equal(read(1.1), 2048);
    assert.equal(read(4), 2048);
    assert.equal(read(1.1), 1024);
    assert.equal(read(1.9), 1024);
    assert.equal(read(2.1), 2048);
  });

  it('does not hang on one prompt that took long, nor on few tokens', () => {
    const room = new Room(8192, weights, 2);
    for (let i = 0; i < 5; i++) room.read(600, 280);
    for (let i = 0; i < 50; i++) room.read(20, 4000);
    for (let i = 0; i < 2; i++) room.read(600, 60_000);
    assert.equal(room.cold, 2048);
  });
});
