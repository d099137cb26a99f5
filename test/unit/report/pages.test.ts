// Messages of the extension's pages: what is none of them is not heard.

import assert from 'node:assert/strict';
import {
  isBenchmarkMessage,
  isDiagnosticsMessage,
  isPlace,
  isRemedyMessage,
  isWhere,
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

  it('of the live view are a path and a line', () => {
    for (const where of ['a.ts:1', 'a b/c:d.ts:12']) assert.ok(isWhere(where), where);
    for (const other of [ready, 'a.ts', 'a.ts:', '', undefined, null, {}, ['a.ts:1']])
      assert.ok(!isWhere(other), JSON.stringify(other));
  });
});
