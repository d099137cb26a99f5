// Reports that are kept for the next window: as they were, none of another kind, and none of a file that holds something else.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { KeptReports } from '../../../src/report/keptReports';

describe('kept reports', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-kept-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));
  const kept = (file: string | undefined) =>
    new KeptReports<{ schema: string; date?: string }>(file, ({ schema }) => schema === 'own/1');

  it('are read again by another window, also where the folder is new', () => {
    const file = path.join(folder, 'new', 'reports.json');
    const reports = [{ schema: 'own/1', date: '1' }, { schema: 'own/1' }];
    assert.deepEqual(kept(file).read(), []);
    kept(file).write(reports);
    assert.deepEqual(kept(file).read(), reports);
  });

  it('are none where the file holds something else', () => {
    const file = path.join(folder, 'reports.json');
    for (const text of ['', '[', '{}', '7', '[null]']) {
      fs.writeFileSync(file, text);
      assert.deepEqual(kept(file).read(), [], text);
    }
    fs.writeFileSync(file, JSON.stringify([{ schema: 'own/2' }, { schema: 'own/1' }]));
    assert.deepEqual(kept(file).read(), [{ schema: 'own/1' }]);
  });

  it('are not kept without a file, and say why where they cannot be written', () => {
    kept(undefined).write([{ schema: 'own/1' }]);
    assert.deepEqual(kept(undefined).read(), []);
    fs.writeFileSync(path.join(folder, 'file'), '');
    const inFile = path.join(folder, 'file', 'reports.json');
    assert.throws(() => kept(inFile).write([]), /cannot be written/);
  });
});
