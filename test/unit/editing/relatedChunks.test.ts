// Which other files help, which chunk of them is taken, and that the choice lasts until another is clearly better.

import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Place } from '../../../src/editing/context';
import { type CodeFile, openFile, RelatedChunks } from '../../../src/editing/relatedChunks';

function file(
  path: string,
  text = `export const ${path.replace(/\W/g, '_')} = 1;`,
  more: Partial<CodeFile> = {},
): CodeFile {
  const base = { key: `file:///${path}`, path, languageId: 'typescript', ignored: false };
  return { ...base, characters: text.length, text: () => text, ...more };
}

function place(prefix = '', more: Partial<Place> = {}): Place {
  const base = { key: 'file:///src/current.ts', path: 'src/current.ts', languageId: 'typescript' };
  return { ...base, prefix, suffix: '', ...more };
}

const chosen = (files: CodeFile[], where = place()) => new RelatedChunks().at(where, files);
const pathsOf = (files: CodeFile[], where = place()): string[] =>
  chosen(files, where).map(({ path }) => path);

/** A function whose words are all of one theme. */
const themed = (theme: string, count = 8): string =>
  `function ${theme}Run(${theme}Input) {\n` +
  Array.from({ length: count }, (_, i) => `  ${theme}Step${i}(${theme}Input, ${theme}Value${i});\n`).join(
    '',
  ) +
  '}\n';

describe('related code', () => {
  it('takes the chunk that declares a name, and another one when other names are used', () => {
    const text = [themed('first'), themed('second'), themed('third')].join('\n');
    const line = (theme: string): number =>
      text.slice(0, text.indexOf(`function ${theme}Run`)).split('\n').length - 1;
    const related = new RelatedChunks();
    const taken = (theme: string): string =>
      related.at(place('call('), [file('a.ts', text, { declares: [line(theme)] })])[0]!.text;
    for (const theme of ['second', 'third', 'first']) assert.match(taken(theme), new RegExp(`${theme}Run`));
  });

  describe('of which files', () => {
    it('leaves out the file being edited and other languages', () => {
      const files = [file('src/current.ts'), file('a.py', 'x', { languageId: 'python' }), file('a.ts')];
      assert.deepEqual(pathsOf(files), ['a.ts']);
    });

    it('takes JavaScript for TypeScript', () => {
      assert.deepEqual(pathsOf([file('a.js', 'x', { languageId: 'javascript' })]), ['a.js']);
    });

    const kept = ['src/environment.ts', 'keyboard.ts', 'src/outline.ts'];
    const left = ['.env', 'config/.env.local', 'server.pem', 'secrets.ts/.npmrc', 'tls.crt', 'id_rsa'];
    const made = ['node_modules/a/index.ts', 'dist/a.ts', 'lib/a.min.js', 'types/a.d.ts'];
    const text = (): never => assert.fail('the file was read');
    for (const path of kept) it(`takes ${path}`, () => assert.deepEqual(pathsOf([file(path)]), [path]));
    for (const path of [...left, ...made])
      it(`does not read ${path}`, () => assert.deepEqual(pathsOf([file(path, '', { text })]), []));

    it('does not read what the user ignores', () =>
      assert.deepEqual(pathsOf([file('a.ts', '', { ignored: true, text })]), []));

    it('does not read huge files', () =>
      assert.deepEqual(pathsOf([file('a.ts', '', { characters: 3_000_000, text })]), []));

    it('gives up a file at once that comes to be ignored', () => {
      const related = new RelatedChunks();
      assert.equal(related.at(place('a'), [file('a.ts')]).length, 1);
      assert.deepEqual(related.at(place('a'), [file('a.ts', '', { ignored: true, text })]), []);
    });
  });

  describe('ranked', () => {
    it('takes three at most, of equal ones the first', () => {
      assert.deepEqual(pathsOf(['d.ts', 'b.ts', 'c.ts', 'a.ts'].map((path) => file(path))), [
        'd.ts',
        'b.ts',
        'c.ts',
      ]);
    });

    it('by the words around the cursor, before and behind it', () => {
      const files = ['apple', 'cherry', 'fig', 'plum'].map((theme) => file(`${theme}.ts`, themed(theme)));
      assert.equal(pathsOf(files, place('plumStep1(plumInput'))[0], 'plum.ts');
      assert.equal(pathsOf(files, place('', { suffix: '\nfigStep1(figInput);\n' }))[0], 'fig.ts');
    });

    it('not by words that are common, nor by words far above', () => {
      const files = [
        file('a.ts', 'export const return function class\n'.repeat(9)),
        file('b.ts', themed('fig')),
      ];
      assert.equal(pathsOf(files, place('export function return const\nfigStep1'))[0], 'b.ts');
      const far = `${themed('apple')}${'other();\n'.repeat(60)}figInput`;
      assert.equal(pathsOf([file('a.ts', themed('apple')), files[1]!], place(far))[0], 'b.ts');
    });

    it('by imports', () => {
      const files = ['apple', 'cherry', 'fig'].map((theme) => file(`src/${theme}.ts`, themed(theme)));
      assert.equal(pathsOf(files, place("import { x } from './fig';\n"))[0], 'src/fig.ts');
      const python = files.map((each) => ({
        ...each,
        path: each.path.replace('.ts', '.py'),
        languageId: 'python',
      }));
      const where = place('from .cherry import x\n', { path: 'src/a.py', languageId: 'python' });
      assert.equal(pathsOf(python, where)[0], 'src/cherry.py');
    });

    it('takes no copy of what it has', () => {
      const files = [
        file('a.ts', themed('fig')),
        file('copy.ts', themed('fig')),
        file('b.ts', themed('plum')),
      ];
      assert.deepEqual(pathsOf(files, place('figInput')), ['a.ts', 'b.ts']);
    });
  });

  describe('in chunks', () => {
    const themes = ['apple', 'cherry', 'fig', 'plum', 'quince', 'medlar'];
    const long = themes.map((theme) => themed(theme, 16)).join('\n');

    it('takes the chunk that is most like the text around the cursor', () => {
      for (const theme of themes) {
        const [first] = chosen([file('long.ts', long)], place(themed(theme, 5)));
        assert.ok(first?.text.startsWith(`function ${theme}Run`), `${theme}: ${first?.text}`);
      }
    });

    it('takes the head where nothing is alike', () => {
      assert.ok(chosen([file('long.ts', long)])[0]?.text.startsWith('function appleRun'));
    });

    it('takes the place where the user just was', () => {
      const line = long.split('\n').indexOf('function plumRun(plumInput) {') + 3;
      const [first] = chosen([file('long.ts', long, { line })]);
      assert.ok(first?.text.includes('plumStep2('), first?.text);
    });

    it('takes whole lines', () => {
      const [first] = chosen([file('a.ts', long.replaceAll('\n', '\r\n'))], place(themed('fig', 5)));
      assert.ok(first && first.text.length > 600 && first.text.length <= 900);
      assert.ok(`\n${long}`.includes(`\n${first.text}\n`), 'lines are cut');
    });

    it('skips a licence at the top, but no other comment', () => {
      const head = (text: string): string | undefined => chosen([file('a.ts', text)])[0]?.text;
      assert.equal(head('/* Copyright 2020 Somebody */\n\nexport const a = 1;'), 'export const a = 1;');
      assert.equal(head('// What this is.\nexport const a = 1;'), '// What this is.\nexport const a = 1;');
    });

    it('leaves out what has no text, and lines that are too long', () => {
      assert.deepEqual(pathsOf([file('a.ts', ''), file('b.ts', '\n\n'), file('c.ts', 'x'.repeat(5000))]), []);
    });
  });

  describe('lasts', () => {
    const files = ['apple', 'cherry', 'fig', 'plum', 'quince'].map((theme) =>
      file(`${theme}.ts`, themed(theme)),
    );
    const mixed = 'appleInput cherryInput figInput\n';

    it('while a line is typed, and where another choice is only a little better', () => {
      const related = new RelatedChunks();
      const first = related.at(place(mixed), files);
      assert.deepEqual(first.map(({ path }) => path).sort(), ['apple.ts', 'cherry.ts', 'fig.ts']);
      for (const typed of ['plumInput', 'plumInput plumStep1 plumStep2'])
        assert.deepEqual(related.at(place(mixed + typed), files), first);
      assert.deepEqual(related.at(place(`${mixed}plumInput\n`), files), first);
    });

    it('until it is clearly better', () => {
      const related = new RelatedChunks();
      const first = related.at(place(mixed), files);
      const now = related.at(place(`${mixed}${themed('plum')}${themed('quince')}`), files);
      assert.notDeepEqual(now, first);
      assert.deepEqual(
        now
          .slice(0, 2)
          .map(({ path }) => path)
          .sort(),
        ['plum.ts', 'quince.ts'],
      );
    });

    it('in whatever order the files were visited, and for each document by itself', () => {
      const related = new RelatedChunks();
      const first = related.at(place(mixed), files);
      const other = place('plumInput quinceInput', { key: 'file:///other.ts', path: 'other.ts' });
      assert.equal(related.at(other, files)[0]?.path, 'plum.ts');
      assert.deepEqual(related.at(place(`${mixed}\n`), files.toReversed()), first);
    });

    it('as far as its files are there: what is missing is put behind', () => {
      const related = new RelatedChunks();
      const [first, second, third] = related.at(place(mixed), files);
      const left = files.filter(({ path }) => path !== first!.path);
      const now = related.at(place(mixed), left);
      assert.deepEqual(now.slice(0, 2), [second, third]);
      assert.equal(now.length, 3);
    });

    it('not where the text has changed', () => {
      const related = new RelatedChunks();
      related.at(place(mixed), files);
      const changed = files.map((each) => file(each.path, each.text().replaceAll('Step1', 'Leap')));
      const now = related.at(place(`${mixed}\n`), changed);
      assert.ok(now.length === 3 && now.every(({ text }) => text.includes('Leap')));
    });
  });

  it('looks no more files through for one request than it may, the others meanwhile one by one, and none that is ignored', async () => {
    const read: string[] = [];
    const all = ['a', 'b', 'c', 'd'].map((name) => {
      const text = themed(name);
      return file(`${name}.ts`, text, {
        ignored: name === 'd',
        text: () => {
          if (!read.includes(name)) read.push(name);
          return text;
        },
      });
    });
    const related = new RelatedChunks();
    const paths = (): string[] => related.at(place('aRun(bRun(cRun('), all, 1).map(({ path }) => path);
    assert.deepEqual(paths(), ['a.ts']);
    for (let i = 0; i < 3; i++) await setImmediate();
    assert.deepEqual(paths().toSorted(), ['a.ts', 'b.ts', 'c.ts']);
    assert.deepEqual(read, ['a', 'b', 'c']);
    // What has changed since is looked through again before it is shown.
    const secret = file('b.ts', `const password = "hunter2!";\n${themed('b')}`);
    const changed = [secret, all[0]!, all[2]!];
    assert.doesNotMatch(JSON.stringify(related.at(place('x'), changed, 0)), /hunter2|bRun/);
    await setImmediate();
    await setImmediate();
    const now = JSON.stringify(related.at(place('x'), changed, 0));
    assert.match(now, /bRun/);
    assert.doesNotMatch(now, /hunter2/);
  });

  it('can be asked without an editor, for a file and its repository', () => {
    const repository = ['apple', 'fig'].map((theme) => {
      return { path: `${theme}.ts`, languageId: 'typescript', text: themed(theme) };
    });
    const where = { ...place('figStep1('), key: 'src/current.ts', path: 'src/current.ts' };
    const itself = { path: 'src/current.ts', languageId: 'typescript', text: 'figStep1(figStep2' };
    const related = new RelatedChunks().at(where, [itself, ...repository].map(openFile));
    assert.deepEqual(
      related.map(({ path }) => path),
      ['fig.ts', 'apple.ts'],
    );
    assert.equal(related[0]?.text, themed('fig').trimEnd());
  });
});
