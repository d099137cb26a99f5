// What the evaluation page shows: the figures of one run or of several side by side, each with its conditions, and the holes.

import { t } from '@vscode/l10n';
import { type Eagerness, leastConfidence, wantedPrecision } from '../eagerness';
import { displayName } from '../language/languages';
import type { Evaluation } from '../reports';
import { answerersIn } from '../specialists';
import { mean } from '../statistics';
import { inPage, lineChart, type Series } from './charts';
import { answeredBy, specialistLine, tunedLine } from './figures';
import type { EvaluationState, HoleRow, Row } from './pages';
import { dateAndTime, decimal, grouped, milliseconds, percent, threadsOf } from '../numbers';
import { eagernessWords, hiddenBecause, resultWords } from '../wording';

/** A run, with the number of files that it drew from and that the workspace has. */
export interface Run {
  readonly evaluation: Evaluation;
  readonly files: { readonly drawnFrom: number; readonly found: number };
}

/** What the settings want of an answer in a file for it to be shown: they may be set for its language. */
export type Wanted = (path: string) => Eagerness | number;
type Sure = [wanted: Wanted, thresholds: Evaluation['thresholds']];
type Result = Evaluation['results'][number];

/** Kinds of places; a set of holes may have others. */
function kindWords(kind: string): string {
  const words: Record<string, string> = {
    rest: t`rest of a line`,
    line: t`whole line`,
    block: t`block`,
    comment: t`within a comment`,
    string: t`within a string`,
  };
  return words[kind] ?? kind;
}

/** The report on runs, oldest first. */
export function evaluationReport(runs: readonly Run[], wanted: Wanted): EvaluationState {
  const evaluations = runs.map(({ evaluation }) => evaluation);
  const row = (name: string, value: (evaluation: Evaluation) => string): Row => ({
    name,
    values: evaluations.map(value),
  });
  const rates = (key: 'byKind' | 'byLanguage', words: (name: string) => string): Row[] =>
    namesOf(evaluations.map((evaluation) => evaluation[key])).map((name) =>
      row(words(name), (evaluation) => {
        const rate = evaluation[key][name];
        return rate ? t`${percent(rate.firstLineExact)} of ${grouped(rate.holes)}` : '';
      }),
    );
  const reasons = namesOf(evaluations.map(({ hidden }) => hidden));
  return {
    verdicts: evaluations.map((evaluation) => verdictOn(evaluation, wanted, evaluations.length > 1)),
    models: evaluations.map(answeredBy),
    sections: [
      {
        title: titleBy(evaluations, wanted),
        rows: [
          row(t`Shown`, (evaluation) =>
            shareOf(shownAt(evaluation, wanted).length, evaluation.results.length),
          ),
          row(t`Right to the end of the line, of these`, (evaluation) => {
            const shown = shownAt(evaluation, wanted);
            return shareOf(shown.filter(({ exact }) => exact).length, shown.length);
          }),
          row(t`Characters saved by each that is shown`, (evaluation) =>
            charactersSaved(shownAt(evaluation, wanted)),
          ),
        ],
      },
      {
        title: t`All answers, shown or not`,
        rows: [
          row(
            t`Right to the end of the line`,
            (evaluation) => t`${percent(evaluation.firstLineExact)} of ${grouped(evaluation.holes)}`,
          ),
          row(t`Right to the last line`, ({ wholeExact }) => percent(wholeExact)),
          row(t`Like what stood there`, ({ editSimilarity }) => percent(editSimilarity)),
          row(
            t`Time of an answer`,
            ({ latency }) =>
              t`half within ${milliseconds(latency.p50)}, 19 of 20 within ${milliseconds(latency.p95)}`,
          ),
        ],
      },
      { title: t`Right to the end of the line, by kind of place`, rows: rates('byKind', kindWords) },
      { title: t`Right to the end of the line, by language`, rows: rates('byLanguage', displayName) },
      {
        title: t`Not shown, however sure the model is`,
        rows: reasons.map((reason) =>
          row(hiddenBecause(reason), ({ hidden }) => grouped(hidden[reason] ?? 0)),
        ),
      },
      {
        title: t`Conditions`,
        rows: [
          row(t`File`, (evaluation) => ofAnswerers(evaluation, ({ file }) => file)),
          row(t`Weights`, (evaluation) => ofAnswerers(evaluation, ({ type }) => type)),
          row(t`Kernel`, (evaluation) => {
            const kernels = ofAnswerers(evaluation, ({ kernel }) => kernel);
            return `${kernels}, ${threadsOf(evaluation.threads)}`;
          }),
          ...(evaluations.some(({ specialists }) => specialists) ? [row(t`Specialist`, specialistsOf)] : []),
          row(t`Places`, ({ holes }) => grouped(holes)),
          { name: t`Files`, values: runs.map(({ files }) => filesOf(files)) },
          row(t`Measured`, ({ date }) => dateAndTime(date)),
          row(t`Prompt`, ({ promptTokens }) => t`${grouped(promptTokens)} tokens on average`),
          ...(evaluations.some(({ tuned }) => tuned)
            ? [row(t`What the context counts`, ({ tuned }) => (tuned ? tunedLine(tuned) : t`as it did`))]
            : []),
          row(t`Confidence`, ({ calibration }) => calibration ?? t`as it was`),
        ],
      },
    ].filter(({ rows }) => rows.length > 0),
    chart: chartOf(evaluations, wanted),
    warning: haveSameHoles(evaluations)
      ? undefined
      : t`The runs have not the same places, for files have changed in between: what differs need not be the model.`,
    holes: holeRows(evaluations, wanted),
  };
}

/** Of all that answered in the languages of the places. */
function ofAnswerers(
  evaluation: Evaluation,
  figure: (answerer: { file: string; type: string; kernel: string }) => string,
): string {
  const answerers = answerersIn(evaluation, Object.keys(evaluation.byLanguage));
  return [...new Set(answerers.map(figure))].join(', ');
}

/** Those that answered, with the languages of their places. */
function specialistsOf({ specialists = [], byLanguage }: Evaluation): string {
  return specialists
    .map(({ name, languages }) => ({ name, languages: languages.filter((each) => each in byLanguage) }))
    .filter(({ languages }) => languages.length > 0)
    .map(specialistLine)
    .join('; ');
}

function titleBy(evaluations: readonly Evaluation[], wanted: Wanted): string {
  const [one, ...others] = new Set(
    evaluations.flatMap(({ results }) => results.map(({ path }) => wanted(path))),
  );
  if (one === undefined || others.length > 0) return t`Shown by your settings`;
  return typeof one === 'number'
    ? t`Shown at confidence ${decimal(one)}`
    : t`Shown where eagerness is “${eagernessWords(one)}”`;
}

/** `Of 34 places 12 would be shown, 10 of them right. At eager it would be 20, 15 of them right.` */
function verdictOn(evaluation: Evaluation, wanted: Wanted, isOneOfSeveral: boolean): string {
  const { results, thresholds } = evaluation;
  const now = countAt(evaluation, wanted);
  const [all, shown] = [results.length, now.shown];
  const verdict =
    shown === 0
      ? t`Of ${grouped(all)} places none would be shown.`
      : t`Of ${grouped(all)} places ${grouped(shown)} would be shown, ${grouped(now.right)} of them right.`;
  const others = (Object.keys(wantedPrecision) as Eagerness[])
    .map((eagerness) => ({ eagerness, ...countAt(evaluation, () => eagerness) }))
    .filter((other) => thresholds !== undefined && other.shown > shown);
  const [next] = others.sort((a, b) => a.shown - b.shown);
  return [
    isOneOfSeveral ? `${answeredBy(evaluation)}:` : '',
    verdict,
    next
      ? t`At “${eagernessWords(next.eagerness)}” it would be ${grouped(next.shown)}, ${grouped(next.right)} of them right.`
      : '',
  ]
    .filter(Boolean)
    .join(' ');
}

interface Counts {
  readonly shown: number;
  readonly right: number;
}

function countAt(evaluation: Evaluation, wanted: Wanted): Counts {
  const shown = shownAt(evaluation, wanted);
  return { shown: shown.length, right: shown.filter(({ exact }) => exact).length };
}

const quarters = [0, 0.25, 0.5, 0.75, 1];

/** How many are right of how many shown, where each run stands on it, and the same in words. */
function chartOf(evaluations: readonly Evaluation[], wanted: Wanted): string {
  const series = evaluations.map((evaluation): Series => {
    const model = answeredBy(evaluation);
    const points = curveOf(evaluation);
    // What is shown is not always the surest: how sure is sure enough differs by language.
    const { shown, right } = countAt(evaluation, wanted);
    const at = [shown / evaluation.results.length, right / shown] as const;
    const mark = shown > 0 && {
      at,
      text: t`${model}: ${percent(at[0])} shown, ${percent(at[1])} of them right`,
    };
    return { name: model, values: points, ...(mark && { mark }) };
  });
  const words = series.flatMap(({ mark }) => mark?.text ?? []).join('; ');
  const axis = { text: percent, steps: quarters };
  const title = words || t`Nothing is sure enough to be shown`;
  return lineChart(
    {
      title,
      x: { ...axis, title: t`shown, of all places` },
      y: { ...axis, title: t`right, of those shown` },
      series,
    },
    inPage,
  );
}

/** Points of shown rate and precision, 0..1, the surest answers first; what is hidden anyway is never shown. */
export function curveOf(evaluation: Evaluation): [shownRate: number, precision: number][] {
  const surest = shownAt(evaluation, () => 0).sort((a, b) => b.confidence - a.confidence);
  let right = 0;
  return surest.map(({ exact }, i) => {
    right += Number(exact);
    return [(i + 1) / evaluation.results.length, right / (i + 1)];
  });
}

function shownAt({ results, thresholds }: Evaluation, wanted: Wanted): Result[] {
  return results.filter((result) => result.hidden === undefined && isSure(result, wanted, thresholds));
}

function isSure({ path, confidence, text, language }: Result, ...[wanted, thresholds]: Sure): boolean {
  return confidence >= leastConfidence(wanted(path), text, language, thresholds);
}

function charactersSaved(shown: readonly Result[]): string {
  if (shown.length === 0) return t`none was shown`;
  return grouped(mean(shown.map(({ expected, text }) => commonHead(expected, text))), 1);
}

function commonHead(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function holeRows(evaluations: readonly Evaluation[], wanted: Wanted): HoleRow[] {
  const byPlace = evaluations.map(({ results, thresholds }) => ({
    thresholds,
    results: new Map(results.map((result) => [keyOf(result), result])),
  }));
  const results = new Map(
    evaluations.flatMap((evaluation) => evaluation.results.map((it) => [keyOf(it), it])),
  );
  return [...results].map(([key, { path, line, column, kind, expected }]) => ({
    ...{ path, line, column, expected, kind: kindWords(kind) },
    given: byPlace.map(({ results: run, thresholds }) => {
      const result = run.get(key);
      return (
        result && {
          text: result.text,
          verdict: verdictOf(result, wanted, thresholds),
          exact: result.exact,
        }
      );
    }),
  }));
}

function verdictOf(result: Result, ...sure: Sure): string {
  const { exact, hidden, confidence } = result;
  const isShown = !hidden && isSure(result, ...sure);
  const fate = resultWords(
    isShown ? { kind: 'shown', how: 'computed' } : { kind: 'hidden', because: hidden ?? 'confidence' },
  );
  const sureness = percent(confidence);
  if (!exact) return t`differs, ${sureness} sure, ${fate}`;
  // Of a block the first line alone is judged.
  return result.expected.trim().includes('\n')
    ? t`first line right, ${sureness} sure, ${fate}`
    : t`right, ${sureness} sure, ${fate}`;
}

function haveSameHoles(evaluations: readonly Evaluation[]): boolean {
  const keys = evaluations.map(({ results }) => results.map(keyOf).join('\n'));
  return keys.every((other) => other === keys[0]);
}

function keyOf({ path, line, column, kind, expected }: Result): string {
  return JSON.stringify([path, line, column, kind, expected]);
}

function namesOf<Name extends string>(records: readonly Partial<Record<Name, unknown>>[]): Name[] {
  return [...new Set(records.flatMap((record) => Object.keys(record) as Name[]))].sort();
}

function filesOf({ drawnFrom, found }: Run['files']): string {
  return drawnFrom < found ? t`${grouped(drawnFrom)} of ${grouped(found)}, evenly spread` : grouped(found);
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? t`none` : t`${percent(part / whole)}, ${grouped(part)} of ${grouped(whole)}`;
}
