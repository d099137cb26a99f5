// The ledger: newest first, bounded, and which answer's speed is told.

import assert from 'node:assert/strict';
import { type Entry, Ledger } from '../../../src/editing/completionLog';
import { answer } from './marked';

const entry = (more: Partial<Entry> = {}): Entry => ({
  ...{ time: 0, where: 'a.ts:1', trigger: 'automatic', outcome: 'shown', waitedMs: 1 },
  ...more,
});

describe('ledger', () => {
  it('has the newest first and forgets the oldest', () => {
    const ledger = new Ledger();
    for (let i = 0; i < 150; i++) ledger.add(entry({ where: `a.ts:${i}` }));
    assert.equal(ledger.entries.length, 100);
    assert.equal(ledger.entries[0]?.where, 'a.ts:149');
  });

  it('tells of additions and amendments, until it is no longer asked to', () => {
    const ledger = new Ledger();
    let changes = 0;
    const subscription = ledger.onChange(() => changes++);
    const added = ledger.add(entry());
    ledger.amend(added, { fate: 'accepted' });
    assert.equal(changes, 2);
    assert.equal(ledger.entries[0]?.fate, 'accepted');
    subscription.dispose();
    ledger.add(entry());
    assert.equal(changes, 2);
  });

  it('is erased on demand, and tells of it', () => {
    const ledger = new Ledger();
    ledger.add(entry({ completion: answer('x') }));
    let changes = 0;
    ledger.onChange(() => changes++);
    ledger.erase();
    assert.deepEqual([ledger.entries.length, ledger.lastCompletion, changes], [0, undefined, 1]);
  });

  it('tells the speed of the last answer of some length', () => {
    const ledger = new Ledger();
    const add = (tokens: number): Entry => ledger.add(entry({ completion: answer('x', { tokens }) }));
    const told = (): number | undefined => ledger.lastCompletion?.tokens;
    assert.equal(told(), undefined);
    add(1);
    assert.equal(told(), 1);
    add(9);
    add(5);
    add(2);
    add(0);
    ledger.add(entry());
    assert.equal(told(), 5);
  });
});
