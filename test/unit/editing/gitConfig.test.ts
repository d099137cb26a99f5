// What Git's configuration says of ignoring: where it lies, how it is written, and held equal to Git's own reading.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import type { Tree } from '../../../src/editing/tree';
import { gitConfig } from '../../../src/editing/gitConfig';
import { skipped } from '../../skipped';

/** The configuration of a repository at `/r` where these files are on the disk. */
function configOf(texts: Record<string, string>, environment: Record<string, string> = {}) {
  const tree: Tree = {
    read: (path) => Promise.resolve(path in texts ? Buffer.from(texts[path]!) : undefined),
    pathsOf: (path) => Promise.resolve([path]),
    user: { home: '/h', shared: ['/etc/gitconfig'], environment },
  };
  return gitConfig(tree, '/r', ['/r/.git/config']);
}
const excludesOf = async (...given: Parameters<typeof configOf>): Promise<readonly string[]> =>
  (await configOf(...given)).excludesFiles;
const named = (file: string): string => `[core]\n\texcludesFile = ${file}\n`;

describe('the configuration of Git', () => {
  it('names a file of rules by itself', async () => {
    assert.deepEqual(await excludesOf({}), ['/h/.config/git/ignore']);
    assert.deepEqual(await excludesOf({}, { XDG_CONFIG_HOME: '/x' }), ['/x/git/ignore']);
    assert.deepEqual(await excludesOf({ '/h/.gitconfig': named('') }), []);
  });

  it('is that of the machine, the user and the repository, the last one first', async () => {
    const texts: Record<string, string> = {};
    for (const [file, name] of [
      ['/etc/gitconfig', 'system'],
      ['/h/.config/git/config', 'first'],
      ['/h/.gitconfig', 'home'],
      ['/r/.git/config', 'own'],
    ] as const) {
      texts[file] = named(`/${name}`);
      assert.deepEqual(await excludesOf(texts), [`/${name}`]);
    }
    assert.deepEqual(await excludesOf({ '/g': named('/g-rules') }, { GIT_CONFIG_GLOBAL: '/g' }), [
      '/g-rules',
    ]);
  });

  it('names files from the home folder and from the root on', async () => {
    assert.deepEqual(await excludesOf({ '/h/.gitconfig': named('~/.gitignore') }), ['/h/.gitignore']);
    assert.deepEqual(await excludesOf({ '/h/.gitconfig': named('rules/mine') }), ['/r/rules/mine']);
    for (const unknown of ['~other/rules', '%(prefix)/rules', '//server/rules', '\\\\\\\\server\\\\rules'])
      await assert.rejects(configOf({ '/h/.gitconfig': named(unknown) }), Error, unknown);
  });

  it('includes other files; what is included under a condition counts besides', async () => {
    const texts = {
      '/h/.gitconfig': '[include]\npath = more\n[includeIf "gitdir:~/Work/"]\n\tpath = ~/work.config\n',
      '/h/more': named('/more'),
      '/h/work.config': named('/work'),
    };
    assert.deepEqual(await excludesOf(texts), ['/work', '/more']);
    assert.deepEqual(await excludesOf({ ...texts, '/r/.git/config': named('/own') }), ['/work', '/own']);
    const circle = { '/h/.gitconfig': '[include]\npath = .gitconfig\npath = .gitconfig\n' };
    await assert.rejects(configOf(circle), /includes too many files/);
  });

  const values: Record<string, string> = {
    '/plain': '/plain',
    ' "/with space "  ': '/with space ',
    '/a ; comment': '/a',
    '/a # comment \\': '/a',
    '"/a;b#c"': '/a;b#c',
    '"/quo\\"te\\\\d"': '/quo"te\\d',
    '/half"quo ted" end': '/halfquo ted end',
    '/joined\\\n/lines': '/joined/lines',
  };
  for (const [written, value] of Object.entries(values)) {
    const text = `; a\n[user "Core"] name = x\n[CORE]excludesFILE=${written}\n  # b \\\n[alias]\nst = "!x"\nlast`;
    it(`reads ${JSON.stringify(written)}`, async function () {
      assert.deepEqual(await excludesOf({ '/r/.git/config': text }), [value]);
      const read = asGitReads(text);
      if (read === undefined) skipped(this, 'there is no Git here to compare with');
      assert.equal(read, value);
    });
  }

  it('says whether letters count as capital', async () => {
    const said = async (text: string): Promise<boolean> =>
      (await configOf({ '/r/.git/config': text })).ignoreCase;
    for (const text of [
      '[core]ignorecase=true',
      '[core]\nignoreCase',
      '[core] ignorecase = 1',
      '[Core]IGNORECASE=On',
    ])
      assert.equal(await said(text), true, text);
    for (const text of [
      '',
      '[core]ignorecase=false',
      '[core]ignorecase=true\nignorecase = no',
      '[user]ignorecase',
    ])
      assert.equal(await said(text), false, text);
  });

  it('is refused where it is none', async () => {
    for (const text of ['[core', '[core]\n= x', 'x y\n"', '[core]\nexcludesfile = "a\n'])
      await assert.rejects(configOf({ '/r/.git/config': text }), /is not a Git configuration/, text);
  });
});

/** What Git takes the file of rules to be called, if there is one here to ask. */
function asGitReads(text: string): string | undefined {
  const args = ['config', '--file', '-', '--null', 'core.excludesfile'];
  try {
    return execFileSync('git', args, { input: text }).toString().replace(/\0$/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
