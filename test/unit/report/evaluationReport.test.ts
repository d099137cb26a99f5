// The evaluation report: figures with their conditions, runs side by side, the curve and where the setting stands on it.

import assert from 'node:assert/strict';
import { curveOf, evaluationReport, type Run } from '../../../src/report/evaluationReport';
import { describeEvaluation } from '../../../src/report/tables';
import { dateAndTime } from '../../../src/numbers';
import type { Eagerness } from '../../../src/eagerness';
import type { Evaluation, Measures } from '../../../src/reports';
import { specialist } from './model';

type Result = Evaluation['results'][number];

function result(line: number, more: Partial<Result> = {}): Result {
  return {
    ...{
      id: line,
      path: 'a.ts',
      line,
      column: 3,
      kind: 'rest',
      language: 'typescript',
      expected: 'b + c;',
      text: 'b + c;',
    },
    ...{ exact: true, confidence: 0.9 },
    ...more,
  };
}

const results = [
  result(1),
  result(2, { confidence: 0.6, exact: false, text: 'b - c;' }),
  result(3, { confidence: 0.7 }),
  result(4, { confidence: 0.95, exact: false, hidden: 'duplicate', text: '<b>' }),
  result(5, { confidence: 0.2 }),
];

/** What the report does not tell of a group is 0. */
function group(holes: number, firstLineExact: number): Measures {
  const rest = { wholeExact: 0, editSimilarity: 0, charactersSavedPerShown: 0, area: 0, reuse: 0 };
  const parseErrorsAdded = 0;
  return {
    holes,
    firstLineExact,
    parseErrorsAdded,
    ...rest,
    shownPrecision: [],
    latency: { p50: 0, p95: 0 },
  };
}

function run(more: Partial<Evaluation> = {}, files: Run['files'] = { drawnFrom: 3, found: 3 }): Run {
  const evaluation: Evaluation = {
    ...{ schema: 'ryzanstein/eval/1', model: 'small', file: '/models/small.gguf', type: 'TQ2_0' },
    ...{ engine: 'ryzanstein', kernel: 'avx2', threads: 2, context: false, holes: 5, promptTokens: 412 },
    ...{ date: '2026-01-01T00:00:00.000Z', cpu: '', digest: '' },
    byKind: { rest: group(4, 0.75), block: group(1, 0) },
    byLanguage: { typescript: group(5, 0.6) },
    ...{ firstLineExact: 0.6, wholeExact: 0.4, editSimilarity: 0.81, charactersSavedPerShown: 5 },
    parseErrorsAdded: 0.2,
    ...{
      shownPrecision: [],
      area: 0,
      hidden: { duplicate: 1 },
      reliability: [],
      latency: { p50: 41.2, p95: 130 },
      reuse: 0,
    },
    results,
    ...more,
  };
  return { evaluation, files };
}

/** The rows as `section: name: values`. */
function lines(runs: Run[], confidence: number): string[] {
  return evaluationReport(runs, () => confidence).sections.flatMap(({ title, rows }) =>
    rows.map(({ name, values }) => `${title}: ${name}: ${values.join(' | ')}`),
  );
}

describe('evaluation report', () => {
  it('gives each figure with its conditions', () => {
    const shown = 'Shown at confidence 0.55';
    const right = 'Right to the end of the line';
    assert.deepEqual(lines([run()], 0.55), [
      `${shown}: Shown: 60 %, 3 of 5`,
      `${shown}: ${right}, of these: 67 %, 2 of 3`,
      `${shown}: Characters saved by each that is shown: 4.7`,
      `All answers, shown or not: ${right}: 60 % of 5`,
      'All answers, shown or not: Right to the last line: 40 %',
      'All answers, shown or not: Like what stood there: 81 %',
      'All answers, shown or not: Time of an answer: half within 41 ms, 19 of 20 within 130 ms',
      `${right}, by kind of place: block: 0 % of 1`,
      `${right}, by kind of place: rest of a line: 75 % of 4`,
      `${right}, by language: TypeScript: 60 % of 5`,
      'Not shown, however sure the model is: repeats a line nearby: 1',
      'Conditions: File: /models/small.gguf',
      'Conditions: Weights: TQ2_0',
      'Conditions: Kernel: avx2, 2 threads',
      'Conditions: Places: 5',
      'Conditions: Files: 3',
      `Conditions: Measured: ${dateAndTime('2026-01-01T00:00:00.000Z')}`,
      'Conditions: Prompt: 412 tokens on average',
      'Conditions: Confidence: as it was',
    ]);
  });

  it('names all that answered, each with its languages, and none that did not', () => {
    const specialists = [{ ...specialist, languages: ['go', 'rust', 'swift'] }];
    const of = (...names: string[]): Evaluation['byLanguage'] =>
      Object.fromEntries(names.map((name) => [name, group(1, 1)]));
    const both = run({ specialists, byLanguage: of('go', 'rust', 'typescript') });
    const compiled = run({ specialists, byLanguage: of('go') });
    const main = run({ specialists, byLanguage: of('python') });
    const runs = [both, compiled, main];
    assert.deepEqual(evaluationReport(runs, () => 0.5).models, ['compiled, small', 'compiled', 'small']);
    const seen = lines(runs, 0.5);
    for (const line of [
      'File: /models/compiled.gguf, /models/small.gguf | /models/compiled.gguf | /models/small.gguf',
      'Weights: Q8_0, TQ2_0 | Q8_0 | TQ2_0',
      'Kernel: avx2, 2 threads | avx2, 2 threads | avx2, 2 threads',
      'Specialist: Go, Rust: compiled | Go: compiled | ',
    ])
      assert.ok(seen.includes(`Conditions: ${line}`), `${line} is missing in\n${seen.join('\n')}`);
    assert.match(describeEvaluation(compiled.evaluation), /^ryzanstein, compiled: /);
  });

  it('leads with a sentence on each run, and says what more eagerness would give', () => {
    const verdicts = (runs: Run[], wanted: Eagerness | number): readonly string[] =>
      evaluationReport(runs, () => wanted).verdicts;
    const thresholds = { languages: { typescript: { quiet: 0.8, normal: 0.65, eager: 0.5 } } };
    assert.deepEqual(verdicts([run({ thresholds })], 'quiet'), [
      'Of 5 places 1 would be shown, 1 of them right. At “Normal” it would be 2, 2 of them right.',
    ]);
    assert.deepEqual(verdicts([run({ thresholds })], 'eager'), [
      'Of 5 places 3 would be shown, 2 of them right.',
    ]);
    assert.deepEqual(verdicts([run(), run({ model: 'large', file: 'b.gguf' })], 1), [
      'small: Of 5 places none would be shown.',
      'large: Of 5 places none would be shown.',
    ]);
  });

  it('says so where nothing is shown, and where only some files were drawn from', () => {
    const seen = lines([run({}, { drawnFrom: 1000, found: 2500 })], 1);
    for (const line of [
      'Conditions: Files: 1,000 of 2,500, evenly spread',
      'Shown at confidence 1: Shown: 0 %, 0 of 5',
      'Shown at confidence 1: Right to the end of the line, of these: none',
      'Shown at confidence 1: Characters saved by each that is shown: none was shown',
    ])
      assert.ok(seen.includes(line), `${line} is missing in\n${seen.join('\n')}`);
  });

  it('puts runs side by side', () => {
    const other = run({
      ...{ model: 'large', file: '/models/large.gguf', hidden: { repetition: 2 } },
      byKind: { rest: group(5, 0.8) },
    });
    const report = evaluationReport([run(), other], () => 0.5);
    assert.deepEqual(report.models, ['small', 'large']);
    assert.equal(report.warning, undefined);
    assert.equal(report.chart.match(/<polyline class="line\d"/g)?.length, 2);
    const seen = lines([run(), other], 0.5);
    for (const line of [
      'Conditions: File: /models/small.gguf | /models/large.gguf',
      'Right to the end of the line, by kind of place: block: 0 % of 1 | ',
      'Right to the end of the line, by kind of place: rest of a line: 75 % of 4 | 80 % of 5',
      'Not shown, however sure the model is: repeats a line nearby: 1 | 0',
      'Not shown, however sure the model is: goes round in a circle: 0 | 2',
    ])
      assert.ok(seen.includes(line), `${line} is missing in\n${seen.join('\n')}`);
  });

  it('warns where the runs have not the same holes', () => {
    const changed = run({ file: 'b.gguf', results: [...results.slice(1), result(9)] });
    const report = evaluationReport([run(), changed], () => 0.5);
    assert.match(report.warning ?? '', /not the same places/);
    assert.deepEqual(
      report.holes.map(({ line, given }) => `${line}: ${given.map((one) => (one ? 'x' : '-')).join('')}`),
      ['1: x-', '2: xx', '3: xx', '4: xx', '5: xx', '9: -x'],
    );
  });

  it('lists the holes with what was given and why it is shown or not', () => {
    const { holes } = evaluationReport([run()], () => 0.5);
    assert.deepEqual(
      holes.map(({ given }) => given[0]?.verdict),
      [
        'right, 90 % sure, shown',
        'differs, 60 % sure, shown',
        'right, 70 % sure, shown',
        'differs, 95 % sure, hidden: repeats a line nearby',
        'right, 20 % sure, hidden: not sure enough',
      ],
    );
  });

  it('draws precision over shown rate, surest first', () => {
    const rounded = curveOf(run().evaluation).map((point) =>
      point.map((value) => Math.round(value * 100) / 100),
    );
    assert.deepEqual(rounded, [
      [0.2, 1],
      [0.4, 1],
      [0.6, 0.67],
      [0.8, 0.75],
    ]);
    assert.deepEqual(curveOf(run({ results: [] }).evaluation), []);
  });

  it('marks where the setting stands on it, in colours of the page alone', () => {
    const { chart } = evaluationReport([run({ model: '<small>' }), run({ file: 'b.gguf' })], () => 0.65);
    const [line] = /(?<=points=")[^"]*/.exec(chart)!;
    const marks = [...chart.matchAll(/<circle class="fill(\d)" cx="(.*?)" cy="(.*?)" r="5"><title>(.*?)</g)];
    assert.deepEqual(
      marks.map(([, series, x, y]) => [series, `${x},${y}`]),
      ['0', '1'].map((series) => [series, line.split(' ')[1]]),
    );
    assert.equal(marks[0]![4], '&#60;small&#62;: 40 % shown, 100 % of them right');
    assert.match(chart, /aria-label="&#60;small&#62;: 40 % shown, 100 % of them right; small: 40 %/);
    assert.doesNotMatch(chart, /style|#[0-9a-f]{6}/);
  });

  it('shows what is sure enough for its language, and nothing where the model is too unsure', () => {
    const of = (thresholds: Evaluation['thresholds']): (string | undefined)[] =>
      evaluationReport([run({ thresholds })], () => 'normal').holes.map(({ given }) =>
        given[0]?.verdict.split(', ').at(-1),
      );
    const hidden = 'hidden: not sure enough';
    const repeats = 'hidden: repeats a line nearby';
    assert.deepEqual(of({ languages: { typescript: { normal: 0.65 } } }), [
      ...['shown', hidden, 'shown', repeats, hidden],
    ]);
    assert.deepEqual(of({ languages: { typescript: { eager: 0.1 } } }), [
      ...[hidden, hidden, hidden, repeats, hidden],
    ]);
  });

  it('goes by what is set for the language of each file', () => {
    const { evaluation } = run();
    const results = evaluation.results.map((result, i) => (i === 0 ? { ...result, path: 'b.py' } : result));
    const mixed = [run({ results })];
    const ofAll = (wanted: Parameters<typeof evaluationReport>[1]): string[] => {
      const { sections, verdicts, holes } = evaluationReport(mixed, wanted);
      return [sections[0]!.title, verdicts[0]!, holes[0]!.given[0]!.verdict.split(', ').at(-1)!];
    };
    assert.deepEqual(
      ofAll(() => 0.55),
      ['Shown at confidence 0.55', 'Of 5 places 3 would be shown, 2 of them right.', 'shown'],
    );
    assert.deepEqual(
      ofAll((path) => (path === 'b.py' ? 1 : 0.55)),
      ['Shown by your settings', 'Of 5 places 2 would be shown, 1 of them right.', 'hidden: not sure enough'],
    );
  });

  it('marks nothing where nothing is shown', () => {
    const { chart } = evaluationReport([run()], () => 1);
    assert.match(chart, /aria-label="Nothing is sure enough to be shown"/);
    assert.doesNotMatch(chart, /<circle/);
  });
});
