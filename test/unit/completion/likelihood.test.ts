// The likelihood of an answer: trees say what walking them question by question says, those that were learnt are whole, and they tell likely answers from others.

import * as assert from 'node:assert/strict';
import { featuresOf } from '../../../src/completion/features';
import { type BoostedTrees, likelihoodBy, logOddsBy } from '../../../src/completion/likelihood';
import file from '../../../src/completion/likelihood.json';
import { randomSource } from '../random';
import { place } from './place';

const learnt: BoostedTrees = file;
const { below } = randomSource(7);
const drawn = (): number => below(200) / 10 - 10;

function drawnTrees(count: number, features: readonly string[]): BoostedTrees {
  const tree = (): number[] => [
    ...Array.from({ length: 7 }, () => [below(features.length), drawn()]).flat(),
    ...Array.from({ length: 8 }, drawn),
  ];
  return { features, start: drawn(), trees: Array.from({ length: count }, tree) };
}

/** The leaf of a tree by three questions, written out. */
function leafOf(tree: readonly number[], values: readonly number[]): number {
  const isRight = (node: number): boolean => values[tree[2 * node]!]! > tree[2 * node + 1]!;
  const [first, second] = [isRight(0), isRight(isRight(0) ? 2 : 1)];
  const third = isRight(3 + 2 * Number(first) + Number(second));
  return tree[14 + 4 * Number(first) + 2 * Number(second) + Number(third)]!;
}

/** Of a line whose tokens have this chance each. */
function likelihood(marked: string, text: string, chance: number, tokens = 5): number {
  const line = Array.from({ length: tokens }, () => Math.log(chance));
  const features = featuresOf(place(marked, 'typescript'), text, { all: line, line, end: Math.log(chance) });
  return likelihoodBy(features);
}

describe('the likelihood of an answer', () => {
  it('adds up the leaves that the answers to the questions of trees lead to', () => {
    const features = ['sum', 'tokens', 'column'];
    for (let i = 0; i < 200; i++) {
      const trees = drawnTrees(i % 9, features);
      const values = features.map(drawn);
      const named = Object.fromEntries(features.map((name, at) => [name, values[at]!]));
      let odds = trees.start;
      for (const tree of trees.trees) odds += leafOf(tree, values);
      assert.equal(logOddsBy(trees, { ...named, other: 1 }), odds);
    }
  });

  it('goes left where a feature is the bound itself', () => {
    const tree = [...Array.from({ length: 7 }, () => [0, 1]).flat(), 5, 0, 0, 0, 0, 0, 0, 9];
    const trees = { features: ['sum'], start: 0, trees: [tree] };
    assert.equal(logOddsBy(trees, { sum: 1 }), 5);
    assert.equal(logOddsBy(trees, { sum: 1.001 }), 9);
  });

  it('was learnt of the features that answers have, in whole trees', () => {
    const none = featuresOf(place('‸', 'python'), 'x', { all: [-1], line: [-1], end: 0 });
    assert.deepEqual(
      learnt.features.filter((name) => !(name in none)),
      [],
    );
    assert.ok(Number.isFinite(learnt.start) && learnt.trees.length >= 100);
    for (const tree of learnt.trees) {
      assert.equal(tree.length, 22);
      assert.ok(tree.every(Number.isFinite));
      for (let node = 0; node < 7; node++) assert.ok(tree[2 * node]! in learnt.features);
    }
  });

  it('tells likely answers from others', () => {
    const marked = 'function area(width: number, height: number) {\n  ‸\n}\n';
    const chances = [0.2, 0.6, 0.9, 0.99].map((chance) =>
      likelihood(marked, 'return width * height;', chance),
    );
    for (const [i, each] of chances.entries()) assert.ok(i === 0 || each > chances[i - 1]!, chances.join());
    assert.ok(chances[0]! < 0.05 && chances[3]! > 0.5, chances.join());
    assert.equal(likelihood(marked, '', 1, 0), 0);
  });
});
