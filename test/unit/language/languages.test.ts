// The table of languages: which files are source, which rows agree with each other, and that no row says nothing.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import {
  displayName,
  grammars,
  languageAt,
  languageName,
  languageOf,
  languages,
  sourceGlob,
  sourceLanguageOf,
} from '../../../src/language/languages';

const rows = [...languages];

describe('the table of languages', () => {
  it('calls each language as people do, and no two the same', () => {
    assert.deepEqual(['cpp', 'csharp', 'go', 'typescript', 'brainfuck'].map(displayName), [
      ...['C++', 'C#', 'Go', 'TypeScript', 'brainfuck'],
    ]);
    assert.equal(new Set(rows.map(([, { name }]) => name)).size, rows.length);
  });

  it('takes programs for source, and neither settings nor markup nor text', () => {
    const endings = /\{(.*)\}/.exec(sourceGlob)![1]!.split(',');
    for (const ending of [
      '.c',
      '.cs',
      '.go',
      '.java',
      '.jsx',
      '.kt',
      '.php',
      '.py',
      '.rb',
      '.rs',
      '.sh',
      '.ts',
    ])
      assert.ok(endings.includes(ending), ending);
    for (const ending of ['.css', '.html', '.ini', '.json', '.md', '.sql', '.toml', '.xml', '.yaml'])
      assert.ok(!endings.includes(ending), ending);
  });

  it('has the grammars that are copied beside the bundles, and no other', () => {
    const copied = fs.readdirSync(process.env.RYZANSTEIN_GRAMMARS!);
    const names = grammars.map((grammar) => `tree-sitter-${grammar}.wasm`);
    assert.deepEqual(copied.sort(), [...names, 'web-tree-sitter.wasm'].sort());
    assert.ok(names.length > 5);
  });

  it('has no row that says what is taken for granted, or what names nothing', () => {
    const unknown = JSON.stringify(languageAt('no such language'));
    const ids = new Set(languages.keys());
    for (const [id, row] of rows) {
      assert.notEqual(JSON.stringify(row), unknown, id);
      assert.ok(ids.has(row.family ?? id), `${id} belongs to ${row.family}`);
      assert.ok(ids.has(row.dialectOf ?? id), `${id} is a dialect of ${row.dialectOf}`);
      assert.ok(
        row.endings.every((ending) => /^\.\w+$/.test(ending)),
        id,
      );
    }
    assert.equal(languageAt('toString'), languageAt('no such language'));
  });

  it('makes no path a comment that is none', () => {
    for (const [id, { pathComment, lineComments }] of rows)
      assert.ok(pathComment === undefined || lineComments.includes(pathComment), id);
    const path = (id: string): string | undefined => languageAt(id).pathComment;
    assert.deepEqual(['python', 'julia', 'elixir', 'powershell', 'dockerfile'].map(path), Array(5).fill('#'));
    assert.deepEqual(['sql', 'lua', 'haskell', 'elm', 'ada', 'vhdl'].map(path), Array(6).fill('--'));
    assert.deepEqual(['typescript', 'c', 'go', 'php', 'of its own'].map(path), Array(5).fill('//'));
    assert.deepEqual(['html', 'css', 'json', 'vue', 'markdown'].map(path), Array(5).fill(undefined));
  });

  it('gives each ending of a source file to one language', () => {
    const sources = rows.filter(([, { isSource }]) => isSource).flatMap(([, { endings }]) => endings);
    const others = rows.filter(([, { isSource }]) => !isSource).flatMap(([, { endings }]) => endings);
    assert.equal(new Set(sources).size, sources.length);
    assert.deepEqual(
      others.filter((ending) => sources.includes(ending)),
      [],
    );
  });

  it('knows a file by the ending of its name', () => {
    const known = Object.entries({
      ...{
        c: ['a.c'],
        cpp: ['x/a.cpp', 'a.cc', 'a.h', 'a.hpp'],
        csharp: ['a.cs'],
        go: ['a.go'],
        java: ['a.java'],
      },
      ...{ javascript: ['a.js', 'a.cjs', 'a.test.mjs'], javascriptreact: ['a.jsx'], python: ['a.py'] },
      ...{ rust: ['C:\\x\\a.rs'], shellscript: ['a.sh', 'a.bash'], typescript: ['a.ts', 'a.cts', 'a.mts'] },
      ...{ typescriptreact: ['a.tsx'] },
    });
    for (const [languageId, files] of known)
      for (const file of files) assert.equal(languageOf(file), languageId, file);
    for (const file of ['a.R', 'a.r', 'A.PY']) assert.ok(sourceLanguageOf(file), file);
    for (const file of ['py', 'x.py/a', 'Makefile', '']) assert.equal(languageOf(file), undefined, file);
  });

  it('knows a file of settings or markup by its ending, which is no source file', () => {
    const known = ['a/b.cs', 'a.yml', 'a.html', 'a.css', 'Makefile', 'a.unknown'].map(languageOf);
    assert.deepEqual(known, ['csharp', 'yaml', 'html', 'css', undefined, undefined]);
    assert.deepEqual(['a/b.cs', 'a.yml', 'a.css'].map(sourceLanguageOf), ['csharp', undefined, undefined]);
  });

  it('counts a dialect under its language', () => {
    const names = ['typescriptreact', 'javascriptreact', 'go', 'of its own'].map(languageName);
    assert.deepEqual(names, ['typescript', 'javascript', 'go', 'of its own']);
  });
});
