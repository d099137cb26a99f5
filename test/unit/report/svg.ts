// What is in a chart, for tests: its elements, its texts, and the values of its bars.

import assert from 'node:assert/strict';

/** Names of the elements; fails where tags do not match, or text is not escaped. */
export function elementsOf(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const rest = svg.replace(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end, name: string, __, alone) => {
      if (end) assert.equal(open.pop(), name);
      else names.push(name);
      if (!end && !alone) open.push(name);
      return '';
    },
  );
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]|&(?!#?\w+;)/);
  return names;
}

/** All that is written. */
export const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => match[1]!);
/** What is written over the bars, in order. */
export const valuesOf = (svg: string): string[] =>
  [...svg.matchAll(/<text class="value"[^>]*>([^<]*)</g)].map((match) => match[1]!);
