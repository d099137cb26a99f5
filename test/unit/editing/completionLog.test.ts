// The log of completions: newest first, bounded, and which answer's speed is told.

import assert from 'node:assert/strict';
import { type Entry, CompletionLog } from '../../../src/editing/completionLog';
import { answer } from './marked';

const entry = (more: Partial<Entry> = {}): Entry => ({
  ...{ time: 0, where: 'a.ts:1', trigger: 'automatic', result: 'shown', waitedMs: 1 },
  ...more,
});

describe('the log of completions', () => {
  it('has the newest first and forgets the oldest', () => {
    const log = new CompletionLog();
    for (let i = 0; i < 150; i++) log.add(entry({ where: `a.ts:${i}` }));
    assert.equal(log.entries.length, 100);
    assert.equal(log.entries[0]?.where, 'a.ts:149');
  });

  it('tells of additions and amendments, until it is no longer asked to', () => {
    const log = new CompletionLog();
    let changes = 0;
    const subscription = log.onChange(() => changes++);
    const added = log.add(entry());
    log.amend(added, { outcome: 'accepted' });
    assert.equal(changes, 2);
    assert.equal(log.entries[0]?.outcome, 'accepted');
    subscription.dispose();
    log.add(entry());
    assert.equal(changes, 2);
  });

  it('is erased on demand, and tells of it', () => {
    const log = new CompletionLog();
    log.add(entry({ completion: answer('x') }));
    let changes = 0;
    log.onChange(() => changes++);
    log.erase();
    assert.deepEqual([log.entries.length, log.lastCompletion, changes], [0, undefined, 1]);
  });

  it('tells the speed of the last answer of some length', () => {
    const log = new CompletionLog();
    const add = (tokens: number): Entry => log.add(entry({ completion: answer('x', { tokens }) }));
    const told = (): number | undefined => log.lastCompletion?.tokens;
    assert.equal(told(), undefined);
    add(1);
    assert.equal(told(), 1);
    add(9);
    add(5);
    add(2);
    add(0);
    log.add(entry());
    assert.equal(told(), 5);
  });
});
