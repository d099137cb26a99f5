// The difference between what stood at a place and what was answered: all of both, and no character cut in two.

import assert from 'node:assert/strict';
import { differenceOf } from '../../../src/report/difference';

describe('a difference', () => {
  const rows: [wanted: string, given: string, parts: string[]][] = [
    ['total + tax;', 'total - tax;', ['total ', '+', '-', ' tax;']],
    ['total', 'total', ['total', '', '', '']],
    ['a(b, b)', 'a(b)', ['a(b', ', b', '', ')']],
    ['', 'x', ['', '', 'x', '']],
    ['"🚀 done"', '"🚧 done"', ['"', '🚀', '🚧', ' done"']],
    ['👩‍💻', '👩‍🔬', ['', '👩‍💻', '👩‍🔬', '']],
    ['e\u0301t', 'e\u0300t', ['', 'e\u0301', 'e\u0300', 't']],
  ];
  for (const [wanted, given, parts] of rows)
    it(`of ${wanted} and ${given} has both whole`, () => {
      const { head, missing, added, tail } = differenceOf(wanted, given);
      assert.deepEqual([head, missing, added, tail], parts);
      assert.deepEqual([head + missing + tail, head + added + tail], [wanted, given]);
    });
});
