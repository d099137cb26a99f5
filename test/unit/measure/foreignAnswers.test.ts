// Answers from elsewhere: bad lists refused by what is wrong, good ones finished and scored like our own.

import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { uncalibrated } from '../../../src/completion/calibration';
import { siteOf } from '../../../src/completion/site';
import { type Addon, addonFile, type Generated, loadAddon } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { limitsAt, promptOf, score } from '../../../src/measure/evaluate';
import { foreignAnswers } from '../../../src/measure/foreignAnswers';
import { type Hole, punchHoles } from '../../../src/measure/holes';
import { sourceFiles } from '../../../src/measure/sourceFiles';
import { unfinishedWord } from '../../../src/model/healing';
import type { Answerer } from '../../../src/reports';

const who = { engine: 'other', model: 'm', type: 'counts', kernel: 'numpy', threads: 1 };

const hole: Hole = {
  path: 'a.py',
  language: 'python',
  kind: 'rest',
  prefix: 'first = 1\nsecond = sum(',
  suffix: ')\nthird = 3\n',
  expected: 'numbers',
};
const block: Hole = {
  ...hole,
  kind: 'block',
  prefix: 'def f(x):',
  suffix: '\n\nf(1)\n',
  expected: '\n    return x + 1',
};

type Tokens = [string, number][];

function answersTo(holes: Hole[], ...tokens: Tokens[]): ReturnType<typeof foreignAnswers> {
  const answers = tokens.map((one, i) => ({ id: i + 1, tokens: one, milliseconds: 5 * (i + 1) }));
  return foreignAnswers({ ...who, answers }, holes, 'answers.json');
}

describe('answers from elsewhere', () => {
  it('end where ours would: at the line, before what stands behind the cursor, at the end of the block', async () => {
    const { answers } = await answersTo(
      [hole, block],
      [
        ['num', -0.1],
        ['bers', -0.2],
        [')', -0.3],
        ['\nfourth', -0.4],
      ],
      [
        ['\n    return', -0.1],
        [' x + 1\n', -0.1],
        ['g(2)', -9],
      ],
    );
    assert.deepEqual(
      answers.map(({ text }) => text),
      ['numbers', '\n    return x + 1'],
    );
    assert.ok(answers.every(({ shown }) => shown));
  });

  it('are as sure as the tokens that are left of them', async () => {
    const confidence = async (second: number, cutOff: number): Promise<number> => {
      const tokens: Tokens = [
        ['num', -0.2],
        ['bers', second],
        [')', -0.1],
        ['\n', cutOff],
      ];
      const { answers } = await answersTo([hole], tokens);
      assert.equal(answers[0]!.text, 'numbers');
      return answers[0]!.confidence;
    };
    assert.equal(await confidence(-0.4, -30), await confidence(-0.4, -0.1));
    assert.ok((await confidence(-0.01, -1)) > (await confidence(-4, -1)));
  });

  it('are hidden for our reasons', async () => {
    const { answers } = await answersTo(
      [hole, { ...hole, prefix: 'first = 1\n', suffix: '\n' }],
      [],
      [['first = 1', -1]],
    );
    assert.deepEqual(
      answers.map(({ hidden }) => hidden),
      ['empty', 'duplicate'],
    );
  });

  it('are judged by the grammar, and of a block that is unfit the first line', async () => {
    const sureness: number[] = [];
    for (const later of [-9, -0.1]) {
      const { answers } = await answersTo(
        [hole, block],
        [['a b c', -0.1]],
        [
          ['\n    return 1\n', -0.2],
          ['    b c d\n', -0.1],
          ['\n', later],
        ],
      );
      assert.deepEqual(
        answers.map(({ text, hidden }) => [text, hidden]),
        [
          ['a b c', 'syntax'],
          ['\n    return 1', undefined],
        ],
      );
      sureness.push(answers[1]!.confidence);
    }
    assert.equal(sureness[0], sureness[1]);
  });

  it('have no more tokens than ours may have', async () => {
    const { answers } = await answersTo(
      [hole],
      Array<[string, number]>(100)
        .fill(['ab-cd.', -0.1])
        .map(([text, p], i) => [`${i}${text}`, p]),
    );
    assert.equal(answers[0]!.text.split('-').length, 65);
  });

  it('are scored by the same code', async () => {
    const { answerer, answers } = await answersTo(
      [hole, block],
      [['numbers', -0.1]],
      [['\n    return None', -2]],
    );
    const evaluation = await score(answerer, [hole, block], answers);
    assert.equal(evaluation.engine, 'other');
    assert.equal(evaluation.firstLineExact, 0.5);
    assert.deepEqual(evaluation.latency, { p50: 7.5, p95: 9.75 });
    assert.equal(evaluation.byKind.rest!.wholeExact, 1);
    assert.equal(evaluation.byKind.block!.wholeExact, 0);
    assert.equal(evaluation.charactersSavedPerShown, (7 + '\n    return '.length) / 2);
  });

  it('are refused by what is wrong with them', async () => {
    const good = { ...who, answers: [{ id: 1, tokens: [['a', -1]], milliseconds: 1 }] };
    assert.equal((await foreignAnswers(good, [hole], 'a.json')).answers.length, 1);
    for (const [list, message] of [
      [{}, /a\.json lists no answers: it needs "engine", "model" and "answers"/],
      [{ ...good, threads: 'two' }, /a\.json does not tell the "type", "kernel" and "threads"/],
      [{ ...good, answers: 'none' }, /lists no answers/],
      [{ ...good, answers: [{ id: 1, tokens: ['a'], milliseconds: 1 }] }, /"tokens" of text and number/],
      [{ ...good, answers: [null] }, /has an answer without/],
      [{ ...good, answers: [{ id: 1, tokens: [] }] }, /without "id", "milliseconds"/],
      [{ ...good, answers: [] }, /a\.json has no answer to hole 1 of 1/],
      [{ ...good, answers: [{ ...good.answers[0], id: 2 }] }, /no answer to hole 1/],
    ] as [object, RegExp][])
      await assert.rejects(foreignAnswers(list, [hole], 'a.json'), message);
  });
});

describe("the engine's own tokens, given as an answer from elsewhere", () => {
  const drawn = punchHoles(sourceFiles(['test/fixtures/functions', 'examples']), 150, 1);
  const withCarriageReturns = ({ prefix, suffix, ...hole }: Hole): Hole => ({
    ...hole,
    prefix: prefix.replaceAll('\n', '\r\n'),
    suffix: suffix.replaceAll('\n', '\r\n'),
  });
  const holes = drawn.map((hole, i) => (i % 3 === 0 ? withCarriageReturns(hole) : hole));
  const addon = loadAddon(addonFile(path.resolve('dist')));
  const steps: Generated[] = [];
  let engine: Engine;

  before(async () => {
    // What is native cannot be assigned to.
    const replace = <T extends object>(object: T, change: Partial<T>): void =>
      Object.entries(change).forEach(([name, value]) => Object.defineProperty(object, name, { value }));
    const recording = Object.create(addon) as Addon;
    replace(recording, {
      load: async (...args) => {
        const native = await addon.load(...args);
        const open = native.session.bind(native);
        replace(native, {
          session: (options) => {
            const session = open(options);
            const generate = session.generate.bind(session);
            replace(session, {
              generate: async (options) => {
                const step = await generate(options);
                steps.push(step);
                return step;
              },
            });
            return session;
          },
        });
        return native;
      },
    });
    engine = await Engine.load(recording, { modelFile: 'test/fixtures/tiny.gguf', threads: 2 });
    // So much weighs what the context holds that lines are written again.
    engine.loaded.tune({});
    // The answers from elsewhere are of a model that nobody has measured.
    engine.loaded.tuning = { ...engine.loaded.tuning, confidence: uncalibrated };
  });
  after(() => engine.close());

  /** What the tokens of the last steps add to the answer, for which the word at the cursor is spelled again. */
  function written(hole: Hole): Tokens {
    const { tokenizer } = engine.model;
    const { before } = siteOf(promptOf(hole));
    const decoder = tokenizer.decoder();
    let typed = unfinishedWord(before, tokenizer).length;
    return steps.flatMap(({ ids, logProbabilities }) =>
      [...ids].map((id, i): [string, number] => {
        const text = decoder.push(id);
        const own = text.slice(typed);
        typed = Math.max(0, typed - text.length);
        return [own, logProbabilities[i]!];
      }),
    );
  }

  it('are shown as the engine shows them, as surely, or hidden for the same reason', async function () {
    this.timeout(60_000);
    const seen = new Map<string, number>();
    for (const each of holes) {
      steps.length = 0;
      const ours = await engine.complete(promptOf(each), limitsAt(each));
      // No other program runs into the end of our context.
      if (ours.reason === 'context') continue;
      const { answers } = await answersTo([each], written(each));
      const { text, shown, hidden, confidence } = ours;
      const theirs = answers[0]!;
      assert.deepEqual(
        [theirs.text, theirs.shown, theirs.hidden, theirs.confidence],
        [text, shown, hidden, confidence],
        `${each.path}: ${each.prefix.slice(-40)}`,
      );
      const outcome = hidden ?? (each.kind === 'block' ? `block, ${ours.reason}` : 'shown');
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    for (const outcome of [
      'shown',
      'syntax',
      'repetition',
      'duplicate',
      'empty',
      'block, block',
      'block, line',
    ])
      assert.ok(seen.has(outcome), `no answer ends as ${outcome}`);
  });
});

describe('the score', () => {
  const answerer: Answerer = { ...who, file: 'answers.json', context: false };
  const answer = { promptTokens: 10, reusedTokens: 5, prefillMs: 1, decodeMs: 2 };

  it('takes what is not fit to show for the least sure, and groups dialects with their language', async () => {
    const holes = ['javascript', 'javascriptreact', 'go'].map((language) => ({ ...hole, language }));
    const { area, shownPrecision, byLanguage, reuse, hidden, reliability } = await score(answerer, holes, [
      { ...answer, text: 'wrong', shown: false, hidden: 'repetition', confidence: 0.9 },
      { ...answer, text: 'numbers', shown: true, confidence: 0.8 },
      { ...answer, text: 'wrong', shown: true, confidence: 0.1 },
    ]);
    assert.deepEqual(
      shownPrecision
        .filter(({ shownRate }) => [0.3, 0.7, 1].includes(shownRate))
        .map(({ precision }) => precision),
      [1, 0.5, 0.3333],
    );
    assert.deepEqual(reliability, [
      { confidence: 0.1, answers: 1, exact: 0 },
      { confidence: 0.8, answers: 1, exact: 1 },
    ]);
    assert.equal(area, Math.round(((1 + 1 / 2 + 1 / 3) / 3) * 10_000) / 10_000);
    assert.deepEqual(Object.keys(byLanguage), ['go', 'javascript']);
    assert.equal(byLanguage.javascript!.firstLineExact, 0.5);
    assert.equal(reuse, 0.5);
    assert.deepEqual(hidden, { repetition: 1 });
  });
});
