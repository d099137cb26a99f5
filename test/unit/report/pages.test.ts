// Messages of the extension's pages: what is none of them is not heard.

import assert from 'node:assert/strict';
import {
  isBenchmarkMessage,
  isDiagnosticsMessage,
  isLiveMessage,
  isPlace,
  isRemedyMessage,
  ready,
} from '../../../src/report/pages';

describe('messages of the pages', () => {
  it('of the diagnostics page are those of its buttons', () => {
    for (const message of ['examine', 'erase', 'copy']) assert.ok(isDiagnosticsMessage(message), message);
    for (const other of [ready, 'Erase', '', undefined, null, {}, ['erase']])
      assert.ok(!isDiagnosticsMessage(other), JSON.stringify(other));
  });

  it('of the benchmark page are those of its buttons', () => {
    for (const message of ['run', 'html', 'json', 'md', 'useThreads'])
      assert.ok(isBenchmarkMessage(message), message);
    for (const other of [ready, 'threads', '', undefined, null, {}, ['run']])
      assert.ok(!isBenchmarkMessage(other), JSON.stringify(other));
  });

  it('of the evaluation page are places', () => {
    const place = { path: 'a.ts', line: 1, column: 1 };
    assert.ok(isPlace(place));
    for (const other of [
      ...[ready, undefined, null, {}, { ...place, path: undefined }, { ...place, path: 1 }],
      ...[
        { ...place, line: 0 },
        { ...place, line: '1' },
        { ...place, column: 1.5 },
      ],
    ])
      assert.ok(!isPlace(other), JSON.stringify(other));
  });

  it('of the card are what its buttons stand for', () => {
    for (const remedy of ['chooseModel', 'useBundled', 'restart', 'showLog'])
      assert.ok(isRemedyMessage({ remedy }), remedy);
    for (const other of [
      ready,
      'restart',
      undefined,
      null,
      {},
      { remedy: 'toString' },
      { remedy: ['restart'] },
    ])
      assert.ok(!isRemedyMessage(other), JSON.stringify(other));
  });

  it('of the live view name a place, a setting or a confidence', () => {
    const messages = [
      ...['open', 'look', 'copy'].flatMap((kind) => [
        { kind, where: 'a.ts:1' },
        { kind, where: 'a b/c:d.ts:12' },
      ]),
      ...[{ kind: 'close' }, { kind: 'setting', name: 'eagerness' }],
      ...[null, 0, 0.55, 1].map((confidence) => ({ kind: 'keep', confidence })),
    ];
    for (const message of messages) assert.ok(isLiveMessage(message), JSON.stringify(message));
    for (const other of [
      ...[ready, 'a.ts:1', '', undefined, null, {}, { kind: 'erase' }, { kind: 'open' }],
      ...['a.ts', 'a.ts:', 1].map((where) => ({ kind: 'look', where })),
      ...['', 'a b', 'x:y', undefined].map((name) => ({ kind: 'setting', name })),
      ...[-0.1, 1.1, NaN, '0.5', undefined].map((confidence) => ({ kind: 'keep', confidence })),
    ])
      assert.ok(!isLiveMessage(other), JSON.stringify(other));
  });
});
