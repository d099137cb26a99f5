// The log of completions: newest first, bounded, and how fast the last answers were.

import assert from 'node:assert/strict';
import { type Asked, type Entry, CompletionLog, keptLines } from '../../../src/editing/completionLog';
import type { Completion } from '../../../src/protocol';
import type { Recent } from '../../../src/reports';
import { answer } from './marked';

const entry = (more: Partial<Entry> = {}): Entry => ({
  ...{
    time: 0,
    where: 'a.ts:1',
    key: 'file:///a.ts',
    trigger: 'automatic',
    result: { kind: 'shown', how: 'computed' },
    waitedMs: 1,
  },
  ...more,
});

describe('the log of completions', () => {
  it('has the newest first and forgets the oldest', () => {
    const log = new CompletionLog();
    for (let i = 0; i < 150; i++) log.add(entry({ where: `a.ts:${i}` }));
    assert.equal(log.entries.length, 100);
    assert.equal(log.entries[0]?.where, 'a.ts:149');
  });

  it('counts what is shown and accepted in a day, each once', () => {
    let day = 'Monday';
    const log = new CompletionLog(() => day);
    const late = log.add(entry({ result: { kind: 'late', after: 100 } }));
    log.amend(late, { result: { kind: 'shown', how: 'late' } });
    const first = log.add(entry());
    log.add(entry({ result: { kind: 'shown', how: 'same' } }));
    log.add(entry({ result: { kind: 'shown', how: 'typed through' } }));
    log.add(entry({ result: { kind: 'hidden', because: 'confidence' } }));
    for (const outcome of ['typed', 'accepted in part', 'accepted'] as const) log.amend(first, { outcome });
    assert.deepEqual({ ...log.today, day: '' }, { day: '', shown: 2, accepted: 1 });
    const undone = answer('x');
    for (const how of ['joined', 'same'] as const)
      log.amend(log.add(entry({ result: { kind: 'shown', how }, answer: undone })), { outcome: 'accepted' });
    assert.deepEqual({ ...log.today, day: '' }, { day: '', shown: 3, accepted: 2 });
    log.amend(log.add(entry()), { outcome: 'accepted in part' });
    assert.deepEqual({ ...log.today, day: '' }, { day: '', shown: 4, accepted: 3 });
    day = 'Tuesday';
    log.amend(first, { outcome: 'accepted' });
    assert.deepEqual([log.today.shown, log.today.accepted], [0, 0]);
  });

  it('has the waits for what was computed, the newest last', () => {
    const log = new CompletionLog();
    for (const waitedMs of [10, 20, 30])
      log.add(entry({ waitedMs, completion: answer('x', { tokens: waitedMs === 20 ? 0 : 3 }) }));
    assert.deepEqual(log.waits(60), [10, 30]);
    assert.deepEqual(log.waits(1), [30]);
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
    assert.deepEqual([log.entries.length, log.recent, changes], [0, undefined, 1]);
  });

  it('keeps what the last answers were asked for, also that of their alternatives, until it is erased', () => {
    const log = new CompletionLog();
    const asked = (path: string): Asked => ({
      prompt: { path, languageId: 'typescript', prefix: '', suffix: '', related: [] },
      limits: { maxTokens: 1, maxLines: 1, minConfidence: 0 },
    });
    const answers = Array.from({ length: keptLines + 1 }, (_, i) => answer(`${i}`));
    answers[2]!.alternatives = [{ text: 'other', confidence: 0.25 }];
    for (const [i, each] of answers.entries()) log.keep(asked(`${i}.ts`), each);
    assert.equal(log.askedFor(answers[0]!), undefined);
    assert.deepEqual(log.askedFor(answers[1]!), asked('1.ts'));
    assert.deepEqual(log.askedFor({ ...answers[2]!, text: 'other', confidence: 0.25 }), asked('2.ts'));
    assert.equal(log.askedFor(answer('1')), undefined);
    log.erase();
    assert.equal(log.askedFor(answers[1]!), undefined);
  });

  it('keeps what was asked on each of many lines, however many keys were typed on the last one', () => {
    const log = new CompletionLog();
    const keep = (line: number, text: string): Completion => {
      const prefix = `${'\n'.repeat(line)}${text}`;
      const prompt = { path: 'a.ts', languageId: 'typescript', prefix, suffix: '', related: [] };
      const given = answer(text);
      log.keep({ prompt, limits: { maxTokens: 1, maxLines: 1, minConfidence: 0 } }, given);
      return given;
    };
    const lines = Array.from({ length: keptLines }, (_, line) => keep(line, `x${line}`));
    const typed = Array.from({ length: 100 }, (_, i) => keep(5, 'y'.repeat(i + 1)));
    const isKept = (given: Completion): boolean => log.askedFor(given) !== undefined;
    assert.deepEqual(
      lines.map(isKept),
      lines.map((_, line) => line !== 5),
    );
    // The last ones, and those that may have come before them for the same question.
    assert.deepEqual(typed.map(isKept), [...Array<boolean>(96).fill(false), true, true, true, true]);
    keep(keptLines, 'z');
    assert.deepEqual([isKept(lines[0]!), isKept(lines[1]!)], [false, true]);
  });

  it('tells of the chosen model, once it has spoken, and of the second one before', () => {
    const log = new CompletionLog();
    const add = (speed: number, more: Partial<Completion>): Entry =>
      log.add(entry({ completion: answer('x', { tokens: 9, tokensPerSecond: speed, ...more }) }));
    add(900, { model: 'small', isSecond: true });
    assert.equal(log.recent?.tokensPerSecond, 900);
    add(20, { model: 'large' });
    add(800, { model: 'small', isSecond: true });
    assert.deepEqual([log.recent?.tokensPerSecond, log.recent?.answers], [20, 1]);
    assert.equal(log.lastCompletion?.model, 'small');
  });

  it('tells medians of the last twenty answers, of their speed where they are long enough', () => {
    const log = new CompletionLog();
    const add = (tokens: number, speed: number, more: Partial<Completion> = {}): Entry =>
      log.add(entry({ completion: answer('x', { tokens, tokensPerSecond: speed, ...more }) }));
    const recent = (): Partial<Recent> | undefined => log.recent;
    assert.equal(recent(), undefined);
    add(1, 9);
    assert.deepEqual([recent()?.answers, recent()?.tokensPerSecond], [1, 9]);
    add(9, 300, { prefillMs: 1, decodeMs: 6 });
    add(5, 100, { prefillMs: 2, decodeMs: 3 });
    add(7, 200, { prefillMs: 3, decodeMs: 3 });
    add(2, 9000, { prefillMs: 4, decodeMs: 0 });
    add(0, 5000);
    log.add(entry());
    assert.equal(recent()?.tokensPerSecond, 200);
    for (let i = 0; i < 30; i++) add(8, 400, { prefillMs: 10, decodeMs: 4 });
    const { answers, tokensPerSecond, latencyMs } = recent()!;
    assert.deepEqual([answers, tokensPerSecond, latencyMs], [20, 400, 14]);
    add(8, 50, { model: 'another' });
    assert.deepEqual([recent()?.answers, recent()?.tokensPerSecond], [1, 50]);
  });
});
