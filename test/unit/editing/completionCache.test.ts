// Known completions: typed through, brought back by an undo, and never shown where they do not fit.

import assert from 'node:assert/strict';
import { CompletionCache } from '../../../src/editing/completionCache';
import type { Completion } from '../../../src/protocol';
import { answer, placeOf } from './marked';

/** What a completion remembered at one place offers at another: its text, and `<n` if it overwrites characters. */
function offered(origin: string, text: string, now: string): string | undefined {
  const cache = new CompletionCache();
  cache.remember(placeOf(origin), answer(text));
  const fit = cache.find(placeOf(now));
  return fit && fit.text + (fit.overwrites ? `<${fit.overwrites}` : '');
}

describe('the cache of completions', () => {
  const cases: [title: string, origin: string, text: string, now: string, expected: string | undefined][] = [
    ['fits its own place', 'const a = |;', 'b + c', 'const a = |;', 'b + c'],
    ['is typed through', 'const a = |;', 'b + c', 'const a = b |;', '+ c'],
    ['is typed through over line ends', 'if (a) {|', '\r\n  b();\r\n}', 'if (a) {\r\n  b|', '();\r\n}'],
    ['is used up', 'const a = |;', 'b + c', 'const a = b + c|;', undefined],
    ['ends at a different character', 'const a = |;', 'b + c', 'const a = d|;', undefined],
    ['ends when text before it changes', 'const a = |;', 'b + c', 'let a = b|;', undefined],
    ['ends when text behind it changes', 'const a = |;', 'b + c', 'const a = b|; x', undefined],
    ['ends when typing is taken back before it', 'const a = |;', 'b + c', 'const a =|;', undefined],
    ['overwrites the bracket that the editor closed', 'print|\n', '(a, b);', 'print(|)\n', 'a, b);<1'],
    ['overwrites two of them, in their order', 'print|\n', '(f(a), b);', 'print(f(|))\n', 'a), b);<2'],
    ['overwrites the quote that the editor closed', 'x = |\n', "'a';", "x = '|'\n", "a';<1"],
    ['takes no closer that it does not hold itself', 'print|\n', '(a', 'print(|)\n', undefined],
    ['takes no other text for a closer', 'print|\n', '(a, b);', 'print(|x\n', undefined],
  ];
  for (const [title, origin, text, now, expected] of cases)
    it(title, () => assert.equal(offered(origin, text, now), expected));

  it('knows a file from another with the same text', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('a = |', 'file:///a.ts'), answer('1'));
    assert.equal(cache.find(placeOf('a = |', 'file:///b.ts')), undefined);
  });

  it('knows alternatives, and goes on with the one that is typed', () => {
    const cache = new CompletionCache();
    const alternatives = [
      { text: 'sum + 1', confidence: 0.5 },
      { text: 'sub(1)', confidence: 0.2 },
    ];
    cache.remember(placeOf('return |;'), answer('total', { alternatives }));
    const texts = (now: string): string[] => cache.findAll(placeOf(now)).map(({ text }) => text);
    assert.deepEqual(texts('return |;'), ['total', 'sum + 1', 'sub(1)']);
    assert.deepEqual(texts('return s|;'), ['um + 1', 'ub(1)']);
    const fit = cache.find(placeOf('return sub|;'));
    assert.deepEqual([fit?.text, fit?.completion.text, fit?.completion.confidence], ['(1)', 'sub(1)', 0.2]);
  });

  it('knows alternatives of what was not fit to show', () => {
    const cache = new CompletionCache();
    const alternatives = [{ text: 'sum', confidence: 0.5 }];
    cache.remember(placeOf('return |;'), answer('', { shown: false, hidden: 'empty', alternatives }));
    assert.deepEqual(
      cache.findAll(placeOf('return |;')).map(({ text }) => text),
      ['', 'sum'],
    );
  });

  it('brings back after an undo what was shown there', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('for |'), answer('(const a of b) {'));
    cache.remember(placeOf('for x|'), answer('yz'));
    assert.equal(cache.find(placeOf('for |'))?.text, '(const a of b) {');
    assert.equal(cache.find(placeOf('for x|'))?.text, 'yz');
  });

  it('gives back the rest after each part that is accepted, and after each that is undone', () => {
    const cache = new CompletionCache();
    const parts = ['first', ' + ', 'second', '(', 'third', ')'];
    cache.remember(placeOf('const a = |;'), answer(parts.join('')));
    const ways = parts.map((_, i) => i);
    for (const accepted of [...ways, ...ways.reverse()]) {
      const fit = cache.find(placeOf(`const a = ${parts.slice(0, accepted).join('')}|;`));
      assert.equal(fit?.text, parts.slice(accepted).join(''));
    }
  });

  it('keeps what is displayed while it is typed into, also where a newer one fits', () => {
    const cache = new CompletionCache();
    const displayed = answer('bcd');
    cache.remember(placeOf('a|'), displayed);
    cache.remember(placeOf('ab|'), answer('xyz'));
    cache.find(placeOf('a|'));
    assert.equal(cache.find(placeOf('ab|'))?.text, 'xyz', 'to look is not to display');
    cache.display(placeOf('a|'), displayed);
    assert.equal(cache.find(placeOf('ab|'))?.text, 'cd');
  });

  it('keeps an answer before the answer where it is displayed and that is another text', () => {
    const texts = (displays: boolean, then: string, more: Partial<Completion> = {}): unknown[] => {
      const cache = new CompletionCache();
      const sooner = answer('bcd');
      cache.remember(placeOf('a|'), sooner, true);
      if (displays) cache.display(placeOf('a|'), sooner);
      cache.remember(placeOf('a|'), answer(then, more));
      return ['a|', 'ab|', 'ax|'].map((place) => cache.find(placeOf(place))?.text);
    };
    assert.deepEqual(texts(true, 'xyz'), ['bcd', 'cd', 'yz']);
    assert.deepEqual(texts(true, 'bxy'), ['bcd', 'cd', undefined]);
    assert.deepEqual(texts(true, 'bcd\n}'), ['bcd\n}', 'cd\n}', undefined]);
    assert.deepEqual(texts(true, '', { shown: false, hidden: 'empty' }), ['bcd', 'cd', undefined]);
    assert.deepEqual(texts(false, 'xyz'), ['xyz', undefined, 'yz']);
  });

  it('gives what was displayed last at a place that has two answers', () => {
    const cache = new CompletionCache();
    const [sooner, later] = [answer('bcd'), answer('xyz')];
    cache.remember(placeOf('a|'), sooner, true);
    cache.display(placeOf('a|'), sooner);
    cache.remember(placeOf('a|'), later);
    cache.display(placeOf('a|'), later);
    assert.equal(cache.find(placeOf('a|'))?.text, 'xyz');
    cache.remember(placeOf('a|'), answer('new'));
    assert.equal(cache.find(placeOf('a|'))?.text, 'new');
  });

  it('knows the same text before the cursor with another one behind it', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('a = |;'), answer('1'));
    cache.remember(placeOf('a = |)'), answer('2'));
    assert.equal(cache.find(placeOf('a = |;'))?.text, '1');
    assert.equal(cache.find(placeOf('a = |)'))?.text, '2');
    assert.equal(cache.find(placeOf('a = |]')), undefined);
  });

  it('forgets first what was not displayed for long', () => {
    const cache = new CompletionCache();
    const used = answer('x');
    cache.remember(placeOf('used = |'), used);
    cache.remember(placeOf('unused = |'), answer('x'));
    for (let i = 0; i < 127; i++) {
      cache.remember(placeOf(`a${i} = |`), answer('x'));
      cache.display(placeOf('used = |'), used);
    }
    assert.equal(cache.find(placeOf('used = |'))?.text, 'x');
    assert.equal(cache.find(placeOf('unused = |')), undefined);
  });

  it('prefers the newer of two that fit', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('a|'), answer('bcd'));
    cache.remember(placeOf('ab|'), answer('xyz'));
    assert.equal(cache.find(placeOf('ab|'))?.text, 'xyz');
  });

  it('remembers that nothing was fit to show, there and nowhere else', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('a|'), answer('bc', { shown: false, hidden: 'confidence' }));
    assert.equal(cache.find(placeOf('a|'))?.text, '');
    assert.equal(cache.find(placeOf('ab|')), undefined);
  });

  it('replaces an answer by a newer one for the same place', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('a|'), answer('', { shown: false, hidden: 'empty' }));
    cache.remember(placeOf('a|'), answer('b'));
    assert.equal(cache.find(placeOf('a|'))?.text, 'b');
  });

  it('keeps the last answers only, and none when told to forget', () => {
    const cache = new CompletionCache();
    for (let i = 0; i < 200; i++) cache.remember(placeOf(`a${i} = |`), answer('x'));
    assert.equal(cache.find(placeOf('a0 = |')), undefined);
    assert.equal(cache.find(placeOf('a199 = |'))?.text, 'x');
    cache.clear();
    assert.equal(cache.find(placeOf('a199 = |')), undefined);
  });

  it('lets any way of typing a completion end in the same text', () => {
    let seed = 20;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const completion = 'for (const [k, v] of map) {\n\tcall("k", `${v}`);\n}';
    const closer: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
    let typedThrough = 0;
    for (let round = 0; round < 300; round++) {
      const cache = new CompletionCache();
      const [before, behind] = ['x;\n', '\ny;\n'];
      cache.remember(placeOf(`${before}|${behind}`), answer(completion));
      // Some of it is typed, as an editor with or without auto-closing would leave it.
      const length = 1 + random(completion.length - 1);
      const closing = random(2) === 1;
      let closers = '';
      for (const character of closing ? completion.slice(0, length) : '') {
        if (closer[character]) closers = closer[character] + closers;
        else if (closers.startsWith(character)) closers = closers.slice(1);
      }
      const typed = completion.slice(0, length);
      if (`${before}${typed}${closers}`.includes('|')) continue;
      const fit = cache.find(placeOf(`${before}${typed}|${closers}${behind}`));
      if (!fit) continue;
      typedThrough++;
      const document = before + typed + fit.text + (closers + behind).slice(fit.overwrites);
      assert.equal(document, before + completion + behind);
    }
    assert.ok(typedThrough > 200, `only ${typedThrough} of 300 fitted`);
  });
});
