// Sentences of figures: models, contexts, answers.

import assert from 'node:assert/strict';
import * as figures from '../../../src/report/figures';
import { answer } from '../editing/marked';
import { family, model } from './model';

describe('figures', () => {
  it('are drawn as bars of text', () => {
    assert.equal(figures.sparkline([0, 50, 100, 100]), '▁▅██');
    assert.equal(figures.sparkline([0, 0]), '▁▁');
    assert.equal(figures.sparkline([]), '');
  });

  it('describe a model in a line', () => {
    assert.equal(figures.modelLine(model), 'small: bitnet TQ2_0, 18.1 million weights, 9.04 MB');
  });

  it('name the specialists beside a model, and of whom they are', () => {
    assert.match(figures.loadedLine(family), /^small is loaded in .* In Go, Rust compiled answers\.$/);
    const recent = { model: 'compiled', answers: 1, tokensPerSecond: 500, latencyMs: 14 };
    assert.equal(figures.recentLine(recent), '500 tok/s, an answer in 14 ms: of one answer of compiled');
    const tuned = { model: 'compiled', holes: 9, tokens: 9, alone: 4, before: 3, after: 2 };
    assert.match(figures.tunedLine(tuned), /4\.000 by compiled alone$/);
  });

  it('describe a context in a line', () => {
    assert.equal(figures.contextLine(model), '1,024 tokens, 2.05 MB for each 1,000 of them');
  });

  it('describe a completion in a line', () => {
    const completion = answer('x', {
      tokens: 1,
      prefillMs: 3,
      decodeMs: 9,
      promptTokens: 1412,
      reusedTokens: 1398,
    });
    const line = '1 token in 12 ms (prompt: 1,412 tokens, 1,398 from the cache), 500 tok/s';
    assert.equal(figures.completionLine(completion), line);
  });

  it('tell how long a prompt may be', () => {
    assert.equal(figures.roomsLine({ cold: 2048, rested: 2048 }), '2,048 tokens');
    assert.equal(
      figures.roomsLine({ cold: 512, rested: 2048 }),
      '512 tokens where nothing is read yet, 2,048 once the cursor has rested',
    );
  });

  it('say who gave an answer, and what the other model thought', () => {
    assert.equal(figures.opinionsLine(answer('x')), 'test');
    const other = { model: 'large', shown: false, confidence: 0.412, milliseconds: 512.3 };
    assert.equal(figures.opinionsLine(answer('x', { other })), 'test; large: hidden, 41 % sure, in 512 ms');
  });
});
