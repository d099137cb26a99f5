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

  it('is guessed by weights and threads before anything is read', () => {
    assert.equal(new Room(8192, weights, 2).tokens, 512);
    assert.equal(new Room(8192, weights, 8).tokens, 2048);
    assert.equal(new Room(8192, 14e6, 2).tokens, 8192);
    assert.equal(new Room(1024, 14e6, 2).tokens, 1024);
    assert.equal(new Room(32, weights, 1).tokens, 32);
    assert.equal(new Room(8192, 30e9, 1).tokens, 512);
  });

  it('is what is read in a second and a half', () => {
    for (const [speed, tokens] of [
      [0.1, 512],
      [0.7, 1024],
      [1.4, 2048],
      [100, 8192],
    ] as const) {
      const room = new Room(8192, weights, 2);
      for (let i = 0; i < 3; i++) room.read(600, 600 / speed);
      assert.equal(room.tokens, tokens, `${speed} tokens per millisecond`);
    }
  });

  it('stays where it is until the speed is clearly another one', () => {
    const room = new Room(8192, weights, 2);
    const read = (speed: number): number => {
      for (let i = 0; i < 5; i++) room.read(600, 600 / speed);
      return room.tokens;
    };
    assert.equal(read(1.4), 2048);
    assert.equal(read(0.75), 2048);
    assert.equal(read(2.6), 2048);
    assert.equal(read(0.6), 512);
    assert.equal(read(0.66), 512);
    assert.equal(read(0.7), 1024);
  });

  it('does not hang on one prompt that took long, nor on few tokens', () => {
    const room = new Room(8192, weights, 2);
    for (let i = 0; i < 5; i++) room.read(600, 400);
    for (let i = 0; i < 50; i++) room.read(20, 4000);
    for (let i = 0; i < 2; i++) room.read(600, 60_000);
    assert.equal(room.tokens, 2048);
  });
});
