// An answer in the making: characters that take several tokens, and tokens that steer.

import * as assert from 'node:assert/strict';
import { siteOf } from '../../../src/completion/site';
import { Writing } from '../../../src/engine/decoding';
import { Tokenizer } from '../../../src/model/tokenizer';
import type { Limits } from '../../../src/protocol';
import { vocabularyFile } from '../model/ggufFile';

const limits: Limits = { maxTokens: 64, maxLines: 1, minConfidence: 0 };
const tokenizer = new Tokenizer(vocabularyFile(['<|fim_prefix|>', '<|endoftext|>', '<|im_start|>']));

function writing(word = ''): Writing {
  const site = siteOf({
    path: 'a.ts',
    languageId: 'typescript',
    prefix: `// ${word}`,
    suffix: '',
    related: [],
  });
  return new Writing(site, limits, word, tokenizer);
}

describe('an answer in the making', () => {
  for (const reason of ['maxTokens', 'cancelled', 'context', 'end'] as const)
    it(`ends before a character that is not whole (${reason})`, () => {
      for (const text of ['a😀', 'é', '世界', 'x e\u0301']) {
        const ids = tokenizer.encode(text);
        for (let count = 0; count <= ids.length; count++) {
          const answer = writing();
          for (const id of ids.slice(0, count)) answer.take(id, 0);
          answer.end(reason);
          const written = answer.answer.verdict.text;
          assert.ok(text.startsWith(written) && !written.includes('\ufffd'), `${text} ${count}: ${written}`);
          if (count === ids.length) assert.equal(written, text);
        }
      }
    });

  it('goes on where a character was typed that is spelled again', () => {
    const answer = writing('世');
    for (const id of tokenizer.encode('世界')) answer.take(id, 0);
    answer.end('end');
    assert.equal(answer.answer.verdict.text, '界');
  });

  it('ends at each token that steers', () => {
    for (const id of tokenizer.controlIds) {
      const answer = writing();
      answer.take(tokenizer.encode('a')[0]!, 0);
      answer.take(id, 0);
      assert.deepEqual(answer.answer.verdict, { text: 'a', reason: 'end' });
    }
    assert.equal(tokenizer.controlIds.length, 3);
  });
});
