// What the grammars say of code, and which completions are hidden because of it.

import * as assert from 'node:assert/strict';
import { clean } from '../../../src/completion/clean';
import { siteOf } from '../../../src/completion/site';
import { stepsBetween, Syntax, syntaxOf, windowAt } from '../../../src/completion/syntax';
import { grammars } from '../../../src/language/languages';
import { codeUnder } from './oracle/code';
import { place } from './place';
import { randomSource } from '../random';

const sound: Record<string, string> = {
  'c-sharp': 'class A {\n  int F(int a) { return a; }\n}\n',
  css: 'a {\n  color: red;\n}\n',
  php: '<?php\nfunction f($a) {\n  return "{$a}";\n}\n',
  powershell: 'function f($a) {\n  return "$a"\n}\n',
  ruby: 'def f(a)\n  "#{a}"\nend\n',
  cpp: 'int f(int a) {\n  return a;\n}\n',
  go: 'package p\n\nfunc f(a int) int {\n\treturn a\n}\n',
  java: 'class A {\n  int f(int a) { return a; }\n}\n',
  javascript: 'function f(a) {\n  return <b>{a}</b>;\n}\n',
  python: 'def f(a):\n    return a\n',
  rust: 'fn f(a: i32) -> i32 {\n    a\n}\n',
  bash: 'f() {\n  echo "$1"\n}\n',
  typescript: 'function f(a: number): number {\n  return <number>a;\n}\n',
  tsx: 'const f = (a: number) => <b>{a}</b>;\n',
};

const long = process.env.RYZANSTEIN_TEST === 'long';
const nowhere = { path: 'place', related: [] };

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

describe('syntax', () => {
  it('does without a grammar that cannot be read, says so once, and finds others all the same', async () => {
    const folder = process.env.RYZANSTEIN_GRAMMARS;
    const write = process.stderr.write.bind(process.stderr);
    const told: string[] = [];
    process.env.RYZANSTEIN_GRAMMARS = '/nowhere';
    process.stderr.write = (text: unknown): boolean => told.push(String(text)) > 0;
    try {
      assert.equal(await syntaxOf('rust'), undefined);
      assert.equal(await syntaxOf('rust'), undefined);
    } finally {
      process.env.RYZANSTEIN_GRAMMARS = folder;
      process.stderr.write = write;
    }
    assert.equal(told.length, 1);
    assert.match(
      told[0]!,
      /^The rust grammar cannot be loaded from \/nowhere: \S+\.wasm does not exist\. .* brackets and indent/,
    );
    assert.ok(await syntaxOf('go'));
    await assert.rejects(Syntax.load('klingon'), /The klingon grammar/);
  });

  it('knows no language without a grammar', async () => {
    assert.equal(await syntaxOf('plaintext'), undefined);
    assert.equal(await syntaxOf('markdown'), undefined);
  });

  for (const grammar of grammars)
    it(`tells sound code from broken code: ${grammar}`, async () => {
      const syntax = await Syntax.load(grammar);
      const code = sound[grammar] ?? assert.fail(`no code for ${grammar}`);
      assert.equal(syntax.errors(code), 0);
      const broken = [')', '(', '"'].filter((wrong) => syntax.errors(code + wrong) > 0);
      assert.deepEqual(broken, [')', '(', '"']);
    });

  it('counts for a line what a parse of the whole text counts', async () => {
    const syntax = await Syntax.load('typescript');
    const random = randomSource(11);
    const lines = ['f(', 'x = 1;', '}', 'if (a) {', '', 'a.b(c);', '"', 'é😀 = [', ']', 'return'];
    const some = (most: number): string =>
      Array.from({ length: random.below(most) }, () => random.pick(lines) + '\n').join('');
    for (let i = 0; i < 200; i++) {
      const [before, line, after] = [some(8), `${some(2)}${random.pick(lines)}`, `\n${some(8)}`];
      const site = place(`${before}‸${after}`);
      assert.equal(
        syntax.near(site, (errorsWith) => errorsWith(line)) > 0,
        syntax.errors(before + line + after) > 0,
        before + line + after,
      );
    }
  });

  it('finds in what is typed, in other files in between, the errors that a parse of its own finds', async () => {
    let [places, lines, different] = [0, 0, 0];
    for (const [languageId, files] of codeUnder(['src', 'test', 'scripts', 'training', 'node_modules'])) {
      const syntax = await syntaxOf(languageId);
      if (!syntax || files.length < 3) continue;
      const random = randomSource(places + 1);
      for (let i = 0; i < (long ? 200 : 12); i++) {
        const { text } = random.pick(files);
        // Lines further down each time, some of them left half written; or back in another file.
        for (let at = random.below(text.length), step = 0; step < 8 && at < text.length; step++) {
          const end = endOfLine(text, at);
          const site = siteOf({ ...nowhere, languageId, prefix: text.slice(0, at), suffix: text.slice(end) });
          const { before, after } = windowAt(site);
          const typed = site.lineBefore + text.slice(at, end);
          for (const line of [typed, typed.slice(0, -1), '', site.lineBefore, `${typed})`, typed]) {
            const near: number = syntax.near(site, (errorsWith) => errorsWith(line));
            const alone = syntax.errors(before + line + after);
            assert.equal(near > 0, alone > 0, `${languageId}: ${JSON.stringify([before, line, after])}`);
            lines++;
            if (near !== alone) different++;
          }
          places++;
          at = endOfLine(text, end + 1 + random.below(300));
        }
      }
    }
    console.log(`${lines} lines at ${places} places, ${different} with another number of errors`);
    // How many errors something is taken for may depend on the parse before; whether it has any does not.
    assert.ok(places > 300 && different <= lines / 1000);
  });

  it('finds the way from one window to another', () => {
    const random = randomSource(5);
    const some = (most: number): string =>
      Array.from({ length: random.below(most) }, () => random.pick(['f(a);\n', '}\n', 'b', ' ', '\n'])).join(
        '',
      );
    for (let i = 0; i < 2000; i++) {
      const [head, middle, tail] = [some(60), some(60), some(60)];
      const old = random.pick([head, '']) + middle + tail;
      const now = random.pick([head, '']) + middle + some(4) + random.pick([tail, some(90)]);
      const walked = stepsBetween(old, now).reduce((text, step) => {
        assert.equal(text.slice(step.index, step.index + step.old.length), step.old);
        return text.slice(0, step.index) + step.now + text.slice(step.index + step.old.length);
      }, old);
      assert.equal(walked, now);
    }
  });

  it('counts no errors where that would take too many steps, and those of the next place all the same', async () => {
    // Each took seconds to minutes.
    const endless = { shellscript: '<<A\n', python: '=begin\n', cpp: 'a\n' };
    for (const [languageId, piece] of Object.entries(endless)) {
      const syntax = (await syntaxOf(languageId))!;
      const [above, below] = [piece.repeat(20_000 / piece.length), piece.repeat(1900 / piece.length)];
      const site = place(`${above}‸\n${below}`, languageId);
      assert.equal(
        syntax.near(site, (errorsWith) => errorsWith('foo(a, b')),
        Infinity,
        languageId,
      );
      const judged = clean(site, { text: 'foo(a, b);', reason: 'line' }, syntax);
      assert.notEqual(judged.hidden, 'syntax');
      assert.equal(
        syntax.near(place('‸\n', languageId), (errorsWith) => errorsWith('')),
        0,
      );
    }
  });

  it('reads only what is near the cursor in a long file', async () => {
    const syntax = await Syntax.load('typescript');
    const far = '}}}}\n' + sound.typescript!.repeat(400);
    const site = place(`${far}const a = ‸;\n${sound.typescript!.repeat(200)}((((\n`);
    assert.deepEqual(
      syntax.near(site, (errorsWith) => [errorsWith('const a = 1;'), errorsWith('const a = );') > 0]),
      [0, true],
    );
  });
});

describe('clean with a grammar', () => {
  const cases: [languageId: string, marked: string, output: string, hidden?: 'syntax' | 'unbalanced'][] = [
    // What is wrong in itself, or with what stands below.
    ['typescript', 'if (a) {\n  b();\n  ‸\n}\n', '}', 'unbalanced'],
    ['typescript', 'call(\n  a,\n  ‸\n);\n', 'b);', 'syntax'],
    ['typescript', '‸\nconst b = 2;\n', 'const a = (1 + ;', 'syntax'],
    ['typescript', 'a(‸)\n', 'b c d', 'syntax'],
    ['python', 'def f(a):\n    ‸\n', 'else a:', 'syntax'],
    ['python', 'def f(a):‸\n', '\n    if a:\n        b c', 'syntax'],
    ['java', 'class A {\n  ‸\n}\n', 'int f( { return 1; }', 'syntax'],
    // What is right.
    ['typescript', 'call(\n  a,\n  ‸\n);\n', 'b,'],
    ['python', 'def f(a):\n    ‸\n', 'return [b for b in a]'],
    // What only begins something.
    ['typescript', '‸\n', 'if (a) {'],
    ['typescript', 'function f() {\n  ‸\n}\n', 'if (a)'],
    ['typescript', 'function f() {\n  ‸\n}\n', 'const a = call('],
    ['typescript', 'function f() {\n  ‸\n}\n', 'const a = b +'],
    ['typescript', 'function f() {\n  ‸\n}\n', 'try {'],
    ['typescript', 'function f() {‸\n', '\n  a();'],
    ['typescriptreact', 'const a = (\n  <b>‸\n);\n', 'text'],
    ['javascript', '‸\n', 'export default {'],
    ['python', 'def f(a):\n    ‸\n', 'for b in a:'],
    ['python', 'class A:\n    ‸\n\nb = 1\n', 'def f('],
    ['python', 'def f(a):\n    ‸\n', 'if ('],
    ['python', 'def f(a):\n    tr‸\n\nb = 1\n', 'y:'],
    ['python', 'class A:\n    ‸\n\nb = 1\n', '@property'],
    ['python', 'def f(a):\n    """Tells‸\n    return a\n', ' the truth'],
    ['python', 'call(a, ‸\nb = 1\n', 'c'],
    ['go', 'func f() {\n\t‸\n}\n', 'if err != nil {'],
    ['rust', 'fn f() {\n    ‸\n}\n', 'match a {'],
    ['cpp', 'void f() {\n  ‸\n}\n', 'for (int i = 0; i < n; i++) {'],
    // What is broken already may stay so.
    ['typescript', 'const a = ((( ;\n‸\n', 'b();'],
  ];
  for (const [languageId, marked, output, hidden] of cases)
    it(`${hidden ? 'hides' : 'shows'} ${JSON.stringify(output)} at ${JSON.stringify(marked)}`, async () => {
      const cleaned = clean(
        place(marked, languageId),
        { text: output, reason: 'line' },
        await syntaxOf(languageId),
      );
      // What has no balance has nothing left of it.
      const text = hidden === 'unbalanced' ? '' : output;
      assert.deepEqual(cleaned, hidden ? { text, hidden } : { text });
    });
});
