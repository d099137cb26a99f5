// A completion looked into: its tokens in their order with what is typed and what is weakest, and why there are none.

import assert from 'node:assert/strict';
import type { Completion, Examination } from '../../../src/protocol';
import { detailOf, type Looked } from '../../../src/report/completionDetail';

const completion: Completion = {
  ...{ text: 'i = 0', reason: 'line', shown: true, confidence: 0.5, tokens: 4, promptTokens: 1500 },
  ...{ reusedTokens: 0, prefillMs: 10, decodeMs: 4, tokensPerSecond: 2000, model: 'm' },
};
const examination: Examination = {
  completion,
  prompt: [
    { text: '<|fim_prefix|>', steers: true },
    { text: 'for (let ', steers: false },
  ],
  tokens: [
    { text: ' (', probability: 0.0001, isTyped: true },
    { text: '\ti', probability: 0.9, isTyped: false },
    { text: ' =', probability: 0.004, isTyped: false },
    { text: '\r\n', probability: 0.8, isTyped: false },
  ],
};
const looked: Looked = {
  ...{ where: 'a.ts:1', explanation: { sentence: 'It is not sure enough.', setting: 'eagerness' } },
  ...{ completion, examination },
};

describe('a completion looked into', () => {
  it('has the rule, the setting, the prompt and each token with how likely it was', () => {
    const detail = detailOf(looked);
    assert.equal(detail.sentence, 'It is not sure enough.');
    assert.deepEqual(detail.change, { setting: 'eagerness', label: 'Open the setting ryzanstein.eagerness' });
    assert.equal(detail.promptTitle, 'The prompt as the model saw it, 1,500 tokens');
    assert.deepEqual(detail.prompt, examination.prompt);
    assert.deepEqual(
      detail.tokens.map(({ text, likely, share, look }) => [text, likely, share, look]),
      [
        ['·(', '0 %', 0.0001, 'typed'],
        ['→i', '90 %', 0.9, 'plain'],
        ['·=', '0.4 %', 0.004, 'weakest'],
        ['↵', '80 %', 0.8, 'plain'],
      ],
    );
    assert.ok(detail.copies);
    assert.doesNotMatch(detail.note, /Asked again/);
  });

  it('says where the model writes something else when it is asked again', () => {
    const other = { ...looked, completion: { ...completion, text: 'j = 1' } };
    assert.match(detailOf(other).note, /^Asked again, the model writes something else than it did then\./);
  });

  it('says why there are no tokens, and copies nothing where nothing is kept', () => {
    const detail = detailOf({
      ...{ where: 'a.ts:1', explanation: { sentence: 'It is off.' } },
      ...{ completion: undefined, examination: 'It is not kept any more.' },
    });
    assert.deepEqual(
      [detail.note, detail.tokens, detail.prompt, detail.promptTitle, detail.copies, detail.change],
      ['It is not kept any more.', [], [], '', false, undefined],
    );
  });
});
