// What Git ignores, decided without it: held equal to Git itself over random trees and rules, and told of each kind of repository.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { diskTree, slashed, type Tree } from '../../../src/editing/tree';
import { GitIgnore } from '../../../src/editing/gitIgnore';
import { type RandomSource, randomSource } from '../random';
import { itWithLinks, skipped } from '../../skipped';

let home: string;
beforeEach(() => (home = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-git-'))));
afterEach(() => fs.rmSync(home, { recursive: true }));

/** This disk as somebody sees it whose home is the folder of the test. */
const seen = (environment: Record<string, string> = {}): Tree => ({
  ...diskTree,
  user: { home: slashed(home), shared: [], environment },
});
const environment = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  // Without it nothing starts on Windows.
  SystemRoot: process.env.SystemRoot ?? '',
  ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a', LC_ALL: 'C' },
  ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a' },
});
const git = (folder: string, ...args: string[]): Buffer =>
  execFileSync('git', args, { cwd: path.join(home, folder), env: environment() });
const hasGit = (() => {
  try {
    return execFileSync('git', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

const noGit = 'there is no Git here to compare with';

function write(file: string, text = ''): void {
  fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
  fs.writeFileSync(path.join(home, file), text);
}

/** A repository as far as its being one is concerned. */
function repository(folder: string, config = ''): void {
  write(path.join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
  for (const part of ['objects', 'refs']) fs.mkdirSync(path.join(home, folder, '.git', part));
  write(path.join(folder, '.git/config'), config);
}

/** Those of the files, named from the home folder on, that are ignored. */
async function ignored(names: string[], by = seen()): Promise<string[]> {
  const decider = new GitIgnore(by);
  const decided = await Promise.all(names.map((name) => decider.ignores(`${slashed(home)}/${name}`)));
  return names.filter((_, i) => decided[i]);
}

/** The same, as Git says it; it is told not to look which files it tracks. */
function ignoredByGit(folder: string, names: string[]): string[] {
  const args = ['check-ignore', '--no-index', '-z', '--stdin'];
  const inFolder = (name: string): string => slashed(path.relative(folder, name));
  const input = names.map((name) => `${inFolder(name)}\0`).join('');
  try {
    const options = { cwd: path.join(home, folder), env: environment(), input };
    const found = new Set(execFileSync('git', args, options).toString().split('\0'));
    return names.filter((name) => found.has(inFolder(name)));
  } catch (error) {
    if ((error as { status?: number }).status === 1) return [];
    throw error;
  }
}

const words = [
  'a',
  'b',
  'ab',
  'axb',
  'foo',
  'foo.o',
  '.x',
  'é',
  'a b',
  'b ',
  '#c',
  '!d',
  'x[1]',
  'A',
  'y\\z',
  '*',
  '日',
];
const atoms = [
  ...[
    'a',
    'b',
    'x',
    'o',
    'foo',
    'A',
    '1',
    '.o',
    '.x',
    'é',
    '日',
    ' ',
    '\\ ',
    '#',
    '!',
    '/',
    '/',
    '/',
    '{',
    '$',
    '^',
    '+',
  ],
  ...[
    '*',
    '**',
    '***',
    '?',
    '[ab]',
    '[!a]',
    '[^b]',
    '[a-x]',
    '[]a]',
    '[[:alpha:]]',
    '[a',
    '[é]',
    ']',
    '\\[',
    '\\/',
  ],
  ...['\\', '\\*', '\\a', '(', '|'],
];
const beginnings = ['**/', 'a/', '*/', 'foo/', '', 'a**/', 'x/**/', '**/**/', '/'];
const endings = [' ', '  ', '\\ ', '\r', '\t', '/ '];

function randomRule({ below, pick }: RandomSource): string {
  const exact = (): string => pick(beginnings) + pick(words).replace(/[\\*[\]]/g, '\\$&');
  const odd = (): string => Array.from({ length: 1 + below(5) }, () => pick(atoms)).join('');
  const rule = (below(4) === 0 ? '!' : '') + (below(3) === 0 ? exact() : odd()) + (below(4) === 0 ? '/' : '');
  return rule + (below(8) === 0 ? pick(endings) : '');
}
const randomRules = (random: RandomSource, most: number): string =>
  Array.from({ length: 1 + random.below(most) }, () => randomRule(random)).join('\n') +
  (random.below(2) === 0 ? '\n' : '');

/** A repository of random folders with random rules in all places that hold some. Returns its files. */
function randomRepository(folder: string, random: RandomSource): string[] {
  const { below, pick } = random;
  repository(folder, below(4) === 0 ? '[core]\n\tignorecase = true\n' : '');
  const folders = [folder];
  for (let i = 0; i < 8; i++) folders.push(path.join(pick(folders), pick(words)));
  const names = Array.from({ length: 60 }, () => path.join(pick(folders), pick(words)));
  const all = [...new Set(names)].filter((name) => !folders.includes(name));
  for (const name of all) write(name);
  for (const each of new Set(folders))
    if (each === folder || below(3) === 0) write(path.join(each, '.gitignore'), randomRules(random, 5));
  if (below(2) === 0) write(path.join(folder, '.git/info/exclude'), randomRules(random, 2));
  return all;
}

describe('what Git ignores', function () {
  this.timeout(120_000);

  it('is the same that Git says, over random trees and rules', async function () {
    if (!hasGit) skipped(this, noGit);
    if (process.platform === 'win32') skipped(this, 'no file of Windows can have all of those names');
    const seeds = process.env.RYZANSTEIN_TEST === 'long' ? 2000 : 80;
    let [paths, out] = [0, 0];
    for (let seed = 1; seed <= seeds; seed++) {
      const random = randomSource(seed);
      if (seed % 3 === 0) write('.config/git/ignore', randomRules(random, 2));
      const names = randomRepository(`r${seed}`, random);
      const told = ignoredByGit(`r${seed}`, names);
      assert.deepEqual(await ignored(names), told, `seed ${seed}`);
      [paths, out] = [paths + names.length, out + told.length];
      fs.rmSync(path.join(home, '.config'), { recursive: true, force: true });
    }
    assert.ok(paths > seeds * 30 && out > paths / 10, `${out} of ${paths}`);
  });

  const cases: Record<string, { rules: string; out: string[]; kept: string[] }> = {
    'comments, empty lines and escapes': {
      rules: '# a\n\n\\#b\n\\!c\n!\n/\n',
      out: ['#b', '!c', 'x/#b'],
      kept: ['# a', 'a', 'c', 'x/y'],
    },
    'spaces at the end': { rules: 'a  \nb\\ \nc \r\n', out: ['a', 'b ', 'c'], kept: ['b', 'a  '] },
    'folders alone': { rules: 'doc/\n', out: ['doc/a', 'x/doc/a'], kept: ['x/doc'] },
    'the place of a slash': {
      rules: '/top\nsrc/gen\nany\n',
      out: ['top', 'src/gen/a', 'any', 'x/any/a'],
      kept: ['x/top', 'x/src/gen/a'],
    },
    'stars that mean folders': {
      rules: '**/a/b\nc/**\n!c/d\ne/**/f\n',
      out: ['a/b', 'x/y/a/b', 'c/x/y', 'e/f', 'e/x/y/f'],
      kept: ['c/d', 'x/c/y', 'b', 'ef'],
    },
    'what nothing can take back below a folder that is out': {
      rules: 'out/\n!out/keep\nmost/*\n!most/keep\n',
      out: ['out/keep', 'most/a'],
      kept: ['most/keep'],
    },
    'capital letters': { rules: 'Build\n', out: ['Build'], kept: ['build'] },
    'bytes of letters': { rules: 'a?\n??b\n', out: ['ax', 'éb', 'xyb'], kept: ['aé', 'xb'] },
    'UTF-8 with a byte order mark': { rules: '\uFEFFfirst\n', out: ['first'], kept: [] },
  };
  for (const [name, { rules, out, kept }] of Object.entries(cases))
    it(`follows ${name}`, async function () {
      repository('r');
      write('r/.gitignore', rules);
      const names = [...out, ...kept].map((each) => `r/${each}`);
      const wanted = out.map((each) => `r/${each}`);
      assert.deepEqual(await ignored(names), wanted);
      if (!hasGit) skipped(this, noGit);
      assert.deepEqual(
        ignoredByGit(
          'r',
          names.filter((each) => !each.startsWith('r/#')),
        ).sort(),
        wanted.filter((each) => !each.startsWith('r/#')).sort(),
      );
    });

  it('is decided by the nearest repository, from its root on; elsewhere nothing is ignored', async () => {
    repository('r');
    write('r/.gitignore', 'top\nnested/\n');
    write('r/a/b/.gitignore', '!top\nlow\n');
    repository('r/nested');
    write('r/nested/.gitignore', 'own\n');
    write('.gitignore', 'none\n');
    // What an empty folder of this name is in, is no repository of its own.
    fs.mkdirSync(path.join(home, 'r/a/.git'), { recursive: true });
    const names = [
      'r/a/top',
      'r/a/b/top',
      'r/a/b/low',
      'r/a/low',
      'r/nested/top',
      'r/nested/own',
      'r/none',
      'none',
    ];
    assert.deepEqual(await ignored(names), ['r/a/top', 'r/a/b/low', 'r/nested/own']);
    assert.deepEqual(await ignored(['r/.git/config', 'r/.git/hooks/pre-commit']), [
      'r/.git/config',
      'r/.git/hooks/pre-commit',
    ]);
  });

  it('is weighed: folders before the repository before the user', async function () {
    repository('r');
    write('.config/git/ignore', 'all\nuser\nexcluded\n');
    write('r/.git/info/exclude', '!user\nexcluded\n');
    write('r/.gitignore', '!excluded\n');
    write('r/a/.gitignore', 'user\n');
    const names = ['r/all', 'r/user', 'r/excluded', 'r/a/user', 'r/a/excluded'];
    assert.deepEqual(await ignored(names), ['r/all', 'r/a/user']);
    if (!hasGit) skipped(this, noGit);
    assert.deepEqual(ignoredByGit('r', names), ['r/all', 'r/a/user']);
  });

  it('is the same in worktrees and submodules', async function () {
    if (!hasGit) skipped(this, noGit);
    for (const name of ['lib', 'app']) {
      fs.mkdirSync(path.join(home, name));
      git(name, 'init', '-q');
      write(`${name}/.gitignore`, 'tracked-rule\n');
      git(name, 'add', '.');
      git(name, 'commit', '-qm', 'a');
    }
    git(
      'app',
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      path.join(home, 'lib'),
      'lib',
    );
    git('app', 'worktree', 'add', '-q', '../tree');
    write('app/.git/info/exclude', 'of-app\n');
    write('app/.git/modules/lib/info/exclude', 'of-lib\n');
    for (const [folder, out] of Object.entries({
      app: ['tracked-rule', 'of-app'],
      tree: ['tracked-rule', 'of-app'],
      'app/lib': ['tracked-rule', 'of-lib'],
    })) {
      const names = ['tracked-rule', 'of-app', 'of-lib', 'a'].map((name) => `${folder}/x/${name}`);
      const wanted = out.map((name) => `${folder}/x/${name}`);
      assert.deepEqual(await ignored(names), wanted);
      assert.deepEqual(ignoredByGit(folder, names), wanted);
    }
  });

  it('counts as everything where it cannot be told', async () => {
    repository('r', '[core\n');
    write('other/.git', 'gitdir: //server/share/x\n');
    repository('big');
    write('big/.gitignore', 'a\n'.repeat(200_000));
    repository('slow');
    write('slow/.gitignore', `/${'**/a/'.repeat(20)}b\n`);
    for (const folder of ['r', 'other', 'big', 'slow'])
      await assert.rejects(ignored([`${folder}/b`]), Error, folder);
  });

  itWithLinks(
    'counts as everything where rules are no file, and as nothing where they are in the void',
    async () => {
      repository('pipe');
      fs.symlinkSync('/dev/zero', path.join(home, 'pipe/.gitignore'));
      repository('null', '[core]\nexcludesFile = /dev/null\n');
      fs.symlinkSync('/dev/null', path.join(home, 'null/.gitignore'));
      assert.deepEqual(await ignored(['null/a']), []);
      await assert.rejects(ignored(['pipe/b']));
    },
  );

  itWithLinks('is what a linked file of rules keeps out, not what it lets in', async () => {
    repository('r');
    write('r/.gitignore', 'secret.txt\n');
    write('r/rules', '!secret.txt\nother.txt\n');
    fs.mkdirSync(path.join(home, 'r/sub'));
    fs.symlinkSync('../rules', path.join(home, 'r/sub/.gitignore'));
    fs.symlinkSync('sub', path.join(home, 'r/way'));
    const names = ['r/sub/secret.txt', 'r/sub/other.txt', 'r/sub/a.txt'];
    assert.deepEqual(await ignored(names), names.slice(0, 2));
    // By the way of a linked folder its rules are no link.
    write('r/own/.gitignore', '!secret.txt\n');
    fs.symlinkSync('own', path.join(home, 'r/there'));
    assert.deepEqual(await ignored(['r/own/secret.txt', 'r/there/secret.txt']), []);
  });

  it('is decided in little time, whatever the rules', async () => {
    repository('r');
    const hard = [
      'a/'.padEnd(200, '**/'),
      '**/a/'.repeat(4),
      '*a'.repeat(40),
      'a*/**/'.repeat(4),
      '[a-z]*'.repeat(40),
    ];
    write('r/.gitignore', hard.map((rule) => `${rule}c\n`).join(''));
    const begun = performance.now();
    assert.deepEqual(
      await ignored([`r/${'a/'.repeat(40)}b`, `r/${'a'.repeat(250)}/${'a'.repeat(250)}b`]),
      [],
    );
    assert.ok(performance.now() - begun < 5000, `${performance.now() - begun} ms`);
  });

  it('is what the rules that are seen say, on another machine', async () => {
    write('w/.gitignore', 'top\n');
    write('w/a/.gitignore', 'low\n');
    const elsewhere: Tree = { ...seen(), user: undefined };
    assert.deepEqual(await ignored(['w/a/top', 'w/a/low', 'w/low'], elsewhere), ['w/a/top', 'w/a/low']);
  });
});
