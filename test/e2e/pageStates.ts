// What the pages are tested with: the states that the extension makes of recorded reports and of completions of every kind, at their usual and at their worst.

import { config } from '@vscode/l10n';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Completion, WrittenToken } from '../../src/protocol';
import type { HiddenReason, Result } from '../../src/results';
import { languages as languageTable } from '../../src/language/languages';
import { benchmarkState } from '../../src/report/benchmarkState';
import { diagnosticsState } from '../../src/report/diagnosticsReport';
import { evaluationReport } from '../../src/report/evaluationReport';
import type { Looked } from '../../src/report/completionDetail';
import { wantedBy } from '../../src/report/confidence';
import { type EngineState, engineSentence, failureOf } from '../../src/report/engineState';
import { computedWith, liveState } from '../../src/report/liveView';
import type { LoggedRequest } from '../../src/report/loggedRequest';
import { asData, filledPage, pageAlone, type PageValues, partsOf } from '../../src/report/pageFile';
import type { Failure } from '../../src/report/pages';
import type { BenchReport, Diagnosis, Evaluation, ModelInfo, Recent, Specialist } from '../../src/reports';

function recorded<Report>(name: string): Report {
  return JSON.parse(readFileSync(`test/fixtures/pages/${name}.json`, 'utf8')) as Report;
}

const diagnosis = recorded<Diagnosis>('diagnosis');
const evaluation = recorded<Evaluation>('evaluation');
const benchmarks = recorded<BenchReport[]>('benchmarks');
/** As the bundled one has a specialist beside it. */
const specialist: Specialist = {
  ...diagnosis.model,
  ...{ name: 'ryzanstein-more-14m', file: '/home/ada/models/ryzanstein-more-14m.gguf' },
  languages: ['c', 'cpp', 'csharp', 'go', 'java', 'rust'],
};
const model: ModelInfo = { ...diagnosis.model, specialists: [specialist] };

/** The same on every machine, whatever its zone. */
const start = new Date(2026, 0, 2, 15, 4, 5).getTime();
const longPath =
  'packages/server-side-rendering/src/components/navigation/__tests__/NavigationMenuWithVeryLongName.integration.test.tsx';
const longText =
  'const averageOfAllMeasuredTemperaturesInKelvin=computeAverageOfAllMeasuredTemperaturesInKelvin(stations,{unit:"K"});';

const answer: Completion = {
  ...{ text: 'i = 0; i < values.length; i++) {', reason: 'line', shown: true, confidence: 0.82, tokens: 11 },
  ...{ promptTokens: 412, reusedTokens: 398, prefillMs: 3.4, decodeMs: 7.9, tokensPerSecond: 1392 },
  ...{ model: model.name, kernel: model.kernel, threads: 2 },
};

const reasons: HiddenReason[] = [
  ...(['empty', 'duplicate', 'repetition', 'confidence', 'whitespace', 'unbalanced'] as const),
  ...(['syntax', 'secret', 'invisible', 'chat'] as const),
];

const shown: Result = { kind: 'shown', how: 'computed' };

type Request = LoggedRequest & { trigger: string };

function request(i: number, more: Partial<Request>): Request {
  const decodeMs = 6 + ((i * 37) % 60);
  const tokens = 4 + ((i * 7) % 12);
  const completion = {
    ...{ ...answer, tokens, decodeMs, tokensPerSecond: (tokens / decodeMs) * 1000 },
    ...{ prefillMs: 2 + ((i * 13) % 30), reusedTokens: 398 - ((i * 53) % 300) },
    ...{ contextMs: 1.5 + (i % 3), cleanMs: 0.5 + (i % 2) },
    confidence: more.result?.kind === 'hidden' ? 0.05 + ((i * 7) % 60) / 100 : 0.99 - ((i * 11) % 37) / 100,
  };
  return {
    ...{ time: start - i * 1700, where: `src/queue.ts:${12 + i}`, trigger: 'automatic', result: shown },
    ...{ text: completion.text, waitedMs: 12 + decodeMs + ((i * 29) % 90), completion },
    sent: { heldMs: (i * 29) % 60, gatheredMs: 0.4 },
    ...more,
  };
}

const silent = (i: number, result: Result): Request => {
  const { completion: _, text: __, ...rest } = request(i, { result, waitedMs: 0.1 });
  return rest;
};

const requests: Request[] = [
  request(0, { outcome: 'accepted' }),
  request(1, { result: { kind: 'shown', how: 'typed through' }, outcome: 'accepted in part' }),
  ...reasons.map((because, i) =>
    request(2 + i, { result: { kind: 'hidden', because }, trigger: 'on request' }),
  ),
  request(12, { result: { kind: 'late', after: 320 }, waitedMs: 320 }),
  request(13, { where: 'src/queue.ts:12', result: { kind: 'cancelled', because: 'typed on' } }),
  silent(14, { kind: 'silent', because: { kind: 'long', mostCharacters: 2e6 } }),
  silent(15, { kind: 'paused', because: 'battery' }),
  silent(16, { kind: 'failed', problem: 'The engine died.' }),
  ...Array.from({ length: 16 }, (_, i) => request(17 + i, { where: `src/shop/basket.ts:${100 + i}` })),
];
const worst: Request[] = requests.slice(0, 20).map((each) => ({
  ...each,
  where: `${longPath}:12345`,
  waitedMs: 123_456,
  text: longText,
}));
const recent: Recent = {
  ...{
    model: model.name,
    answers: 20,
    tokensPerSecond: 1392,
    latencyMs: 11.3,
    kernel: model.kernel,
    threads: 2,
  },
};
const busy = { ...answer, threads: 1 };
const longModel = {
  ...{
    ...model,
    name: 'Qwen2.5-Coder-1.5B-Instruct-with-a-name-that-never-seems-to-end',
    file: `/home/ada/${longPath}`,
  },
  caution:
    'Its file does not show that it was trained to fill in the middle, so that it may talk about code.',
};

const wrongKernel: ModelInfo = {
  ...longModel,
  rejected: [{ kernel: 'avx512-vbmi', cases: 317, mismatches: 12 }],
};
const failed: EngineState = {
  name: 'failed',
  problem: {
    kind: 'engine',
    message: 'The engine broke down (SIGSEGV). It has ended 4 times within five minutes.',
  },
};
const refused = (): Failure | undefined =>
  failureOf(
    {
      ...{ name: 'ready', model },
      refused: {
        kind: 'model',
        message: `${longModel.file}: the tensor "blk.0.attn_q.weight" has the type IQ3_XXS, which the engine does not read. Take a file of the type Q4_K_M instead.`,
      },
    },
    { model: true, kernel: false },
  );

const failing: Diagnosis = {
  ...diagnosis,
  simd: {
    ...diagnosis.simd,
    levels: diagnosis.simd.levels.map((level) =>
      level.selected ? { ...level, selftest: 'failed' as const, cases: 303, mismatches: 3 } : level,
    ),
  },
  model: longModel,
  issues: [
    { severity: 'error', issue: 'The kernel avx512-vnni failed.', impact: 'Completions may be wrong.' },
    {
      severity: 'warning',
      issue: '16 threads share 8 physical cores.',
      impact: 'Threads wait for each other.',
    },
  ],
};

const otherRun: Evaluation = {
  ...evaluation,
  ...{ model: longModel.name, file: longModel.file },
  specialists: [{ ...specialist, file: longModel.file, languages: ['javascript', 'rust'] }],
  results: evaluation.results.map((result) => ({ ...result, text: longText, expected: longText })),
};
const files = { drawnFrom: 60, found: 61 };

const slow = benchmarks.map((report) => ({ ...report, model: { ...report.model!, ...longModel } }));

const token = (text: string, probability: number, isTyped = false): WrittenToken => {
  return { text, probability, isTyped };
};
const looked: Looked = {
  where: 'src/queue.ts:17',
  explanation: {
    sentence: 'The model is 29 % sure of its answer here. At normal 73 % is needed in TypeScript.',
    setting: 'eagerness',
  },
  completion: answer,
  examination: {
    completion: answer,
    prompt: [
      { text: '<|fim_prefix|>', steers: true },
      {
        text: '// queue.ts\nexport function total(values: number[]): number {\n  let sum = 0;\n  for (',
        steers: false,
      },
      { text: '<|fim_suffix|>', steers: true },
      { text: '\n  return sum;\n}\n', steers: false },
      { text: '<|fim_middle|>', steers: true },
    ],
    tokens: [
      ...[token('for', 0.99, true), token(' (', 0.98, true), token('let', 0.91), token(' i', 0.97)],
      ...[token(' =', 0.999), token(' 0', 0.96), token(';', 0.99), token(' i', 0.94), token(' <', 0.9)],
      ...[token(' values', 0.31), token('.length', 0.88), token(';', 0.99), token(' i', 0.98)],
      ...[token('++)', 0.86), token(' {', 0.93), token('\n', 0.004)],
    ],
  },
};
const longLook: Looked = {
  where: `${longPath}:12345`,
  explanation: { sentence: `\`${longText}\` was offered here, and typed over.` },
  completion: { ...answer, text: longText },
  examination: {
    completion: { ...answer, promptTokens: 8192 },
    prompt: [{ text: `${longPath}\n${longText.repeat(20)}`, steers: false }],
    tokens: [token(longText, 0.5), ...longText.split(/(?=[A-Z])/).map((part, i) => token(part, 1 / (i + 2)))],
  },
};
const measuring = 'It is being measured.';
const forgotten = 'What was asked here is not kept any more.';

type Words = Record<string, string>;

/** By language: what the extension brings, and one in which whatever is not put into words stands out. */
export const languages: Record<string, Words> = { en: {}, ...translations() };

function translations(): Record<'de' | 'pseudo', Words> {
  const de = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Words;
  const tags = new Set(['en', 'en-US']);
  const pseudo = Object.keys(de).map((text) => [text, tags.has(text) ? text : `⟦${accented(text)}⟧`]);
  return { de, pseudo: Object.fromEntries(pseudo) as Words };
}

/** As long as other languages are; the places to fill in stay. */
function accented(text: string): string {
  const accents: Words = {
    a: 'áá',
    e: 'éé',
    i: 'í',
    o: 'óó',
    u: 'ú',
    A: 'Á',
    E: 'É',
    O: 'Ó',
    n: 'ñ',
    c: 'ç',
  };
  return text.replace(/\{\d+\}|[aeiounAEOc]/g, (each) => accents[each] ?? each);
}

const codes = new Set([
  'kind',
  'byKind',
  'byLanguage',
  'hidden',
  'reason',
  'because',
  'selftest',
  'calibration',
]);

/** What stands in pages as it was reported, in no language, and units. */
export const reported = JSON.stringify(
  [
    ...[
      diagnosis,
      evaluation,
      benchmarks,
      requests,
      worst,
      looked,
      longLook,
      longModel,
      failing,
      wrongKernel,
    ],
    ...[
      failed,
      refused(),
      forgotten,
      measuring,
      'tok',
      'GOPS',
      'HTML',
      'JSON',
      'Markdown',
      'CPU',
      'Ryzanstein',
      'Jan',
      'Nov',
      ...[...languageTable.values()].map(({ name }) => name),
      'ryzanstein',
      'max',
    ],
  ],
  // Codes have words.
  (name, value: unknown) => (codes.has(name) ? undefined : value),
);

/** A page as the extension fills it in a language. */
export function filled(html: string, values: Omit<PageValues, 'words'>, language: string): string {
  config({ contents: languages[language]! });
  return filledPage(html, { ...values, words: asData(languages[language]!) });
}

/** By page and name, in a language. */
export function pageStates(language: string) {
  config({ contents: languages[language]! });
  const wanted = wantedBy({ confidence: null, eagerness: 'normal' }, 'typescript', model.thresholds);
  const engine = computedWith(model, busy);
  const use = { memoryBytes: 84e6, cpuShare: 0.12 };
  const watched = { engine, requests, recent, deadline: 300, wanted, use };
  return {
    live: {
      usual: liveState({ ...watched, looked }),
      worst: liveState({
        ...watched,
        requests: worst,
        deadline: 30,
        wanted: { ...wanted, isSet: true },
        looked: longLook,
      }),
      empty: liveState({
        ...watched,
        ...{ engine: engineSentence({ name: 'idle' }), requests: [], recent: undefined },
      }),
      forgotten: liveState({
        ...watched,
        looked: { ...looked, completion: undefined, examination: forgotten },
      }),
      refused: { ...liveState(watched), failure: refused() },
    },
    diagnostics: {
      usual: diagnosticsState({ engine: { name: 'ready', model }, diagnosis, recent, requests }),
      worst: diagnosticsState({
        ...{ engine: { name: 'ready', model: wrongKernel }, diagnosis: failing, recent, requests: worst },
      }),
      empty: {
        ...diagnosticsState({
          engine: failed,
          ...{ diagnosis: undefined, recent: undefined, requests: [] },
        }),
        failure: failureOf(failed, { model: true, kernel: true }),
      },
    },
    evaluation: {
      usual: evaluationReport([{ evaluation, files }], () => 'normal'),
      worst: evaluationReport(
        [
          { evaluation, files },
          { evaluation: otherRun, files },
          { evaluation: { ...otherRun, file: '/other.gguf' }, files },
        ],
        () => 'eager',
      ),
    },
    benchmark: {
      usual: benchmarkState(
        benchmarks.map((report) => ({ ...report, model })),
        { deadline: 300, threads: 0 },
      ),
      worst: benchmarkState(
        [...slow, ...Array.from({ length: 18 }, () => slow[1]!)],
        { deadline: 0.001, threads: 0 },
        measuring,
        {
          done: 3,
          steps: 9,
          next: { kernel: 'avx512-vbmi', threads: 2 },
        },
      ),
      empty: { ...benchmarkState([], { deadline: 300, threads: 0 }), failure: refused() },
    },
  };
}

/** The page that `bench --html` writes. */
export function benchmarkAlone(): string {
  const parts = partsOf('benchmark', (...names) => readFileSync(path.join(...names), 'utf8'));
  return pageAlone(parts, pageStates('en').benchmark.usual);
}
