// How likely an answer is right by what speaks for it, whichever model gave it: boosted trees over its features, learnt from answers to held-out code.

import type { Features } from './features';
import file from './likelihood.json';

/** Questions from a tree's root to a leaf. */
const depth = 3;
const inner = 2 ** depth - 1;

/**
 * A tree is a row of numbers: for each inner node, level by level, which of the features is asked about and up to which
 * value the answer is the left one; then what each leaf adds to `start`, the log-odds of any answer.
 */
export interface BoostedTrees {
  readonly features: readonly string[];
  readonly start: number;
  readonly trees: readonly (readonly number[])[];
}

const learnt: BoostedTrees = file;

/** 0..1, before it is calibrated for a model; nothing written has no chance. */
export function likelihoodBy(features: Features): number {
  if (features.tokens === 0) return 0;
  return 1 / (1 + Math.exp(-logOddsBy(learnt, features)));
}

/** `values` has a value for each of the trees' features. */
export function logOddsBy(
  { features, start, trees }: BoostedTrees,
  values: Readonly<Record<string, number>>,
): number {
  const asked = features.map((name) => values[name]!);
  let odds = start;
  for (const tree of trees) {
    let node = 0;
    while (node < inner) node = 2 * node + 1 + Number(asked[tree[2 * node]!]! > tree[2 * node + 1]!);
    odds += tree[inner + node]!;
  }
  return odds;
}
