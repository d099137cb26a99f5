// What closes the bracket that an accepted text ends with: nothing that is closed below already, told in rows and in real code.

import assert from 'node:assert/strict';
import { closersBehind, SoftClosers } from '../../../src/editing/closing';
import type { Change } from '../../../src/editing/editor';
import { syntaxOf } from '../../../src/completion/syntax';
import { Lexer } from '../../../src/language/lexer';
import { type Code, codeUnder, soundCode } from '../completion/oracle/code';
import { randomSource } from '../random';

describe('the bracket that an accepted text ends with', () => {
  /** The accepted text stands between the marks. */
  const cases: [languageId: string, marked: string, closers: string, setting?: string][] = [
    ['go', 'func f() {\n\t‸if err != nil {‸\n}\n', '}'],
    ['go', '‸import (‸\n', ')'],
    ['go', 'func f() {\r\n\t‸if err != nil {‸\r\n}\r\n', '}'],
    ['rust', 'fn f() {\n    ‸match a {‸\n}\n', '}'],
    ['c', '‸switch (x) {‸', '}'],
    ['python', '‸a = {‸\nb = 1\n', '}'],
    ['shellscript', '‸f() {‸\n', '}'],
    ['shellscript', '‸if [ -f a ]; then‸\n', ''],
    ['python', '‸if a:‸\n', ''],
    ['typescript', "‸it('works', () => {‸\n", '})'],
    ['typescript', "it('works', ‸() => {‸);\n", '}'],
    ['typescript', 'foo‸(() => {‸);\n', '}'],
    ['typescript', 'if (a) {\n  b();\n‸} else {‸\n', '}'],
    ['typescript', 'if (a) {\n  b();\n‸} else {‸\n  c();\n}\n', ''],
    ['typescript', 'switch (a) {\n‸case 1: {‸\ncase 2:\n  b();\n}\n', '}'],
    // A line that goes on below need not have more than is typed next.
    ['typescript', '‸foo(a,‸\n', ''],
    // What is open within text is nothing to close.
    ['typescript', '‸// as in (‸\n', ''],
    ['typescript', '‸const a = `(‸\n`;\n', ''],
    ['typescript', '‸const a = `${f(‸\n', ''],
    ['markdown', '‸as in (‸\n', ''],
    // The body stands below, or the end of it.
    ['typescript', '‸for (const a of b) {‸\n  c(a);\n}\n', ''],
    ['typescript', '‸for (const a of b) {‸\n}\n', ''],
    ['typescript', 'switch‸ (a) {‸\ncase 1:\n  b();\n}\n', ''],
    ['cpp', 'if (a &&\n    ‸b) {‸\n  c();\n}\n', ''],
    ['cpp', '‸if (a) {‸\n#ifdef B\n  c();\n#endif\n}\n', ''],
    ['c', '#if A\n‸if (a) {‸\n#else\nif (b) {\n#endif\n  c();\n}\n', ''],
    // Also where another bracket is wrong.
    ['typescript', 'function f() {\n\n‸for (const a of b) {‸\n  c(a);\n}\n', ''],
    ['typescript', 'f(;\n‸for (const a of b) {‸\nnext();\n', '}'],
    ['typescript', 'f);\n‸for (const a of b) {‸\nnext();\n', '}'],
    // Where the editor closes none.
    ['c', '‸while (a) {‸\n', '', 'never'],
    ['c', '‸while (a) {‸;\n', '', 'beforeWhitespace'],
    ['c', '‸while (a) {‸ \n', '}', 'beforeWhitespace'],
    ['c', 'a = ‸f(‸b;\n', ''],
    ['c', 'a = ‸f(‸b;\n', ')', 'always'],
    ['c', '‸while (a) {‸\n', '}', 'of its own'],
  ];
  for (const [languageId, marked, closers, setting = 'languageDefined'] of cases)
    it(`is ${closers === '' ? 'not closed' : `closed by ${closers}`} in ${JSON.stringify(marked)} of ${languageId}`, () => {
      const [before = '', text = '', after = ''] = marked.split('‸');
      const place = [before.length, before.length + text.length] as const;
      assert.equal(closersBehind(setting, languageId, before + text + after, place), closers);
    });
});

describe('closers behind the cursor', () => {
  /** Of `a {})` they are the last two; the key that is typed in front of them at an offset gives the answer. */
  const cases: [
    what: string,
    happens: (closers: SoftClosers) => unknown,
    offset: number,
    isTypedOver: boolean,
  ][] = [
    ['at once', () => undefined, 3, true],
    ['behind what was typed before them', (it) => it.changed(change(3, 0, '\n  b\n')), 8, true],
    ['behind what was written above', (it) => it.changed(change(0, 1, 'abc')), 5, true],
    ['not where the first of them stands no more', (it) => it.changed(change(3, 1, '')), 3, false],
    ['not farther to the left', () => undefined, 2, false],
    ['not when the cursor has passed them', (it) => it.moved('file', 4), 3, false],
    ['though a cursor is elsewhere', (it) => (it.moved('other', 4), it.moved('file', 0)), 3, true],
    ['not when they were changed', (it) => it.changed(change(4, 1, ']')), 3, false],
    ['not behind changes of several places', (it) => it.changed(several(0, 0, 'a')), 4, false],
    ['not behind those of which the last is below', (it) => it.changed(several(9, 0, 'a')), 3, false],
  ];
  for (const [what, happens, offset, isTypedOver] of cases)
    it(`are typed over ${what}`, () => {
      const closers = new SoftClosers();
      closers.note('file', 3, '})');
      happens(closers);
      assert.equal(closers.changed(change(offset, 0, '}')), isTypedOver);
    });

  it('are typed over one by one', () => {
    const closers = new SoftClosers();
    closers.note('file', 3, '})');
    for (const [i, character] of ['}', ')'].entries()) {
      assert.ok(closers.changed(change(3 + i, 0, character)));
      assert.deepEqual(closers.first('file'), { offset: 4 + i, closer: character });
      assert.equal(closers.first('other'), undefined);
      assert.ok(!closers.changed(change(4 + i, 1, '')));
    }
    assert.equal(closers.first('file'), undefined);
  });

  /** They are put at 3, in front of a line end, by an edit that has to be waited for. */
  const awaited: [
    what: string,
    happens: (closers: SoftClosers) => unknown,
    offset: number,
    isThere: boolean,
  ][] = [
    ['behind their edit', (it) => it.changed(change(3, 1, '})\n')), 3, true],
    [
      'behind what was typed before that has ended',
      (it) => (it.changed(change(3, 1, '})\n')), it.changed(change(3, 0, 'x'))),
      4,
      true,
    ],
    ['not before it', () => undefined, 3, false],
    ['not where a key has come before it', (it) => it.changed(change(3, 0, 'x')), 4, false],
    ['not where it was refused', (it) => it.forget(), 3, false],
  ];
  for (const [what, happens, offset, isThere] of awaited)
    it(`that are being put are typed over ${what}`, () => {
      const closers = new SoftClosers();
      closers.note('file', 3, '})', '\n');
      happens(closers);
      assert.equal(closers.changed(change(offset, 0, '}')), isThere);
    });

  function change(offset: number, length: number, text: string): Change {
    return { key: 'file', offset, length, text, more: false };
  }

  function several(...last: Parameters<typeof change>): Change {
    return { ...change(...last), more: true };
  }
});

describe('a line of real code that ends with an opening bracket', function () {
  this.timeout(60_000);
  const random = randomSource(3);
  const files = codeUnder(['src', 'scripts', 'native', 'training', 'media', 'node_modules']);
  /** Of each language some lines: each with where an accepted part of it may begin, and where all that this opens is closed. */
  async function places(languageId: string, all: Code[]): Promise<Opening[]> {
    const sound = await soundCode(languageId, all);
    return sound.flatMap(({ code: { text }, regionAt }) => {
      const ends = [...text.matchAll(/[([{](?=\n)/g)].map(({ index }) => index + 1);
      const inCode = ends.filter((end) => regionAt(end - 1) === 'code');
      return inCode.length === 0 ? [] : [openingAt(languageId, text, random.pick(inCode), random.below(2))];
    });
  }

  for (const [languageId, all] of [...files].sort())
    it(`is left as it is in ${languageId}, and closed where its block is gone`, async () => {
      const syntax = await syntaxOf(languageId);
      const found = (await places(languageId, all)).filter(({ closers }) => closers !== '');
      let missed = 0;
      for (const { text, start, cursor, end, closers } of found) {
        const shown = text.slice(start, cursor + 100);
        const closed = (code: string): string => closersBehind('always', languageId, code, [start, cursor]);
        assert.equal(closed(text), '', shown);
        const gone = text.slice(0, cursor) + text.slice(end);
        const written = closed(gone);
        assert.ok(written === '' || written === closers, `${written}: ${shown}`);
        if (written === '') missed++;
        const errors = (code: string): number => syntax?.errors(code) ?? 0;
        const whole = gone.slice(0, cursor) + closers + gone.slice(cursor);
        assert.ok(errors(whole) <= errors(gone), shown);
      }
      // Of some the rest of their last line opens another block, as `else {` does.
      assert.ok(missed <= 1 + found.length / 4, `${missed} of ${found.length}`);
    });
});

interface Opening {
  text: string;
  start: number;
  cursor: number;
  end: number;
  /** Nothing where what opens it is no bracket. */
  closers: string;
}

function openingAt(languageId: string, text: string, cursor: number, within: number): Opening {
  const lineStart = text.lastIndexOf('\n', cursor - 1) + 1;
  const line = text.slice(lineStart, cursor);
  const indented = lineStart + /^\s*/.exec(line)![0].length;
  const start = within === 0 ? indented : Math.floor((indented + cursor) / 2);
  const lexer = new Lexer(languageId).read(text.slice(0, lineStart)).read(line);
  const own = lexer.stack.filter(({ at }) => at >= start);
  const isOpen = (end: number): boolean =>
    lexer
      .clone()
      .read(text.slice(cursor, end))
      .stack.some(({ at }) => at === own[0]?.at);
  const ends = [...text.slice(cursor).matchAll(/[)\]}]/g)].map(({ index }) => cursor + index + 1);
  const end = ends.find((each) => !isOpen(each));
  const isFit = end !== undefined && own.every(({ kind, weak }) => kind === 'bracket' && !weak);
  const closers = isFit ? own.map(({ closer }) => closer).reverse() : [];
  return { text, start, cursor, end: end ?? cursor, closers: closers.join('') };
}
