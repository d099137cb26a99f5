// The chunks of a text without its licence, and the names in it: where each was used last.

import assert from 'node:assert/strict';
import { chunksIn, lastUses } from '../../../src/editing/chunks';

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

describe('the chunks of a text', () => {
  const cases: [languageId: string, text: string, first: string][] = [
    ['typescript', '/*\n * Copyright by all\n */\nconst one = 1;\n', 'const one = 1;'],
    ['go', '// Licensed to all.\n// And more.\n\npackage one\n', 'package one'],
    ['python', '#!/usr/bin/python\n# Copyright by all\none = 1\n', 'one = 1'],
    ['sql', '-- Copyright by all\nselect one\n', 'select one'],
    ['html', '<!-- Copyright\n by all -->\n<one>\n', '<one>'],
    ['lua', '--[[ Copyright\n by all ]]\none = 1\n', 'one = 1'],
    ['json', '{ "licence": "one" }\n', '{ "licence": "one" }'],
    ['python', '# Adds numbers.\none = 1\n', '# Adds numbers.\none = 1'],
    ['c', '// Licensed to all.\n#include <one.h>\n', '#include <one.h>'],
  ];
  for (const [languageId, text, first] of cases)
    it(`begin behind the licence in ${languageId}: ${JSON.stringify(text)}`, () =>
      assert.equal(chunksIn(text, languageId).all[0]?.text, first));
});
