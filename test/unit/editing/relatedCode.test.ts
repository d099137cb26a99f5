// Which visited files help, what of them is taken, and that their order stays the same.

import assert from 'node:assert/strict';
import { relatedCode, type Visited } from '../../../src/editing/relatedCode';

function visited(
  path: string,
  text = `export const name = '${path}';`,
  more: Partial<Visited> = {},
): Visited {
  const base = { key: `file:///${path}`, path, languageId: 'typescript', ignored: false };
  return { ...base, characters: text.length, text: () => text, ...more };
}

const current = { key: 'file:///current.ts', languageId: 'typescript' };
const pathsOf = (files: Visited[]): string[] => relatedCode(files, current).map(({ path }) => path);

describe('related code', () => {
  it('takes the three files visited last, in the order of their paths', () => {
    const files = ['d.ts', 'b.ts', 'c.ts', 'a.ts'].map((path) => visited(path));
    assert.deepEqual(pathsOf(files), ['b.ts', 'c.ts', 'd.ts']);
  });

  it('says the same, whichever of the same files was visited last', () => {
    const files = ['a.ts', 'b.ts', 'c.ts'].map((path) => visited(path));
    assert.deepEqual(relatedCode(files.toReversed(), current), relatedCode(files, current));
  });

  it('leaves out the file being edited and other languages', () => {
    const files = [visited('current.ts'), visited('a.py', 'x', { languageId: 'python' }), visited('a.ts')];
    assert.deepEqual(pathsOf(files), ['a.ts']);
  });

  it('takes JavaScript for TypeScript', () => {
    assert.deepEqual(pathsOf([visited('a.js', 'x', { languageId: 'javascript' })]), ['a.js']);
  });

  const kept = ['src/environment.ts', 'keyboard.ts', 'src/outline.ts'];
  const left = [
    '.env',
    'config/.env.local',
    'server.pem',
    'secrets.ts/.npmrc',
    'node_modules/a/index.ts',
    'dist/a.ts',
  ];
  for (const path of kept) it(`takes ${path}`, () => assert.deepEqual(pathsOf([visited(path)]), [path]));
  for (const path of left) it(`leaves out ${path}`, () => assert.deepEqual(pathsOf([visited(path)]), []));

  it('leaves out what source control ignores, and does not read it', () => {
    const text = (): never => assert.fail('the file was read');
    assert.deepEqual(pathsOf([visited('a.ts', '', { ignored: true, text })]), []);
  });

  it('leaves out huge files, and does not read them', () => {
    const text = (): never => assert.fail('the file was read');
    assert.deepEqual(pathsOf([visited('a.ts', '', { characters: 3_000_000, text })]), []);
  });

  it('takes whole lines from the beginning', () => {
    const line = 'export function doSomething(): void;\n';
    const [file] = relatedCode([visited('a.ts', line.repeat(100))], current);
    assert.ok(file && file.text.length > 600 && file.text.length <= 1200);
    assert.equal(file.text, line.repeat(100).slice(0, file.text.length));
    assert.ok(file.text.endsWith(';'));
  });

  it('skips a licence at the top, but no other comment', () => {
    const head = (text: string): string | undefined => relatedCode([visited('a.ts', text)], current)[0]?.text;
    assert.equal(head('/* Copyright 2020 Somebody */\n\nexport const a = 1;'), 'export const a = 1;');
    assert.equal(
      head('// What this is for.\nexport const a = 1;'),
      '// What this is for.\nexport const a = 1;',
    );
  });
});
