// Where an answer ends: at the line, at the block's end, where the text behind the cursor begins, in a loop.

import * as assert from 'node:assert/strict';
import { Stop, type Verdict } from '../../../src/completion/stop';
import { place } from './place';
import { randomSource } from '../random';

interface Expected {
  text: string;
  reason: string;
}

function ask(marked: string, pieces: Iterable<string>, languageId: string, maxLines: number): Verdict {
  const stop = new Stop(place(marked, languageId), { maxTokens: 64, maxLines, minConfidence: 0 });
  for (const piece of pieces) {
    const verdict = stop.push(piece);
    if (verdict) return verdict;
  }
  return stop.finish('end');
}

/** Holds however the output comes in: at once, letter by letter, in random pieces. */
function check(
  marked: string,
  output: string,
  expected: Expected,
  languageId = 'typescript',
  maxLines = 10,
): void {
  const random = randomSource(output.length);
  const pieces: string[] = [];
  for (let rest = output; rest !== '';) {
    const length = 1 + random.below(7);
    pieces.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  for (const way of [[output], output, pieces])
    assert.deepEqual(ask(marked, way, languageId, maxLines), expected);
}

describe('stop', () => {
  it('ends a plain line at its end', () => {
    check('const a = ‸\nconst b = 2;\n', '1;\nconst b = 2;\n', { text: '1;', reason: 'line' });
    check('x = ‸', '[1, 2,\n  3]', { text: '[1, 2,', reason: 'line' }, 'python');
    check('foo;‸', '\n', { text: '', reason: 'line' });
  });

  it('ends a block that is too long where what it has opened is closed, else with its first line', () => {
    const open = 'while (a) {\n    if (b) {\n      c();\n';
    const most = (output: string, text: string): void =>
      check('for (;;) {‸}\n', output, { text, reason: 'maxLines' }, 'typescript', 4);
    most(`\n  a();\n  b();\n  ${open}`, '\n  a();\n  b();');
    most(`\n  ${open}      d();\n`, '\n  while (a) {');
    most('\n  a();\n  b();\n  c();\n  d();\n', '\n  a();\n  b();\n  c();\n  d();');
    const stop = new Stop(place('for (;;) {‸}\n'), { maxTokens: 9, maxLines: 10, minConfidence: 0 });
    for (const character of `\n  a();\n  ${open}      d`) assert.equal(stop.push(character), undefined);
    assert.deepEqual(stop.finish('maxTokens'), { text: '\n  a();', reason: 'maxTokens' });
  });

  it('ends a block that is too long where the words and columns of its lines are whole', () => {
    const cut = (marked: string, output: string, languageId: string, text: string): void => {
      const stop = new Stop(place(marked, languageId), { maxTokens: 9, maxLines: 12, minConfidence: 0 });
      assert.equal(stop.push(output), undefined);
      assert.deepEqual(stop.finish('maxTokens'), { text, reason: 'maxTokens' });
    };
    const python = (output: string, text: string): void => cut('def f(a):‸\n', output, 'python', text);
    python('\n    x = 1\n    if a:\n        yield b(a, c', '\n    x = 1');
    python(
      '\n    x = 1\n    if a:\n        b()\n    y = 2\n    z',
      '\n    x = 1\n    if a:\n        b()\n    y = 2',
    );
    python('\n    x = 1\n    if a:\n        b()\n    el', '\n    x = 1');
    python('\n    x = 1\n    if a:\n        b()\n    element', '\n    x = 1\n    if a:\n        b()');
    // Of a block that takes all the room as much as is one.
    python(
      '\n    if a:  # b\n        b()\n        c()\n        d',
      '\n    if a:  # b\n        b()\n        c()',
    );
    python(
      '\n    if a:\n        b()\n        try:\n            c()\n            d',
      '\n    if a:\n        b()',
    );
    python('\n    x = 1\n    @a\n    def b', '\n    x = 1');
    python('\n    x = 1\n    y = b \\\n        + c', '\n    x = 1');
    cut('f() {‸\n', '\n  a=1\n  if [ -n "$a" ]; then\n    echo "a b', 'shellscript', '\n  a=1');
    cut(
      'f() {‸\n',
      '\n  a=1\n  case $a in\n    b) c ;;\n  esac\n  x',
      'shellscript',
      '\n  a=1\n  case $a in\n    b) c ;;\n  esac',
    );
    cut('f() {‸\n', '\n  a=1\n  while b\n  do\n    c\n  do', 'shellscript', '\n  a=1');
    cut(
      'function f()‸\n',
      '\n  a()\n  if b then\n    c()\n  end\n  for',
      'lua',
      '\n  a()\n  if b then\n    c()\n  end',
    );
    cut('function f()‸\n', '\n  a()\n  repeat\n    c()\n  un', 'lua', '\n  a()');
    cut('def f‸\n', '\n  a\n  b.each do |c|\n    d\n    e', 'ruby', '\n  a');
    cut('if (a) {‸\n', '\n  b();\n  if (c)\n    d(e', 'javascript', '\n  b();');
    cut('if (a) {‸\n', '\n  b();\n  c\n    .d()\n    .e', 'javascript', '\n  b();');
    cut('if (a) {‸\n', '\n  if (b)\n    c();\n  else if (d)\n    e(', 'javascript', '\n  if (b)\n    c();');
    cut('if (a) {‸\n', '\n  if (b)\n    c()\n  els', 'javascript', '\n  if (b)\n    c()');
  });

  it('looks for the most lines at the beginning of the next one, where that tells whether they are whole', () => {
    const most = (output: string, expected: Expected): void =>
      check('def f(a):‸\n', output, expected, 'python', 3);
    const body = '\n    x = 1\n    if a:\n        b()';
    const ends = '\n    x = 1';
    most(`${body}\n    c()\n`, { text: body, reason: 'maxLines' });
    most(`${body}\n    else:\n`, { text: ends, reason: 'maxLines' });
    most(`${body}\n        c()\n`, { text: ends, reason: 'maxLines' });
    most(`${body}\n\n    c()\n`, { text: body, reason: 'block' });
    most(`${body}\nc()\n`, { text: body, reason: 'block' });
    most(body, { text: body, reason: 'end' });
    most(`${body}\n`, { text: ends, reason: 'maxLines' });
    most(`${ends}\n    y = 2\n    z = 3\n`, { text: `${ends}\n    y = 2\n    z = 3`, reason: 'maxLines' });
  });

  it('ends with the model', () => {
    check('const a = ‸', '1', { text: '1', reason: 'end' });
  });

  it('keeps to one line where that is asked for', () => {
    check('function f() {\n  ‸\n}', 'return 1;\n}\n', { text: 'return 1;', reason: 'line' }, 'typescript', 1);
  });

  it('ends at a closer that the editor has typed', () => {
    check('for (let i = 0; ‸)', 'i < n; i++) {\n', { text: 'i < n; i++', reason: 'suffix' });
    check('f(g(‸))', 'a(1)[2], b));\n', { text: 'a(1)[2], b', reason: 'suffix' });
    check(
      'print("‸")',
      'a (b) \'c\' \\" d") + 1\n',
      { text: "a (b) 'c' \\\" d", reason: 'suffix' },
      'python',
    );
    check('const a = [‸]', '...b, (c)];\n', { text: '...b, (c)', reason: 'suffix' });
  });

  it('takes its own brackets for its own', () => {
    check('f(‸)', 'a(b), [c]', { text: 'a(b), [c]', reason: 'end' });
    check('f("x", ‸)', '")", y)\n', { text: '")", y', reason: 'suffix' });
  });

  it('ends where the rest of the line begins', () => {
    check('const s = ‸ + y;', 'x.length + y;\nfoo\n', { text: 'x.length ', reason: 'suffix' });
    check('if (‸ && ready) {', 'open && ready) {\n', { text: 'open ', reason: 'suffix' });
  });

  it('writes the body of a block and closes it', () => {
    const output = '\n  const a = 1;\n  if (a) {\n    b();\n  }\n}\n\nfunction g() {\n';
    const body = '\n  const a = 1;\n  if (a) {\n    b();\n  }';
    check('function f() {‸\n', output, { text: body + '\n}', reason: 'block' });
    check('function f() {‸}', output, { text: body, reason: 'block' });
    check('f(() => {‸\n', '\n  a();\n});\nb();\n', { text: '\n  a();\n});', reason: 'block' });
    check('function f() {\n  ‸\n}\n', 'return 1;\n}\n', { text: 'return 1;', reason: 'block' });
  });

  it('keeps to the line where the opener goes on in it', () => {
    check('import {‸} from "x";', ' a, b } from "x";\n', { text: ' a, b ', reason: 'suffix' });
    check('import {‸', ' a } from "x";\nb', { text: ' a } from "x";', reason: 'line' });
  });

  it('follows indentation in Python', () => {
    check(
      'def f(x):‸\n',
      '\n    if x:\n        return 1\n    return 2\nprint(1)\n',
      {
        text: '\n    if x:\n        return 1\n    return 2',
        reason: 'block',
      },
      'python',
    );
    check(
      'class A:\n    def f(self):\n        ‸\n\n    def g(self):\n',
      'a = 1\n        b = 2\n    def g',
      {
        text: 'a = 1\n        b = 2',
        reason: 'block',
      },
      'python',
    );
  });

  it('ends a block at a blank line, at the line below, at the most lines', () => {
    check('function f() {\n  ‸\n', 'a();\n\n  b();\n', { text: 'a();', reason: 'block' });
    check('if (x) {\n  ‸\n} else {\n', 'a();\n} else {\n  b();\n', { text: 'a();', reason: 'block' });
    check('if (x) {\n  ‸\nfoo();', 'a();\nfoo();\nb();\n', { text: 'a();', reason: 'block' });
    check(
      'function f() {\n  ‸\n',
      'a();\n  b();\n  c();\n',
      { text: 'a();\n  b();', reason: 'maxLines' },
      'typescript',
      2,
    );
  });

  it('does not take a line inside a block that has a body for the block', () => {
    check('function f() {\n  ‸\n  return a;\n}', 'const a = 1;\n  b\n', {
      text: 'const a = 1;',
      reason: 'line',
    });
  });

  it('ends a loop, but not a rule', () => {
    check('x = ‸', 'ab, ab, ab, ab, ab, ab, ab, ab, ab\n', { text: 'ab, ', reason: 'repetition' });
    check('for ‸', `(!${'('.repeat(64)}`, { text: '(!', reason: 'repetition' }, 'c');
    check('a = ‸', `${'['.repeat(15)}0\n`, { text: `${'['.repeat(15)}0`, reason: 'line' });
    const rule = '-'.repeat(70);
    check('// ‸', rule + '\n', { text: rule, reason: 'line' });
  });

  it('ends where a line stands within itself for the third time', () => {
    const nested = ['try {', '  try {', '    try {', '      try {'].join('\n  ');
    check('function f() {\n  ‸\n}', nested + '\n', {
      text: ['try {', '  try {', '    try {'].join('\n  '),
      reason: 'repetition',
    });
    const lists = '\n  [\n    [\n      [1],\n    ],\n  ],\n]';
    check('a = [‸', lists + '\n', { text: lists, reason: 'block' });
    const twice = '\n    if x:\n        if x:\n            return 1\n';
    check('def f(x):‸', twice + '\n', { text: twice.trimEnd(), reason: 'block' }, 'python');
  });

  it('leaves out a line that was cut off in a block', () => {
    const stop = new Stop(place('function f() {‸\n'), { maxTokens: 4, maxLines: 10, minConfidence: 0 });
    assert.equal(stop.push('\n  a();\n  b('), undefined);
    assert.deepEqual(stop.finish('maxTokens'), { text: '\n  a();', reason: 'maxTokens' });
  });

  it('leaves out what goes on behind a block where that was cut off', () => {
    const limits = { maxTokens: 9, maxLines: 3, minConfidence: 0 };
    const body = '\n  a();\n}';
    for (const written of ['},', '}, 1', '}, [', '}'])
      assert.deepEqual(
        (() => {
          const stop = new Stop(place('f(() => {‸\n'), limits);
          assert.equal(stop.push(`\n  a();\n${written}`), undefined);
          return stop.finish('maxTokens');
        })(),
        { text: body, reason: 'maxTokens' },
      );
    check(
      'f([{‸\n',
      '\n  a: 1,\n}, {\n  b: 2,\n  c: 3,\n  d: 4\n',
      { text: '\n  a: 1,\n}', reason: 'maxLines' },
      'typescript',
      4,
    );
  });
});
