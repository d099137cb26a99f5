// What is fit to show: trimmed against the text around the cursor, or hidden with a reason.

import type { StopReason } from '../../../src/results';
import * as assert from 'node:assert/strict';
import { clean } from '../../../src/completion/clean';
import { place } from './place';
import { randomSource } from '../random';

function check(
  marked: string,
  output: string,
  expected: string,
  hidden?: string,
  reason: StopReason = 'line',
): void {
  const languageId = marked.includes('def ') ? 'python' : 'typescript';
  const cleaned = clean(place(marked, languageId), { text: output, reason });
  assert.deepEqual({ text: cleaned.text, hidden: cleaned.hidden }, { text: expected, hidden });
}

describe('clean', () => {
  it('keeps what is good', () => {
    check('const a = ‸', 'foo(1, [2]);', 'foo(1, [2]);');
    check('  ‸', 'return x;', 'return x;');
    check('f(function () {\n  a();\n‸', '});', '});');
    check('def f(x):‸', '\n    return x', '\n    return x');
  });

  it('trims white space at the end', () => {
    check('a‸', ' = 1; \t', ' = 1;');
    check('f {‸', '\n  a\n\n', '\n  a');
  });

  it('removes what stands behind the cursor already', () => {
    check('f(‸);', 'a, b);', 'a, b');
    check('const s = ‸ + y;', 'x + y;', 'x');
    check('call‸()', 'Me(', 'Me');
    check('a = ‸;', 'b;', 'b');
    check('x = val‸else', 'ue', 'ue');
    check('if (a) {‸\n  foo();\n  bar();\n}', '\n  first();\n  foo();\n  bar();', '\n  first();');
  });

  it('ends no statement that goes on behind the cursor', () => {
    const rests = [
      '.trim()',
      '?.size',
      ', b',
      ' + 1',
      ' === 2',
      ' ? 3 : 4',
      ' && c',
      ' as D',
      ' instanceof E',
    ];
    for (const rest of rests) for (const end of ['', ';']) check(`x = user.na‸${rest}${end}`, 'me;', 'me');
    for (const rest of [' // why', ' y = 1;', ' --y;', ' else z();'])
      check(`x = user.na‸${rest}`, 'me;', 'me;');
    check('x = `a‸ + b`', 'b;', 'b;');
  });

  it('cuts a closer that closes nothing', () => {
    check('f(a‸', ', b]);', ', b');
    check('const a = 1‸', ' + 2);', ' + 2');
    check('if (x) { f(‸', 'a); }', 'a); }');
    check('const a = ‸', ')', '', 'unbalanced');
    check("// it's (open\nconst a = ‸", '")" + 1;', '")" + 1;');
  });

  it('hides what is there already', () => {
    check('a();\n‸\nb();', 'b();', 'b();', 'duplicate');
    check('a();\n‸', 'a();', 'a();', 'duplicate');
    check('  foo(1);\n  ‸', 'foo(1);', 'foo(1);', 'duplicate');
    check('if (a) {\n  b();\n‸\n}', '}', '}', 'duplicate');
    check('{\n  {\n    b();\n  ‸\n}', '}', '}');
    check('f(‸)', ')', '', 'duplicate');
    check('a = ‸;', ';', '', 'duplicate');
  });

  it('declares nothing twice in a scope', () => {
    check('def f(a):\n    x(a)\n\ndef ‸', 'f(a):', 'f(a):', 'duplicate');
    check('def f(a):\n    x(a)\n\ndef ‸', 'f(b):', 'f(b):');
    check('const a = 1;\nb();\nconst ‸\nc();', 'a = 1;', 'a = 1;', 'duplicate');
    check('a();\nasync function f() ‸\nb();\nasync function f() {', '{\n  x();', '{\n  x();', 'duplicate');
    check("test('a', () => {\n  x();\n});\n\ntest(‸", "'a', () => {", "'a', () => {", 'duplicate');
    check(
      "import { a } from 'a';\nimport * as b from 'b';\nimport ‸",
      "* as b from 'b';",
      "* as b from 'b';",
      'duplicate',
    );
    check('#include <a.h>\n#include <b.h>\n#include ‸', '<a.h>', '<a.h>', 'duplicate');
    const methods = 'class A:\n    def f(self):\n        x()\n\nclass B:\n    def ';
    check(`${methods}‸`, 'f(self):', 'f(self):');
    check('  {\n    const a = 1;\n  }\n  {\n    const ‸\n  }\n', 'a = 1;', 'a = 1;');
    check('import {\n  a,\n} from "a";\nimport {‸', '\n  b,\n} from "b";', '\n  b,\n} from "b";');
    check('f(1);\ng();\nf(‸', '1);', '1);');
  });

  it('says why nothing is left', () => {
    check('a‸', '', '', 'empty');
    check('a‸', ' \t\n', '', 'whitespace');
    check('a‸', 'b', '', 'cancelled', 'cancelled');
    check('a‸', ', ab, ab', ', ab, ab', 'repetition', 'repetition');
  });

  it('does not write a typed space twice', () => {
    check('return ‸', ' x + 1', 'x + 1');
    check('return‸', ' x', ' x');
    check('  ‸', '  x', 'x');
    check('def f():\n‸', '    x', '    x');
  });

  it('keeps the space that was written before a closer behind the cursor', () => {
    const suffix = (marked: string, output: string, expected: string): void =>
      check(marked, output, expected, undefined, 'suffix');
    suffix('import { ‸}', 'first ', 'first ');
    suffix('const a = {‸};', ' b: 1 ', ' b: 1 ');
    suffix('f( ‸)', 'a ', 'a ');
    suffix('import { ‸ }', 'first ', 'first');
    suffix('const a = { ‸}', 'b', 'b');
    check('const a = { ‸};', 'b };', 'b ');
    check('const a = { ‸', 'b ', 'b');
  });

  it('puts the closer that the editor typed on a line of its own', () => {
    check('  if (a) {‸}', '\n    b();', '\n    b();\n  ');
    check('  f(() => {‸})', '\n    b();', '\n    b();\n  ');
    check('import {‸}', ' a ', ' a');
  });

  it('writes tabs into a document of tabs', () => {
    check(
      '\ta();\n\tif (b) {‸',
      '\n        c();\n        if (d) {\n            e();\n        }',
      '\n\t\tc();\n\t\tif (d) {\n\t\t\te();\n\t\t}',
    );
    check('  a();\n  if (b) {‸', '\n    c();', '\n    c();');
  });

  it('never ends with the text behind the cursor, in 10,000 seeded cases', () => {
    const random = randomSource(3);
    const parts = ['foo', '(', ')', '{', '}', '[', ']', ';', ', ', ' ', '"', 'x', '.', ' = ', '\n', '  '];
    const text = (most: number): string =>
      Array.from({ length: random.below(most) }, () => random.pick(parts)).join('');
    let shown = 0;
    for (let i = 0; i < 10_000; i++) {
      const site = place(`${text(12)}‸${text(6)}`);
      const cleaned = clean(site, { text: text(10).split('\n')[0]!, reason: 'line' });
      const rest = site.lineAfter.trimEnd();
      // A quote that has no partner in its line is one that the answer opens.
      const isOpen = (site.lineBefore + rest).split('"').length % 2 === 0;
      if (cleaned.hidden || rest.trim() === '' || isOpen) continue;
      shown++;
      assert.ok(
        !cleaned.text.endsWith(rest),
        JSON.stringify({ before: site.before, rest, shown: cleaned.text }),
      );
    }
    assert.ok(shown > 1000, `only ${shown} were shown`);
  });
});
