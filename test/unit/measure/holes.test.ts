// Holes punched into source: of the kind that they say, whole again when filled, the same for the same seed.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { punchHoles } from '../../../src/measure/holes';
import { barredFiles, type SourceFile, sourceFiles } from '../../../src/measure/sourceFiles';

const files = sourceFiles(['src', 'training', 'scripts']);
const holes = punchHoles(files, 600, 7);

describe('holes', () => {
  it('give the file again when they are filled', () => {
    assert.equal(holes.length, 600);
    for (const { path: file, prefix, expected, suffix } of holes)
      assert.ok(
        files.some(({ path, text }) => path === file && text === prefix + expected + suffix),
        file,
      );
  });

  it('are drawn of a file that begins with an empty line and opens no block', () => {
    const text = `\n${'select a from b;\n'.repeat(20)}`;
    const drawn = punchHoles([{ path: 'a.sql', languageId: 'sql', text }], 60, 1);
    assert.ok(drawn.length > 0 && drawn.every(({ kind }) => kind !== 'block'));
  });

  it('are drawn by seed alone', () => {
    assert.deepEqual(punchHoles(files, 600, 7), holes);
    assert.notDeepEqual(punchHoles(files, 600, 8), holes);
    assert.deepEqual(punchHoles(files, 50, 7), holes.slice(0, 50));
  });

  it('ask for something, and end where their kind ends', () => {
    const kinds = new Map<string, number>();
    for (const { kind, prefix, expected, suffix } of holes) {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      assert.ok(expected.replace(/[\s)\]};,]/g, '').length >= 4, JSON.stringify(expected));
      assert.match(suffix, /^[ \t]*(\n|$)/);
      if (kind === 'block') {
        assert.match(prefix, /[{:]$/);
        assert.match(expected, /^[ \t]*\n\s*\S/);
        assert.ok(
          expected
            .trim()
            .split('\n')
            .filter((line) => line.trim()).length <= 12,
        );
      } else {
        assert.doesNotMatch(expected, /\n/);
      }
      if (kind === 'line') assert.match(prefix, /(^|\n)[ \t]*$/);
    }
    for (const kind of ['rest', 'line', 'block', 'comment', 'string'])
      assert.ok(kinds.get(kind)! > 10, `${kind}: ${kinds.get(kind)}`);
  });

  it('tell comments and strings from code', () => {
    const cases: [string, string, string[]][] = [
      ['typescript', '// only a comment of words\n', ['comment']],
      ['typescript', '/* only\n   a comment\n   of words */\n', ['comment']],
      ['python', '# only a comment of words\n', ['comment']],
      ['python', '"""only\na docstring of words\n"""\n', ['comment']],
      ['rust', "fn first<'a>(text: &'a str) -> &'a str\n", ['line', 'rest']],
      ['c', "char c = '\\n'; int second = third\n", ['line', 'rest', 'string']],
    ];
    for (const [languageId, text, kinds] of cases) {
      const found = Array.from({ length: 40 }, (_, seed) =>
        punchHoles([{ path: 'a', languageId, text }], 1, seed),
      );
      const seen = new Set(
        found.flat().map(({ kind, prefix, expected }) => (prefix + expected === '' ? '' : kind)),
      );
      assert.deepEqual([...seen].sort(), kinds, text);
    }
    const text: SourceFile = {
      path: 'a',
      languageId: 'javascript',
      text: 'call("a string of words", other);\n',
    };
    const inString = Array.from({ length: 60 }, (_, seed) => punchHoles([text], 1, seed)).flat();
    assert.ok(inString.some(({ kind }) => kind === 'string'));
    for (const { kind, prefix } of inString) if (kind === 'string') assert.match(prefix, /^call\("[^"]*$/);
  });

  it('are none where there is no code', () => {
    assert.deepEqual(punchHoles([], 10, 1), []);
    assert.deepEqual(punchHoles([{ path: 'a', languageId: 'c', text: ' \n\n' }], 10, 1), []);
  });
});

describe('source files', () => {
  it('are those of known languages that people wrote', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-sources-'));
    const write = (name: string, text: string): void => {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    };
    write('b/a.py', 'x = 1\n');
    write('a.ts', 'const x = 1;\n');
    write('notes.txt', 'text\n');
    write('node_modules/a/index.js', 'x\n');
    write('.git/a.js', 'x\n');
    write('dist/a.js', 'x\n');
    write('minified.js', 'x'.repeat(2000));
    write('a.min.js', 'x = 1\n');
    write('a.d.ts', 'declare const x: 1;\n');
    write('huge.js', '// x\n'.repeat(100_000));
    const found = sourceFiles([folder]).map(({ path: shown, languageId }) => [shown, languageId]);
    assert.deepEqual(found, [
      ['a.ts', 'typescript'],
      ['b/a.py', 'python'],
    ]);
    assert.equal(sourceFiles([path.join(folder, 'b/a.py')])[0]!.path, 'a.py');
    assert.throws(() => sourceFiles([path.join(folder, 'nowhere')]), /nowhere does not exist/);
    fs.rmSync(folder, { recursive: true });
  });

  it('are punched into what may be read: not into what ignore files and Git keep out, nor into secrets', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-readable-'));
    const write = (name: string, text: string): void => {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    };
    const names = ['a.py', 'private/b.py', 'made/c.py', 'credentials.py'];
    for (const name of names) write(name, 'x = 1\n');
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('.gitignore', 'made/\n');
    write('.ryzansteinignore', 'private/\n');
    const read = async (name: string): Promise<string[]> => {
      const given = [path.join(folder, name)];
      return sourceFiles(given, undefined, await barredFiles(given)).map((file) => file.path);
    };
    assert.deepEqual(await read('.'), ['a.py']);
    assert.deepEqual(await read('made'), ['c.py'], 'a folder that is named is meant');
    assert.deepEqual(await read('private'), [], 'but the user has kept this one out');
    assert.deepEqual(await read('credentials.py'), ['credentials.py'], 'a file that is named is meant');
    fs.rmSync(folder, { recursive: true });
  });
});
