// The chart on which a confidence is chosen: which answers it counts, and what it says would come of a threshold.

import assert from 'node:assert/strict';
import type { Completion } from '../../../src/protocol';
import { bucketsOf, bucketWords, sentenceAt, surenessOf, wantedBy } from '../../../src/report/confidence';
import type { LoggedRequest } from '../../../src/report/loggedRequest';
import type { JudgedAnswer } from '../../../src/report/pages';
import type { Outcome, Result } from '../../../src/results';
import { Trial } from '../editing/fakeBackend';

const completion = (confidence: number): Completion => ({
  ...{ text: 'a', reason: 'line', shown: true, confidence, tokens: 8, promptTokens: 500, reusedTokens: 0 },
  ...{ prefillMs: 10, decodeMs: 4, tokensPerSecond: 2000, model: 'm' },
});
const request = (confidence: number, result: Result, outcome?: Outcome): LoggedRequest => ({
  ...{ time: 0, where: 'a.ts:1', waitedMs: 1, result, completion: completion(confidence) },
  ...(outcome !== undefined && { outcome }),
});
const shown: Result = { kind: 'shown', how: 'computed' };
const unsure: Result = { kind: 'hidden', because: 'confidence' };
const wanted = { threshold: 0.6, isSet: false, sentence: 'At normal, ...' };

describe('answers by how sure they were', () => {
  it('are those that nothing but their confidence kept from being shown, each once', () => {
    const twice = request(0.9, shown, 'accepted');
    const requests = [
      ...[twice, { ...twice, outcome: undefined }, request(0.8, shown, 'typed over')],
      ...[request(0.7, shown, 'accepted in part'), request(0.2, unsure)],
      ...[request(0.5, { kind: 'hidden', because: 'syntax' }), request(0.5, { kind: 'late', after: 300 })],
      { ...request(0.5, shown), completion: undefined },
    ];
    const { answers, threshold } = surenessOf(requests, wanted)!;
    assert.deepEqual(
      answers.map(({ confidence, fate }) => [confidence, fate]),
      [
        [0.9, 'accepted'],
        [0.8, 'shown'],
        [0.7, 'accepted'],
        [0.2, 'hidden'],
      ],
    );
    assert.equal(threshold, 0.6);
    assert.equal(surenessOf(requests.slice(5), wanted), undefined);
  });

  it('count an answer as accepted however it was offered at last: the same again or typed through', async () => {
    for (const typed of ['', 'b', 'be']) {
      const trial = Trial.of('const a = |;\n');
      trial.backend.text = 'beta';
      await trial.type(' ', 1_000);
      for (const key of typed) await trial.type(key, 1_000);
      trial.backend.text = '';
      await trial.accept();
      const { answers } = surenessOf(trial.entries, wanted)!;
      assert.deepEqual(
        answers.map(({ fate }) => fate),
        ['accepted'],
        `typed ${typed}`,
      );
    }
  });

  const answers: JudgedAnswer[] = [
    ...[0.99, 0.9, 1].map((confidence) => ({ confidence, fate: 'accepted' as const })),
    ...[
      { confidence: 0.62, fate: 'shown' as const },
      { confidence: 0.05, fate: 'hidden' as const },
    ],
    { confidence: 0.58, fate: 'hidden' },
  ];

  it('stand in columns of which each answer is in one', () => {
    const buckets = bucketsOf(answers);
    assert.equal(buckets.length, 10);
    assert.deepEqual(
      [buckets[9]!.accepted, buckets[6]!.shown, buckets[0]!.hidden, buckets[5]!.hidden],
      [3, 1, 1, 1],
    );
    assert.equal(
      buckets.reduce((all, { accepted, shown, hidden }) => all + accepted + shown + hidden, 0),
      6,
    );
    assert.equal(bucketWords(buckets[6]!), '60 to 70 %: 0 accepted, 1 shown and not accepted, 0 hidden');
  });

  it('say what would be shown from a confidence on, and what was accepted of that', () => {
    assert.equal(
      sentenceAt(answers, 0.55),
      'From 55 % on, 5 of 6 answers would be shown. Shown so far: 4, accepted: 3 (75 %).',
    );
    assert.match(sentenceAt(answers, 0), /^From 0 % on, 6 of 6/);
    assert.match(sentenceAt([answers[4]!], 0), /would be shown\. None of them was shown so far\.$/);
  });
});

describe('the confidence that is wanted now', () => {
  const thresholds = { languages: { python: { normal: 0.71 }, rust: { eager: 0.4 } } };

  it('is the one that is set, else that of the eagerness in the language', () => {
    assert.deepEqual(wantedBy({ confidence: 0.55, eagerness: 'eager' }, 'python', thresholds), {
      ...{ threshold: 0.55, isSet: true, sentence: 'It is set that answers are shown from 55 % on.' },
    });
    assert.deepEqual(wantedBy({ confidence: null, eagerness: 'normal' }, 'python', thresholds), {
      ...{
        threshold: 0.71,
        isSet: false,
        sentence: 'At “Normal”, answers are shown from 71 % on in Python.',
      },
    });
    assert.equal(wantedBy({ confidence: null, eagerness: 'normal' }, 'python', undefined).threshold, 0.75);
    const never = wantedBy({ confidence: null, eagerness: 'normal' }, 'rust', thresholds);
    assert.deepEqual(
      [never.threshold, never.sentence],
      [1, 'At “Normal”, nothing is shown by itself in Rust.'],
    );
  });
});
