// The names in a text: where each was used last.

import assert from 'node:assert/strict';
import { lastUses } from '../../../src/editing/chunks';

describe('the names in a text', () => {
  const cases: [string, string, string[]][] = [
    ['are told latest first, each once', 'alpha(beta, alpha)\nbeta', ['beta', 'alpha']],
    ['are no keywords, numbers or single letters', 'const x = await 12 + total', ['total']],
    ['may be of any script', 'größe = naïve$1', ['naïve$1', 'größe']],
    ['are none in an empty text', '', []],
  ];
  for (const [title, text, names] of cases)
    it(title, () =>
      assert.deepEqual(
        lastUses(text).map((at) => names.find((name) => text.startsWith(name, at))),
        names,
      ),
    );

  it('begin where they are used last', () => assert.deepEqual(lastUses('ab cd ab'), [6, 3]));
});
