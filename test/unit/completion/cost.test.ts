// What the judging of an answer costs in a long file: it has to be nothing beside the model's work.

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Finishing, judge } from '../../../src/completion/finish';
import { siteOf } from '../../../src/completion/site';
import { syntaxOf } from '../../../src/completion/syntax';
import { window } from '../../../src/editing/context';
import { percentile } from '../../../src/statistics';

/** A file of 3,000 lines. */
const fileOf = (name: string): string =>
  Array.from(
    { length: 375 },
    (_, i) =>
      `export function ${name}${i}(a: number[]): number {\n  const b = a.map((one) => one * ${i});\n  if (b.length) {\n    return g(b, \`\${a[0]}px\`);\n  }\n  return b[${i}]!;\n}\n\n`,
  ).join('');
/** Windows counts the time of a process by its clock's ticks. */
const tick = process.platform === 'win32' ? 16 : 0;
const limits = { maxTokens: 256, maxLines: 12, minConfidence: 0 };

/** The milliseconds of work from the first character to what is shown, without those that others are given. */
async function cost(
  prefix: string,
  suffix: string,
  output: string,
  languageId = 'typescript',
): Promise<number> {
  const syntax = await syntaxOf(languageId);
  const start = process.cpuUsage();
  const site = siteOf({ path: 'a', languageId, related: [], ...window(prefix, suffix) });
  const finishing = new Finishing(site, limits);
  for (const text of output.match(/\w+|\s+|./g)!) finishing.take({ text, logProbability: 0 });
  finishing.end('end');
  judge(site, finishing.answer, limits, syntax);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** The costs at functions of a file one after the other, as their lines would be typed. */
async function costs(
  file: string,
  name: string,
  { cursor, next, output }: typeof line | typeof block,
): Promise<number[]> {
  const all: number[] = [];
  for (let i = 50; i < 250; i++) {
    const at = file.indexOf(cursor, file.indexOf(`${name}${i}(`)) + cursor.length;
    all.push(await cost(file.slice(0, at), file.slice(file.indexOf(next, at)), output));
    // As keys come: what is compiled in the background is done by then.
    await setTimeout(5);
  }
  return all;
}

const line = { cursor: 'const b = ', next: '\n', output: 'a.map((one) => one * 2);\n' };
const block = {
  cursor: 'if (b.length) {',
  next: '\n  }\n',
  output: '\n    const c = g(b);\n    if (c) {\n      h(c, [1, 2]);\n    }\n    return c;\n  }\n',
};

const median = (all: number[]): string => percentile(all, 0.5)!.toFixed(1);
const p95 = (all: number[]): number => percentile(all, 0.95)!;

describe('the cost of an answer that is there', () => {
  it('is small for a line and a block, also the first time in a file', async () => {
    await syntaxOf('typescript');
    const [known, next] = [fileOf('f'), fileOf('other')];
    const cold = (await costs(known, 'f', line))[0]!;
    const [first, ...lines] = await costs(next, 'other', line);
    const measured = { first: first!, line: p95(lines), block: p95(await costs(next, 'other', block)) };
    console.log(
      `first of all ${cold.toFixed(1)} ms, of the next file ${first!.toFixed(1)} ms; line ${median(lines)} ms, at p95 ${measured.line.toFixed(1)} ms; block at p95 ${measured.block.toFixed(1)} ms`,
    );
    // Wanted are 60, 2 and 10 ms, and met where nothing else runs; other work keeps the machine of the tests busy.
    assert.ok(
      measured.first < 240 && measured.line < 8 + tick && measured.block < 40 + tick,
      JSON.stringify(measured),
    );
  });

  it('is small on a line without an end, of which a grammar would make nothing', async () => {
    const of = (part: string, length: number): string => part.repeat(length / part.length);
    const lines: [languageId: string, line: (length: number) => string, rest: string, output: string][] = [
      ['cpp', (length) => `int a[] = {${of('1, ', length)}`, '};\n', 'foo, bar\n'],
      ['typescript', (length) => `const s = \`${of('${a} b ', length)}\${`, '}`;\n', 'foo(b)}\n'],
      [
        'typescriptreact',
        (length) => `const p = <path d="${of('M1.5 2.5l-3', length)}" `,
        '/>;\n',
        'fill={c}\n',
      ],
      ['python', (length) => `w = [${of("'w0', ", length)}`, ']\n', "'a', foo(b)\n"],
    ];
    for (const [languageId, lineOf, rest, output] of lines)
      for (const length of [8_000, 23_000, 30_000]) {
        const milliseconds = await cost(lineOf(length), rest, output, languageId);
        assert.ok(milliseconds < 1000, `${languageId}, ${length} characters: ${milliseconds} ms`);
      }
  });

  it('grows with the text behind the cursor, and not with its square', async () => {
    const spaces = ' '.repeat(200_000);
    const milliseconds = await cost('const a = ', `${spaces}\n`, 'b;\n');
    assert.ok(milliseconds < 2000, `${milliseconds} ms`);
    const site = siteOf({
      path: 'a',
      languageId: 'typescript',
      prefix: 'a(',
      suffix: `${spaces})x\n`,
      related: [],
    });
    assert.equal(site.lineAfter.length, 200_002);
  });
});
