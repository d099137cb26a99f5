// What begins as what stands below does: the first line of a call over several lines is shown where its next one differs, and hidden where all is the same.

import assert from 'node:assert/strict';
import { columnOf, isBlank } from '../../../../src/completion/site';
import { codeFolders, codeUnder, soundCode } from './code';
import { shownAt } from './shown';

const long = process.env.RYZANSTEIN_TEST === 'long';
const perLanguage = Number(process.env.RYZANSTEIN_PLACES ?? (long ? 400 : 40));
/** What is open is not known everywhere: not in prose with code, nor below a string that looks like the start of a file. */
const mostHidden = 0.05;

/** Pairs of lines in one column that are the same, begin something in brackets, and have other lines behind them. */
function* pairsIn(lines: readonly string[]): Generator<[first: number, second: number]> {
  for (const [i, line] of lines.entries()) {
    if (!/[\w)][(<]$|[\w)]\(.*[({[]$/.test(line) || /^\s*(?:#|\/\/|\*|--)/.test(line)) continue;
    const isEnd = (other: string): boolean => !isBlank(other) && columnOf(other) <= columnOf(line);
    const last = lines.findIndex((other, j) => j > i && isEnd(other) && !/^\s*[)\]}>]/.test(other));
    const isPair = last > i + 1 && lines[last] === line && lines[last - 1]!.trim() !== '';
    if (isPair && lines[i + 1]!.trim() !== lines[last + 1]?.trim()) yield [i, last];
  }
}

describe('what begins as what stands below does', () => {
  it('is shown where it goes on otherwise, and hidden where it does not', async () => {
    const hidden: string[] = [];
    const shownAgain: string[] = [];
    let tried = 0;
    for (const [languageId, files] of codeUnder(codeFolders(long))) {
      let done = 0;
      for (const { code } of await soundCode(languageId, files)) {
        const lines = code.text.split('\n');
        for (const [first, second] of pairsIn(lines)) {
          if (++done > perLanguage) break;
          tried++;
          const indentation = /^\s*/.exec(lines[first]!)![0];
          const prefix = [...lines.slice(0, first), indentation].join('\n');
          const suffix = `\n${lines.slice(second).join('\n')}`;
          const written = (start: number): string =>
            lines
              .slice(start, start + 12)
              .join('\n')
              .trimStart();
          const line = lines[first]!.trim();
          const truth = await shownAt(languageId, prefix, suffix, written(first));
          if (truth.text.trimEnd() !== line)
            hidden.push(`${languageId}: ${truth.hidden ?? truth.text}: ${line} ${code.path}:${first + 1}`);
          const again = await shownAt(languageId, prefix, suffix, written(second));
          if (again.text !== '') shownAgain.push(`${languageId}: ${again.text} ${code.path}:${first + 1}`);
        }
      }
    }
    console.log(`${hidden.length} of ${tried} are hidden, ${shownAgain.length} shown again`);
    console.log([...hidden.slice(0, 12), ...shownAgain.slice(0, 8)].join('\n'));
    assert.ok(tried > 0, String(tried));
    assert.ok(hidden.length <= 1 + mostHidden * tried, `${hidden.length} of ${tried} are hidden`);
    assert.ok(
      shownAgain.length <= 1 + mostHidden * tried,
      `${shownAgain.length} of ${tried} are shown again`,
    );
  }).timeout(600_000);
});
