// Pages are told of changes at most five times a second, and of none while they are hidden.

import assert from 'node:assert/strict';
import { Updates } from '../../../src/editing/updates';
import { VirtualClock } from '../../../src/measure/virtualClock';

async function watched(
  isSeen: () => boolean,
): Promise<{ sent: number[]; updates: Updates; clock: VirtualClock }> {
  const clock = new VirtualClock();
  const sent: number[] = [];
  const updates = new Updates(clock, isSeen, () => void sent.push(clock.now()));
  for (let i = 0; i < 1000; i++) {
    updates.soon();
    await clock.pass(1);
  }
  return { sent, updates, clock };
}

describe('updates of a page', () => {
  it('come five times in a second in which a thousand things change', async () => {
    const { sent, clock } = await watched(() => true);
    await clock.pass(1000);
    assert.equal(sent.length, 5);
    for (const [i, time] of sent.slice(1).entries()) assert.ok(time - sent[i]! >= 200, sent.join(', '));
  });

  it('do not come while nobody sees the page, and soon when it is in sight', async () => {
    let isSeen = false;
    const { sent, updates, clock } = await watched(() => isSeen);
    await clock.pass(1000);
    assert.deepEqual(sent, []);
    isSeen = true;
    updates.soon();
    await clock.pass(1000);
    assert.equal(sent.length, 1);
  });

  it('do not come after the end', async () => {
    const { sent, updates, clock } = await watched(() => true);
    updates.soon();
    updates.dispose();
    const before = sent.length;
    await clock.pass(1000);
    assert.equal(sent.length, before);
  });
});
