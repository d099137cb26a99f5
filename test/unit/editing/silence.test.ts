// Where nothing is offered: what is no file, what holds secrets, what is too long.

import assert from 'node:assert/strict';
import { silentBecause } from '../../../src/editing/silence';
import { silenceWords } from '../../../src/wording';

const site = (more: Partial<Parameters<typeof silentBecause>[0]>) =>
  silentBecause({
    scheme: 'file',
    path: '/w/a.ts',
    characters: 100,
    writable: true,
    judged: () => 'readable',
    ...more,
  });

const words = (more: Parameters<typeof site>[0]): string => {
  const silence = site(more);
  return silence ? silenceWords(silence) : '';
};

describe('silence', () => {
  it('is broken for files, remote files, untitled documents, cells and inputs', () => {
    assert.equal(site({}), undefined);
    assert.equal(site({ scheme: 'vscode-vfs' }), undefined);
    assert.equal(site({ scheme: 'untitled', writable: undefined }), undefined);
    assert.equal(site({ scheme: 'vscode-notebook-cell', writable: undefined }), undefined);
    const input = { scheme: 'vscode-interactive-input', path: '/InteractiveInput-1', writable: undefined };
    assert.equal(site(input), undefined);
    // The setting "languages" has the last word there, by the name of its language: "scminput".
    assert.equal(site({ scheme: 'vscode-scm', path: 'git/scm0/input', writable: undefined }), undefined);
  });

  for (const scheme of ['output', 'debug', 'comment', 'walkThroughSnippet', 'search-editor'])
    it(`is kept in ${scheme} editors`, () =>
      assert.match(words({ scheme, writable: undefined }), /not a file/));

  it('is kept in file systems that cannot be written', () => {
    assert.match(words({ scheme: 'git', writable: false }), /./);
    assert.match(words({ scheme: 'gitlens', writable: false }), /cannot be written/);
  });

  it('is kept in the settings of VS Code', () => {
    assert.match(words({ scheme: 'vscode-userdata', writable: true }), /not a file/);
  });

  it('is kept in what may hold secrets', () => {
    assert.match(words({ path: '/w/.env.production' }), /secrets/);
    assert.equal(site({ path: '/w/environment.ts' }), undefined);
  });

  it('is kept in what the user has ignored, and until that is known', () => {
    assert.equal(words({ judged: () => 'ignored' }), 'the file is ignored by .ryzansteinignore');
    assert.match(words({ judged: () => undefined }), /has to wait until \.ryzansteinignore is read/);
  });

  it('is kept in huge files', () => {
    assert.equal(site({ characters: 1_900_000 }), undefined);
    assert.match(words({ characters: 2_100_000 }), /million/);
  });
});
