// The live view: its figures are those of the log, places are grouped, and nothing known yet is nothing drawn.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Completion } from '../../../src/protocol';
import type { Wanted } from '../../../src/report/confidence';
import type { LiveState } from '../../../src/report/pages';
import type { Recent } from '../../../src/reports';
import { cpuShareSince, computedWith, liveState, type Use } from '../../../src/report/liveView';
import type { LoggedRequest } from '../../../src/report/loggedRequest';
import { elementsOf } from './svg';
import type { Result } from '../../../src/results';

const answer = (more: Partial<Completion>): Completion => ({
  ...{ text: 'a', reason: 'line', shown: true, confidence: 0.5, tokens: 8, promptTokens: 500 },
  ...{ reusedTokens: 400, prefillMs: 10, decodeMs: 4, tokensPerSecond: 2000, model: 'm' },
  ...more,
});

const recent: Recent = { model: 'm', answers: 20, tokensPerSecond: 1010, latencyMs: 14 };

const shown: Result = { kind: 'shown', how: 'computed' };
const cancelled: Result = { kind: 'cancelled', because: 'typed on' };

const request = (where: string, result: Result, more: Partial<LoggedRequest> = {}): LoggedRequest => ({
  ...{ time: 0, where, result, waitedMs: 20 },
  ...more,
});

const wanted: Wanted = { threshold: 0.6, isSet: false, sentence: '' };

function watched(
  requests: readonly LoggedRequest[],
  more: { readonly recent?: Recent | undefined } = { recent },
): LiveState {
  return liveState({ ...{ engine: 'engine', requests, deadline: 100, wanted }, recent: more.recent });
}

describe('the live view', () => {
  it('has tiles that say nothing, and no charts, where nothing is known', () => {
    const state = watched([request('a.ts:1', { kind: 'silent', because: { kind: 'off' } })], {});
    assert.deepEqual(
      state.tiles.map(({ value }) => value),
      ['–', '–', '–', '–'],
    );
    assert.deepEqual(Object.values(state.charts), ['', '']);
    assert.deepEqual(state.groups, []);
    assert.equal(state.places[0]!.kind, 'silent');
  });

  it('tells the medians of the last twenty answers', () => {
    const requests = Array.from({ length: 30 }, (_, i) =>
      request(`a.ts:${i + 1}`, shown, {
        waitedMs: i < 20 ? 10 + i : 5000,
        completion: answer({ tokensPerSecond: i < 20 ? 1000 + i : 9, prefillMs: i < 20 ? 10 : 1000 }),
      }),
    );
    const [wait, decode, offered, accepted] = watched(requests).tiles;
    assert.equal(wait!.value, '20 ms');
    assert.match(wait!.note, / 28 ms$/);
    assert.equal(decode!.value, '1,010 tok/s');
    assert.match(decode!.note, / 10,000 tok\/s$/);
    assert.equal(offered!.value, '30 of 30');
    assert.equal(accepted!.value, '0 of 30');
  });

  it('puts the requests of a line into one row, with what became of it at last', () => {
    const { places, tiles } = watched([
      request('a.ts:2', cancelled),
      request(
        'a.ts:2',
        { kind: 'hidden', because: 'confidence' },
        { completion: answer({ confidence: 0.29 }) },
      ),
      request('b.ts:1', { kind: 'shown', how: 'typed through' }, { text: 'b' }),
      request('b.ts:1', shown, { text: 'bc', outcome: 'accepted' }),
      request('a.ts:2', cancelled),
    ]);
    assert.deepEqual(
      places.map(({ where, kind, requests, result, text }) => [where, kind, requests, result, text]),
      [
        ['a.ts:2', 'hidden', 3, 'hidden: not sure enough (29 % sure)', 'a'],
        ['b.ts:1', 'shown', 2, 'shown · accepted', 'bc'],
      ],
    );
    assert.deepEqual(
      tiles.slice(2).map(({ value }) => value),
      ['1 of 2', '1 of 1'],
    );
  });

  it('says of which lines it tells a share, where others are listed as well', () => {
    const { places, tiles } = watched([
      request('a.ts:1', shown, { text: 'a' }),
      request('a.md:1', { kind: 'silent', because: { kind: 'off' } }),
      request('a.ts:2', { kind: 'paused', because: 'battery' }),
    ]);
    assert.equal(places.length, 3);
    assert.deepEqual(
      [tiles[2]!.value, tiles[2]!.note],
      ['1 of 1', '100 % of the lines where an answer was wanted'],
    );
  });

  it('tells what an engine takes of the processor since it was looked at, not since it began', () => {
    const hours = { at: 60_000, processId: 7, cpuMs: 300_000 };
    assert.equal(cpuShareSince(undefined, hours), undefined);
    assert.equal(cpuShareSince({ at: 59_000, processId: 6, cpuMs: 10 }, hours), undefined);
    assert.equal(cpuShareSince(hours, { at: 61_000, processId: 7, cpuMs: 300_500 }), 0.5);
    const unknown = { processId: undefined };
    assert.equal(cpuShareSince({ ...hours, ...unknown }, { ...unknown, at: 61_000, cpuMs: 10 }), undefined);
  });

  it('tells of an offer that was typed into what became of it at last', () => {
    const given = answer({});
    const { places } = watched([
      request(
        'a.ts:1',
        { kind: 'shown', how: 'typed through' },
        { text: 'b', answer: given, outcome: 'typed over' },
      ),
      request('a.ts:1', shown, { text: 'ab', answer: given, completion: given, outcome: 'typed' }),
    ]);
    assert.deepEqual(
      places.map(({ result, text }) => [result.split(' (')[0], text]),
      [['shown · typed over', 'ab']],
    );
  });

  it('counts each answer in one bar of the waits, and says how many came too late', () => {
    const waits = [0, 9, 10, 39.9, 40, 640, 9000];
    const requests = waits.map((waitedMs, i) =>
      request(`a.ts:${i}`, shown, { waitedMs, completion: answer({}) }),
    );
    const { charts, groups } = watched(requests);
    for (const svg of Object.values(charts)) assert.equal(elementsOf(svg)[0], 'svg');
    const [waited, parts] = groups;
    assert.match(waited!.note, /Last answers: 7, later than the deadline of 100 ms: 2\./);
    assert.deepEqual(
      waited!.bars.map(({ name, value, share }) => [name, value, share]).filter(([, , share]) => share),
      [
        ['under 10 ms', '2', 1],
        ['10 to 20 ms', '1', 0.5],
        ['20 to 40 ms', '1', 0.5],
        ['40 to 80 ms', '1', 0.5],
        ['640 ms or more', '2', 1],
      ],
    );
    assert.equal(parts!.bars.at(-1)!.value, '1,381 ms');
  });

  it('draws how sure the answers were of the model whose figures it tells', () => {
    const hidden: Result = { kind: 'hidden', because: 'confidence' };
    const of = (
      model: string,
      confidence: number,
      more: Partial<Completion> = {},
    ): Partial<LoggedRequest> => {
      const completion = answer({ model, confidence, ...more });
      return { completion, answer: completion };
    };
    const { sureness } = watched([
      request('a.ts:1', shown, of('small', 0.62, { isSecond: true })),
      request('a.ts:2', hidden, of('large', 0.8)),
      request(
        'a.ts:2',
        { kind: 'shown', how: 'same' },
        { answer: answer({ model: 'large', confidence: 0.9 }) },
      ),
      request('a.ts:3', shown, of('before', 0.7)),
    ]);
    assert.deepEqual(
      sureness!.answers.map(({ confidence }) => confidence),
      [0.8, 0.9],
    );
  });

  it('says where the time went, and of what is told of nothing else the rest', () => {
    const timed = answer({ contextMs: 1, prefillMs: 10, decodeMs: 4, cleanMs: 2 });
    const [, parts] = watched([
      request('a.ts:1', shown, { waitedMs: 70, completion: timed, sent: { heldMs: 50, gatheredMs: 2 } }),
      // Of a block whose first line came, the rest may have been computed since.
      request('a.ts:2', shown, { waitedMs: 10, completion: timed, sent: { heldMs: 0, gatheredMs: 2 } }),
      request('a.ts:3', shown, { waitedMs: 20, completion: answer({ prefillMs: 10, decodeMs: 4 }) }),
    ]).groups;
    assert.deepEqual(
      parts!.bars.map(({ name, value }) => [name, value]),
      [
        ['waiting for the next key', '17 ms'],
        ['gathering the context', '2.0 ms'],
        ['reading the prompt', '10 ms'],
        ['writing the answer', '4.0 ms'],
        ['cleaning it up', '1.3 ms'],
        ['other work', '2.3 ms'],
      ],
    );
  });

  it('says what was known before: of the prompts, and of the answers', () => {
    const [, , spared] = watched([
      request('a.ts:1', shown, { completion: answer({ promptTokens: 100, reusedTokens: 90 }) }),
      request('a.ts:1', { kind: 'shown', how: 'typed through' }),
      request('a.ts:1', { kind: 'hidden', because: 'empty', asBefore: true }),
      request('a.ts:1', { kind: 'hidden', because: 'selection' }),
      request('a.ts:3', cancelled),
    ]).groups;
    assert.deepEqual(
      spared!.bars.map(({ value }) => value),
      ['90 %', '75 %'],
    );
  });

  it('says of which answer a chart begins', () => {
    const chart = (count: number): string =>
      watched(Array.from({ length: count }, () => request('a.ts:1', shown, { completion: answer({}) })))
        .charts.writing;
    assert.match(chart(2), />1 answer ago</);
    assert.match(chart(60), />59 answers ago</);
  });

  it('names the kernel and the threads, also those that are left to it', () => {
    const model = { name: 'm', kernel: 'avx2', threads: 2 };
    assert.equal(computedWith(model, undefined), 'm · kernel avx2 · 2 threads');
    assert.match(computedWith(model, answer({ threads: 1 })), /2 threads, 1 now: the machine is busy$/);
    assert.equal(computedWith(model, answer({ model: 'before', threads: 1 })), 'm · kernel avx2 · 2 threads');
    const specialists = [{ name: 'other', kernel: 'avx512', threads: 1, languages: ['go'] }];
    assert.equal(
      computedWith({ ...model, specialists }, answer({ model: 'other', threads: 1, mostThreads: 1 })),
      'other · kernel avx512 · 1 thread',
    );
  });

  it('tells what the engine takes, as far as that is known', () => {
    const nothing = { engine: 'm', requests: [], recent: undefined, deadline: 100, wanted };
    const engineOf = (use?: Use): string => liveState({ ...nothing, ...(use && { use }) }).engine;
    assert.equal(engineOf(), 'm');
    assert.equal(engineOf({ memoryBytes: 84.2e6 }), 'm · 84.2 MB of memory');
    assert.equal(engineOf({ memoryBytes: 84.2e6, cpuShare: 1.5 }), 'm · 84.2 MB of memory, 150 % of a core');
  });

  it('can be filtered by every kind of result, and by nothing else', () => {
    const each: Record<Result['kind'], Result> = {
      ...{ shown, cancelled },
      hidden: { kind: 'hidden', because: 'syntax' },
      late: { kind: 'late', after: 300 },
      silent: { kind: 'silent', because: { kind: 'off' } },
      paused: { kind: 'paused', because: 'build' },
      failed: { kind: 'failed', problem: 'It ended.' },
    };
    const requests = Object.values(each).map((result, i) => request(`a.ts:${i + 1}`, result));
    const { places } = watched(requests);
    const filters = [...readFileSync('media/live.html', 'utf8').matchAll(/<option value="(.+?)"/g)];
    assert.deepEqual(places.map(({ kind }) => kind).sort(), filters.map(([, kind]) => kind).sort());
  });
});
