// What may be read: the rules of the ignore file, Git, secrets, huge and foreign files, over files in memory and on a disk.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DiskFolder, repositoryOf } from '../../../src/editing/diskFolder';
import { type FileSource, ignoreRules, Ignoring, isForeign } from '../../../src/editing/ignoring';
import { isSecret } from '../../../src/editing/secretNames';

/** Files in a folder `/w` with these texts, of which Git ignores some. */
function filesOf(
  texts: Record<string, string>,
  ignoredByGit: string[] = [],
): FileSource & { opened: string[] } {
  const opened: string[] = [];
  const text = (file: string): string | undefined => texts[file.replace('/w/', '')];
  return {
    opened,
    placeOf: (file) =>
      file.startsWith('/w/')
        ? { folder: '/w', path: file.slice(3) }
        : { folder: undefined, path: path.basename(file) },
    fileIn: (folder, file) => `${folder}/${file}`,
    size: (file) => Promise.resolve(text(file)?.length),
    bytes: (file) => {
      opened.push(file);
      const found = text(file);
      return found === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(Buffer.from(found));
    },
    ignoredByGit: (files) => Promise.resolve(new Set(files.filter((file) => ignoredByGit.includes(file)))),
  };
}

async function ignoringOf(files: FileSource): Promise<Ignoring> {
  const ignoring = new Ignoring(files);
  await ignoring.readRules('/w');
  return ignoring;
}

describe('what may be read', () => {
  it('is a file of a known language that nobody keeps out, once', async () => {
    const texts = {
      ...{ 'a.ts': 'a', 'src/b.ts': 'b', 'ignored.ts': 'c', 'secrets.json': 'd', '.env': 'e', README: 'f' },
      ...{ 'node_modules/x/index.ts': 'g', 'types.d.ts': 'h', 'git.ts': 'i', 'huge.ts': 'x'.repeat(200_001) },
      '.ryzansteinignore': 'ignored.*\n',
    };
    const files = filesOf(texts, ['/w/git.ts']);
    const ignoring = await ignoringOf(files);
    const all = [...Object.keys(texts), 'a.ts', 'gone.ts'].map((name) => `/w/${name}`);
    const read = await ignoring.read(all);
    assert.deepEqual(read, [
      { file: '/w/a.ts', path: 'a.ts', languageId: 'typescript', text: 'a' },
      { file: '/w/src/b.ts', path: 'src/b.ts', languageId: 'typescript', text: 'b' },
    ]);
    assert.deepEqual(files.opened, ['/w/.ryzansteinignore', '/w/a.ts', '/w/src/b.ts'], 'no other is opened');
  });

  it('is nothing of a folder before its ignore file has been read, and follows that', async () => {
    const texts: Record<string, string> = { 'a.ts': 'a' };
    const ignoring = new Ignoring(filesOf(texts));
    assert.deepEqual([ignoring.ignores('/w/a.ts'), await ignoring.readable(['/w/a.ts'])], [undefined, []]);
    await ignoring.readRules('/w');
    assert.deepEqual(await ignoring.readable(['/w/a.ts', '/elsewhere/b.ts']), ['/w/a.ts', '/elsewhere/b.ts']);
    texts['.ryzansteinignore'] = '*.ts';
    await ignoring.readRules('/w');
    assert.deepEqual([ignoring.ignores('/w/a.ts'), await ignoring.readable(['/w/a.ts'])], [true, []]);
    ignoring.forgetRules('/w');
    assert.equal(ignoring.ignores('/w/a.ts'), undefined);
  });

  it('does not decide what a file imports', async () => {
    const ignoring = await ignoringOf(
      filesOf({ 'src/a.ts': '', 'src/b.ts': '', '.ryzansteinignore': 'b.ts' }),
    );
    const text = "import './a';\nimport './b';\nimport './none';\nimport '../../outside';\n";
    const imported = await ignoring.importedBy('/w/src/c.ts', 'typescript', text);
    assert.deepEqual(imported, ['/w/src/a.ts', '/w/src/b.ts']);
    assert.deepEqual(await ignoring.importedBy('/elsewhere/c.ts', 'typescript', text), []);
  });

  for (const name of ['.env.local', 'id_rsa', 'certificates/ca.pem', 'C:\\keys\\tls.key'])
    it(`is not ${name}, which may hold secrets`, () => assert.ok(isSecret(name)));
  for (const name of ['dist/a.ts', 'a.min.js', '.cache/a.py'])
    it(`is not ${name}`, () => assert.ok(isForeign(name)));
  it('is what only sounds like it', () => {
    for (const name of ['keyboard.ts', 'src/outline.ts', 'distance.ts'])
      assert.ok(!isSecret(name) && !isForeign(name), name);
  });
});

describe('the rules of an ignore file', () => {
  const rules = '# Not these:\n*.gen.ts\n/private/\n!private.md\ndocs/**/*.py\n!keep.gen.ts\n';
  const out = ['a.gen.ts', 'src/a.gen.ts', 'private/deep/a.ts', 'docs/a.py', 'docs/b/c/a.py'];
  const kept = ['src/a.ts', 'src/private/a.ts', 'keep.gen.ts', 'a.py', 'private.md', '# Not these:'];
  for (const path of out) it(`follows an ignore file at ${path}`, () => assert.ok(ignoreRules(rules)(path)));
  for (const path of kept) it(`leaves ${path} alone`, () => assert.ok(!ignoreRules(rules)(path)));

  it('know only paths under the folder of the ignore file', () => {
    const all = ignoreRules('*');
    assert.ok(all('a.ts'));
    for (const path of ['', '/a.ts', '../a.ts']) assert.equal(all(path), false, path);
    assert.equal(ignoreRules('')('a.ts'), false);
  });
});

describe('files on a disk', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-disk-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };

  it('belong to the folder with .git above them, else to their own', () => {
    const file = write('src/deep/a.ts', '');
    assert.equal(repositoryOf(file), path.join(folder, 'src/deep'));
    mkdirSync(path.join(folder, '.git'));
    assert.equal(repositoryOf(file), folder);
  });

  it('are read unless Git or the ignore file keeps them out', async () => {
    execFileSync('git', ['init', '-q', folder]);
    write('.gitignore', 'made/\n');
    write('.ryzansteinignore', '/private.ts\n');
    const names = ['a.ts', 'made/b.ts', 'private.ts', 'src/c.ts'];
    const files = names.map((name) => write(name, name));
    const ignoring = new Ignoring(new DiskFolder(folder));
    await ignoring.readRules(folder);
    const read = await ignoring.read(files);
    assert.deepEqual(
      read.map(({ path: shown, text }) => [shown, text]),
      [
        ['a.ts', 'a.ts'],
        ['src/c.ts', 'src/c.ts'],
      ],
    );
  });

  it('are read where there is no repository', async () => {
    const file = write('a.ts', 'a');
    const ignoring = new Ignoring(new DiskFolder(folder));
    await ignoring.readRules(folder);
    assert.deepEqual(await ignoring.readable([file]), [file]);
    assert.equal(await ignoring.files.size(folder), undefined, 'a folder is no file');
  });
});
