// Where nothing is offered: what is no file, what holds secrets, what is too long.

import assert from 'node:assert/strict';
import { silentBecause } from '../../../src/editing/silence';

const site = (more: Partial<Parameters<typeof silentBecause>[0]>) =>
  silentBecause({
    scheme: 'file',
    path: '/w/a.ts',
    characters: 100,
    writable: true,
    judged: () => 'readable',
    ...more,
  });

describe('silence', () => {
  it('is broken for files, remote files, untitled documents and cells', () => {
    assert.equal(site({}), undefined);
    assert.equal(site({ scheme: 'vscode-vfs' }), undefined);
    assert.equal(site({ scheme: 'untitled', writable: undefined }), undefined);
    assert.equal(site({ scheme: 'vscode-notebook-cell', writable: undefined }), undefined);
  });

  for (const scheme of ['output', 'vscode-scm', 'debug', 'comment', 'walkThroughSnippet', 'search-editor'])
    it(`is kept in ${scheme} editors`, () =>
      assert.match(site({ scheme, writable: undefined }) ?? '', /not a file/));

  it('is kept in file systems that cannot be written', () => {
    assert.match(site({ scheme: 'git', writable: false }) ?? '', /./);
    assert.match(site({ scheme: 'gitlens', writable: false }) ?? '', /cannot be written/);
  });

  it('is kept in the settings of VS Code', () => {
    assert.match(site({ scheme: 'vscode-userdata', writable: true }) ?? '', /not a file/);
  });

  it('is kept in what may hold secrets', () => {
    assert.match(site({ path: '/w/.env.production' }) ?? '', /secrets/);
    assert.equal(site({ path: '/w/environment.ts' }), undefined);
  });

  it('is kept in what the user has ignored, and until that is known', () => {
    assert.equal(site({ judged: () => 'ignored' }), 'is ignored by .ryzansteinignore');
    assert.match(site({ judged: () => undefined }) ?? '', /has to wait: \.ryzansteinignore is being read/);
  });

  it('is kept in huge files', () => {
    assert.equal(site({ characters: 1_900_000 }), undefined);
    assert.match(site({ characters: 2_100_000 }) ?? '', /million/);
  });
});
