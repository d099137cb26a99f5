// The radix tree against a plain list: the same values along any text, after any order of adding and removing.

import assert from 'node:assert/strict';
import { RadixTree } from '../../../src/editing/radixTree';

describe('radix tree', () => {
  it('finds values along a text, with the rest of it, short heads first', () => {
    const tree = new RadixTree<string>();
    for (const text of ['const', 'con', 'console', 'let', '']) tree.add(text, text.toUpperCase());
    assert.deepEqual(tree.along('constant'), [
      { value: '', rest: 'constant' },
      { value: 'CON', rest: 'stant' },
      { value: 'CONST', rest: 'ant' },
    ]);
    tree.remove('con', 'CON');
    tree.remove('con', 'never added');
    tree.remove('conso', 'nobody');
    assert.deepEqual(
      tree.along('console.log').map(({ value }) => value),
      ['', 'CONSOLE'],
    );
    tree.clear();
    assert.deepEqual(tree.along('const'), []);
  });

  it('is a list of texts with a faster way to the heads', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const text = (): string => Array.from({ length: random(9) }, () => 'ab'[random(2)]).join('');
    for (let round = 0; round < 50; round++) {
      const tree = new RadixTree<number>();
      let list: { text: string; value: number }[] = [];
      for (let step = 0; step < 60; step++) {
        const gone = list[random(2 * list.length + 1)];
        if (gone) {
          tree.remove(gone.text, gone.value);
          list = list.filter((other) => other !== gone);
        } else {
          list.push({ text: text(), value: step });
          tree.add(list.at(-1)!.text, step);
        }
        const along = text() + text();
        const expected = list
          .filter((other) => along.startsWith(other.text))
          .map((other) => ({ value: other.value, rest: along.slice(other.text.length) }))
          .sort((a, b) => b.rest.length - a.rest.length || a.value - b.value);
        assert.deepEqual(tree.along(along), expected);
      }
    }
  });
});
