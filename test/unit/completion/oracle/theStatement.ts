// The end of a block's statement: a model that writes the truth is shown with it to there, and what stands then is as sound as it was.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { blockCloser, columnOf, isBlank } from '../../../../src/completion/site';
import { syntaxOf } from '../../../../src/completion/syntax';
import { randomSource } from '../../random';
import { type Code, codeFolders, codeUnder, soundCode } from './code';
import { type Region, Typing } from './editor';
import { shownAt } from './shown';

const long = process.env.RYZANSTEIN_TEST === 'long';
const perLanguage = Number(process.env.RYZANSTEIN_PLACES ?? (long ? 600 : 30));
const maxLines = 12;
/** Of a statement that goes on where no rule looks, as with an operator in the next line. */
const mostFaults = 0.01;

/** A statement with a block: `truth` is what follows the opener at the end of a line, `closers` what may stand behind that. */
interface Statement {
  opener: string;
  prefix: string;
  truth: string;
  suffix: string;
  closers: string;
}

const closer = /^\s*(?:[)\]}]|(?:end|fi|done|esac)\b)/;
const handler = /^\s*(?:except|finally)\b/;
/** What stands in the column of a block that it is within. */
const middle =
  /^\s*(?:case|default|else|elif|elseif|elsif|ensure|private|protected|public|rescue|when)\b[^;]*$/;

/** The one that begins with a line; undefined where its block has no end of its own, a blank line, or too many lines. */
function statementAt(
  { text, languageId }: Code,
  lines: readonly string[],
  first: number,
  regionAt: (offset: number) => Region,
): Statement | undefined {
  const opener = lines[first]!.trimEnd();
  const column = columnOf(opener);
  const isIndented = blockCloser(opener, languageId) === '';
  let last = first;
  for (let i = first + 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (i > first + maxLines) return undefined;
    if (isBlank(line) || columnOf(line) < column) break;
    const isBody = columnOf(line) > column;
    if (isIndented && !isBody && !handler.test(line)) break;
    if (isIndented) last = i;
    if (isBody || isIndented || middle.test(line)) continue;
    if (!closer.test(line)) return undefined;
    last = i;
    if (blockCloser(line.trimEnd(), languageId) === undefined) break;
  }
  if (last === first || blockCloser(lines[last]!.trimEnd(), languageId) !== undefined) return undefined;
  const start = lines.slice(0, first).join('\n').length + Number(first > 0);
  const at = start + opener.length;
  if (regionAt(at) !== 'code' && regionAt(at - 1) !== 'code') return undefined;
  const typing = new Typing(languageId);
  for (let i = start; i < at; i++) typing.type(text[i]!, text.slice(start, i), regionAt(i));
  const closers = typing.closers.slice(0, -1).toReversed().join('');
  // A body that is not indented more is taken to stand below.
  const below = lines.slice(last + 1).find((line) => !isBlank(line)) ?? '';
  if (columnOf(below) > column || !/^[)\]}]*$/.test(closers)) return undefined;
  const end = lines
    .slice(0, last + 1)
    .join('\n')
    .trimEnd().length;
  return {
    ...{ opener, prefix: text.slice(0, at), truth: text.slice(at, end), suffix: text.slice(end) },
    // Beside its own closer the block's may not be told from another one.
    closers: closers[0] === typing.closers.at(-1) ? '' : closers,
  };
}

/** Behind a whole condition, and behind a call that more is called on, another block begins. */
function isWholeAt({ opener, truth }: Statement, length: number): boolean {
  const rest = truth.slice(length);
  if (isBlank(rest)) return true;
  if (!truth.slice(0, length).includes('\n') || !/[)\]};,\w]$/.test(truth.slice(0, length))) return false;
  if (/^\s*(?:else|elif|elsif|elseif)\b/.test(rest)) return /^\W*(?:else|if|for|unless|while)\b/.test(opener);
  const line = rest.slice(0, rest.search(/\n|$/));
  return /^\s*(?:\/\/|#|--)/.test(line) || /^[.?:-].*[{([]$/.test(line.trimEnd());
}

describe("the end of a block's statement", () => {
  for (const behind of ['', "the editor's closers"])
    it(`is reached with ${behind || 'nothing'} behind the cursor`, async () => {
      const faults: string[] = [];
      let tried = 0;
      for (const [languageId, files] of codeUnder(codeFolders(long))) {
        const random = randomSource(13 + languageId.length);
        const syntax = await syntaxOf(languageId);
        const sound = await soundCode(languageId, files);
        const places = sound.flatMap(({ code, regionAt }) => {
          const lines = code.text.split('\n');
          return lines.flatMap((line, i) =>
            blockCloser(line.trimEnd(), languageId) === undefined ? [] : [{ code, regionAt, lines, i }],
          );
        });
        for (let n = 0, done = 0; done < perLanguage && places.length > 0 && n < 20 * perLanguage; n++) {
          const { code, regionAt, lines, i } = random.pick(places);
          const statement = statementAt(code, lines, i, regionAt);
          if (!statement) continue;
          const { prefix, truth, suffix } = statement;
          const closers = behind ? statement.closers : '';
          if (behind && closers === '') continue;
          done++;
          tried++;
          const after = closers + suffix;
          const shown = await shownAt(languageId, prefix, after, truth + suffix, maxLines);
          const { text } = shown;
          const isPart = truth.startsWith(text) && isWholeAt(statement, text.trimEnd().length);
          const isTaken = closers !== '' && truth.startsWith(text + closers[0]!);
          const isSound = isTaken || !syntax || syntax.errors(prefix + text + after) === 0;
          if (text !== '' && (isPart || isTaken) && isSound) continue;
          const fault = text === '' ? `hidden as ${shown.hidden}` : isSound ? 'cut within' : 'unsound';
          faults.push(
            `${languageId}: ${fault} (${shown.reason}): ${JSON.stringify([statement.opener + '‸' + closers, truth, text])} ${code.path}:${i + 1}`,
          );
        }
      }
      console.log(`${faults.length} of ${tried} are not whole`);
      console.log([...new Set(faults)].slice(0, 8).join('\n'));
      if (process.env.RYZANSTEIN_ORACLE)
        fs.appendFileSync(process.env.RYZANSTEIN_ORACLE, faults.join('\n') + '\n');
      assert.ok(tried > 50, String(tried));
      assert.ok(faults.length <= mostFaults * tried, `${faults.length} of ${tried} are not whole`);
    }).timeout(1_200_000);
});
