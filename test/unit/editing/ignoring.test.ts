// What may be read: the rules of ignore files, Git, secrets, huge and foreign files, over files in memory and on a disk.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DiskFolder, repositoryOf } from '../../../src/editing/diskFolder';
import { type FileSource, Ignoring, isForeign } from '../../../src/editing/ignoring';
import type { Tree } from '../../../src/editing/tree';
import { hasLinks } from '../../forbidden';

/** Files in a folder `/w` with these texts. */
function filesOf(texts: Record<string, string>): FileSource & { opened: string[] } {
  const opened: string[] = [];
  const text = (file: string): string | undefined => texts[file.replace('/w/', '')];
  const tree: Tree = {
    read: (file) => Promise.resolve(text(file) === undefined ? undefined : Buffer.from(text(file)!)),
    pathsOf: (file) => Promise.resolve([file]),
    user: { home: '/h', shared: [], environment: {} },
  };
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
    treeOf: (file) => ({ tree, path: file }),
  };
}

describe('what may be read', () => {
  it('is a document that was never saved, which lies in no folder', async () => {
    const ignoring = new Ignoring(filesOf({}));
    assert.equal(ignoring.known('Untitled-1'), 'readable');
    assert.equal(await ignoring.judge('Untitled-1'), 'readable');
    assert.deepEqual(await ignoring.readable(['Untitled-1', '/w/.env']), ['Untitled-1']);
  });

  it('is a file of a known language that nobody keeps out, once', async () => {
    const texts = {
      ...{ 'a.ts': 'a', 'src/b.ts': 'b', 'ignored.ts': 'c', 'secrets.json': 'd', '.env': 'e', README: 'f' },
      ...{ 'node_modules/x/index.ts': 'g', 'types.d.ts': 'h', 'git.ts': 'i', 'huge.ts': 'x'.repeat(200_001) },
      ...{
        '.ryzansteinignore': 'ignored.*\n',
        '.gitignore': 'git.ts\n',
        '.git/HEAD': 'ref: refs/heads/main\n',
      },
    };
    const files = filesOf(texts);
    const all = [...Object.keys(texts), 'a.ts', 'gone.ts'].map((name) => `/w/${name}`);
    const read = await new Ignoring(files).read(all);
    assert.deepEqual(read, [
      { file: '/w/a.ts', path: 'a.ts', languageId: 'typescript', text: 'a' },
      { file: '/w/src/b.ts', path: 'src/b.ts', languageId: 'typescript', text: 'b' },
    ]);
    assert.deepEqual(files.opened, ['/w/a.ts', '/w/src/b.ts'], 'no other is opened');
  });

  it('is of many files some, evenly spread, of which no more than those are judged at a time', async () => {
    const names = Array.from(
      { length: 1000 },
      (_, i) => `${i % 2 ? 'kept' : 'out'}${String(i).padStart(3, '0')}.ts`,
    );
    const all = names.map((name) => `/w/${name}`);
    const source = filesOf({ '.ryzansteinignore': 'out*' });
    let judged = 0;
    const treeOf = (file: string): ReturnType<FileSource['treeOf']> => {
      judged++;
      return source.treeOf(file);
    };
    const ignoring = new Ignoring({ ...source, treeOf });
    let before = 0;
    const isWanted = (): boolean => {
      assert.ok(judged - before <= 100);
      before = judged;
      return true;
    };
    const { files, found } = await ignoring.someReadable(all, 100, isWanted);
    assert.equal(files.length, 100);
    assert.ok(files.every((file) => file.startsWith('/w/kept')));
    const tenths = files.map((file) => Math.floor(Number(file.slice(7, 10)) / 100));
    for (let tenth = 0; tenth < 10; tenth++)
      assert.equal(tenths.filter((each) => each === tenth).length, 10, `${tenth}`);
    assert.equal(found, 1000 - 100);
    assert.deepEqual(
      await ignoring.someReadable(all, 2000, () => true).then(({ files, found }) => [files.length, found]),
      [500, 500],
    );
    assert.deepEqual(await ignoring.someReadable(all, 100, () => false), { files: [], found: 1000 });
    assert.deepEqual(await ignoring.someReadable([], 100, () => true), { files: [], found: 0 });
  });

  it('is not known before it is judged, and follows rules that change', async () => {
    const texts: Record<string, string> = { 'a.ts': 'a' };
    const ignoring = new Ignoring(filesOf(texts));
    assert.equal(ignoring.known('/w/a.ts'), undefined);
    assert.deepEqual(await ignoring.readable(['/w/a.ts', '/elsewhere/b.ts']), ['/w/a.ts', '/elsewhere/b.ts']);
    assert.equal(ignoring.known('/w/a.ts'), 'readable');
    texts['.ryzansteinignore'] = '*.ts';
    ignoring.forget();
    assert.equal(ignoring.known('/w/a.ts'), undefined);
    assert.deepEqual(await ignoring.readable(['/w/a.ts', '/elsewhere/b.ts']), ['/elsewhere/b.ts']);
    assert.equal(ignoring.known('/w/a.ts'), 'ignored');
  });

  it('does not decide what a file imports', async () => {
    const ignoring = new Ignoring(filesOf({ 'src/a.ts': '', 'src/b.ts': '', '.ryzansteinignore': 'b.ts' }));
    const text = "import './a';\nimport './b';\nimport './none';\nimport '../../outside';\n";
    const imported = await ignoring.importedBy('/w/src/c.ts', 'typescript', text);
    assert.deepEqual(imported, ['/w/src/a.ts', '/w/src/b.ts']);
    assert.deepEqual(await ignoring.importedBy('/elsewhere/c.ts', 'typescript', text), []);
  });

  for (const name of ['dist/a.ts', 'a.min.js', '.cache/a.py'])
    it(`is not ${name}`, () => assert.ok(isForeign(name)));
  it('is what only sounds like it', () => {
    for (const name of ['src/outline.ts', 'distance.ts']) assert.ok(!isForeign(name), name);
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

  it('are not read where they were installed, be it outside of the folder', async () => {
    const files = ['node_modules/lib/index.js', 'py/site-packages/lib.py', 'build/own.js'];
    const outside = new DiskFolder(path.join(folder, 'build', 'deep'));
    const read = await new Ignoring(outside).read(files.map((name) => write(name, name)));
    assert.deepEqual(
      read.map(({ path: shown }) => shown),
      ['own.js'],
    );
  });

  it('are read unless Git or an ignore file keeps them out, by whatever path', async () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('.gitignore', 'made/\n');
    write('.ryzansteinignore', '/private.ts\n');
    const names = ['a.ts', 'made/b.ts', 'private.ts', 'src/c.ts'];
    const files = names.map((name) => write(name, name));
    if (hasLinks) symlinkSync('private.ts', path.join(folder, 'public.ts'));
    const read = await new Ignoring(new DiskFolder(folder)).read([...files, path.join(folder, 'public.ts')]);
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
    assert.deepEqual(await ignoring.readable([file]), [file]);
    assert.equal(await ignoring.files.size(folder), undefined, 'a folder is no file');
  });
});
