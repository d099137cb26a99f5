// Brackets followed through each kind of language: what is owed where comments and strings are none of it.

import assert from 'node:assert/strict';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Lexer } from '../../../src/language/lexer';
import { Opened } from '../../../src/completion/opened';
import { randomSource } from '../random';
import { place } from './place';
import { skipped } from '../../skipped';

describe('brackets', () => {
  const cases: [languageId: string, text: string, owed: string][] = [
    // Every language that comments with these marks.
    ...['python', 'ruby', 'julia', 'elixir', 'powershell', 'makefile'].map((id): [string, string, string] => [
      id,
      'f( # [ it\'s "{\n{',
      ')}',
    ]),
    ...['sql', 'lua', 'haskell', 'elm', 'vhdl'].map((id): [string, string, string] => [
      id,
      'f( -- [ it\'s "{\n{',
      ')}',
    ]),
    ...['typescript', 'go', 'rust', 'java', 'of its own'].map((id): [string, string, string] => [
      id,
      'f( // [ it\'s "\n/* { \n// */ {',
      ')}',
    ]),
    ['clojure', '(a ; [ "\n{', ')}'],
    // In text nothing has to be closed.
    ['latex', '{ % (\n[', ''],
    ['vb', "f( ' it's [ \"\n{", ')}'],
    ['bat', 'f( :: [\n{', ''],
    // A mark of another language is code.
    ['python', 'a // (', ')'],
    ['typescript', 'a #(', ')'],
    ['c', 'a -- (', ')'],
    ['lua', 'a /* (', ')'],
    ['css', 'a // (', ')'],
    // Blocks of comment.
    ['css', '{ /* ( */ [', '}]'],
    ['css', '{ /*/ ( */ [', '}]'],
    ['html', '<!-- ( // -- > --> {', ''],
    ['sql', '/* ( -- \n */ [', ']'],
    ['lua', 'f( --[[ [\n { ]] [', ')]'],
    ['lua', '-- x --[[ (\n [', ']'],
    ['haskell', '{- (\n -} [', ']'],
    ['fsharp', '(* { *) [', ']'],
    ['julia', '#= (\n # =# [', ']'],
    ['powershell', '<# (\n # #> {', '}'],
    ['coffeescript', '### (\n# ### [', ']'],
    // Strings.
    ['typescript', '`(\n{` [', ']'],
    ['go', '`(\n{` [', ']'],
    ['python', '"""(\n"{""" [', ']'],
    ['python', '`(', ')'],
    ['swift', '"""(\n"{""" [', ']'],
    ['swift', "it's (", ')'],
    ['rust', "fn f<'a>(x: &'a str) { '('", '}'],
    ['java', "'\\'' (", ')'],
    ['julia', "(a' * [b]'", ')'],
    ['toml', "'(' [", ']'],
    ['json', "it's [", ']'],
    ['markdown', "it's `a (", ''],
    ['php', '<p>:( <?php f(', ')'],
    ['php', '<?php f( ?> :( <?= [', ')]'],
    ['typescript', '"(\n[', ']'],
  ];
  for (const [languageId, text, owed] of cases)
    it(`are owed ${owed} in ${languageId} after ${JSON.stringify(text)}`, () =>
      assert.equal(new Lexer(languageId).read(text).owed.join(''), owed));
});

/** Code of others on most machines: what of it is not read to its end as its authors wrote it is a fault of ours. */
const real: [languageId: string, folder: string, ending: RegExp][] = [
  ['typescript', 'node_modules', /\.d\.[cm]?ts$/],
  ['javascript', 'node_modules', /(?<!min)\.[cm]?js$/],
  ['json', 'node_modules', /\.json$/],
  ['cpp', 'native', /\.(?:cpp|h|inc)$/],
  ['c', 'node_modules/node-api-headers', /\.h$/],
  ['python', '/usr/lib/python3*', /\.py$/],
  ['perl', '/usr/share/perl', /\.p[lm]$/],
  ['cmake', '/usr/share/cmake*/Modules', /\.cmake$/],
  ['shellscript', '/usr/share/bash-completion', /^[^.]+$/],
];

/** The folders of a place, whose name may have a part that each system has otherwise. */
function foldersLike(place: string): string[] {
  const [begin = '', end] = place.split('*');
  if (end === undefined) return existsSync(place) ? [place] : [];
  const parent = path.dirname(begin);
  if (!existsSync(parent)) return [];
  const known = readdirSync(parent).filter((name) => name.startsWith(path.basename(begin)));
  return known.map((name) => path.join(parent, name) + end).filter((folder) => existsSync(folder));
}

function mayRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

describe('real code', function () {
  this.timeout(60_000);
  for (const [languageId, place, ending] of real)
    it(`in ${languageId} leaves nothing open at its end, in ${place}`, function () {
      const names = foldersLike(place)
        .flatMap((folder) =>
          readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
        )
        .filter((name) => ending.test(path.basename(name)));
      if (names.length === 0) skipped(this, 'there is none');
      // Of many files some from everywhere.
      const some = names.filter((_, i) => i % Math.ceil(names.length / 400) === 0);
      const files = some.filter((file) => {
        const stat = statSync(file, { throwIfNoEntry: false });
        return stat?.isFile() && stat.size < 100_000 && mayRead(file);
      });
      const open = files.filter((file) => {
        // Behind such a line stands no code.
        const text = readFileSync(file, 'utf8')
          .replace(/\r\n/g, '\n')
          .replace(/\n__END__\n[^]*/, '');
        const { stack, strays } = new Lexer(languageId).read(`${text}\n`);
        return strays.length > 0 || stack.some(({ weak }) => !weak);
      });
      assert.ok(files.length > 0);
      // Some are broken, as tests of parsers are, or written so that no lexer without a parser can tell.
      assert.ok(
        open.length <= files.length * 0.03,
        `${open.length} of ${files.length}: ${open.slice(0, 9).join(', ')}`,
      );
    });
});

describe('a lexer', () => {
  const ofSeveralLines: [languageId: string, text: string][] = [
    ['perl', "=head1 A\n\nIt does (a.\n\n=cut\n\nmy $a = <<EOS;\n(it's\nEOS\nsub f {\n"],
    ['ruby', "class A\n=begin\nit's (\n=end\n  a = <<~EOS\n    (it's\n  EOS\n  f(\n"],
    ['powershell', `$a = @"\nit's (\n$(b)\n"@\nfoo(@'\nit's\n'@, (\n`],
    ['shellscript', "f() {\n  cat <<EOF\nit's (\nEOF\n  g '\n(' (\n"],
    ['python', `a = """\n(it's\n""" + (\n`],
    ['typescriptreact', "const a = (\n  <p\n    b={`\n(${c}`}\n  >\n    it's (\n  </p>,\n  (\n"],
    ['c', '#ifdef A\nint f(int a) {\n#else\nint f(void) {\n#endif\n/* (\n*/\n  g(\n'],
    ['cmake', 'set(a "\n(" b)\nset(a [=[\n(\n]=] b\n'],
  ];
  for (const [languageId, text] of ofSeveralLines)
    it(`finds the same open where ${languageId} is read line by line as at once`, () => {
      const opens = ({ stack }: Lexer): unknown => stack.map(({ kind, closer, at }) => [kind, closer, at]);
      const steps = new Lexer(languageId);
      let read = '';
      for (const line of text.match(/.*\n/g)!) {
        read += line;
        assert.deepEqual(opens(steps.read(line)), opens(new Lexer(languageId).read(read)), read);
      }
    });

  const hostile: [languageId: string, text: string][] = [
    ['ruby', ' %('],
    ['perl', ' s{'],
    ['perl', '<<"a'],
    ['cmake', '[=['],
    ['typescriptreact', '<A <b<c<d '],
    ['sql', "'\\'a"],
    ['terraform', '"${'],
    ['shellscript', '(('],
    ['c', '#if\n{'],
  ];
  for (const [languageId, text] of hostile)
    it(`reads as much as a prompt sees of ${JSON.stringify(text)} in ${languageId} in a moment`, () => {
      const start = performance.now();
      new Lexer(languageId).read(text.repeat(24_000 / text.length));
      const ms = performance.now() - start;
      assert.ok(ms < 1000, `${Math.round(ms)} ms`);
    });
});

describe('a long line', () => {
  const parts = ['"', "'", ' + ', 'f(', '[', ' ', '\\"', '`${b}`', '/*', '*/'];
  it('leaves open what a lexer finds that reads all of it at once', () => {
    const random = randomSource(5);
    for (let n = 0; n < 100; n++) {
      let line = '';
      const length = 100 + random.below(16_000);
      while (line.length < length)
        line += random.below(9) > 0 ? 'A'.repeat(random.below(40)) : random.pick(parts);
      const opened = new Opened(place(`const a = 1;\n${line}‸`));
      const { stack } = new Lexer('typescript').read(`const a = 1;\n${line}`);
      const opens = (all: typeof stack): unknown => all.map(({ kind, closer, at }) => [kind, closer, at]);
      assert.deepEqual(opens(opened.after('').stack), opens(stack), line.slice(-80));
    }
  });
});

describe('the line that opens a block', () => {
  const cases: [languageId: string, marked: string, closer: string | undefined][] = [
    ['typescript', 'if (a) {‸', '}'],
    ['typescript', '// if (a) {‸', undefined],
    ['typescript', 'case 1:‸', undefined],
    ['shellscript', 'f() {‸', '}'],
    ['shellscript', '# f() {‸', undefined],
    ['python', 'if a:‸', ''],
    ['python', '# if a:‸', undefined],
    ['python', 'a = {‸', '}'],
    ['python', 'f(‸', ')'],
    ['typescript', 'const a = [‸', ']'],
    ['typescript', '// see (‸', undefined],
    ['lua', 'a = {‸', '}'],
    ['lua', '-- a = {‸', undefined],
    ['ini', 'a = {‸', undefined],
    ['of its own', 'a {‸', '}'],
  ];
  for (const [languageId, marked, closer] of cases)
    it(`${closer === undefined ? 'is not' : 'is'} ${JSON.stringify(marked)} in ${languageId}`, () =>
      assert.equal(place(marked, languageId).block?.closer, closer));
});
