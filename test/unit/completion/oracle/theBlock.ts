// Blocks that are cut off: of what a model writes that knows the code, no more is shown than up to where all is whole that it has opened.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Lexer } from '../../../../src/language/lexer';
import { isBlank } from '../../../../src/completion/site';
import { randomSource } from '../../random';
import { codeFolders, codeUnder, soundCode } from './code';
import { drawSpot } from './places';
import { shownAt } from './shown';

const long = process.env.RYZANSTEIN_TEST === 'long';
const perLanguage = Number(process.env.RYZANSTEIN_PLACES ?? (long ? 400 : 20));
/** Characters that are written at least before the model is stopped, and those that may be more. */
const [least, more] = [80, 180];
const mostFaults = 0.01;

/** Behind these a block stands below. */
const openers: Record<string, RegExp> = {
  python: /:$|^\s*@[\w.]+(?:\(.*\))?$/,
  shellscript: /(?:^|[\s;])(?:then|do|else|in)$/,
  lua: /\b(?:then|do|else|repeat|function\b[\w.: ]*\(.*\))$/,
  ruby: /^\s*(?:def|class|module|if|unless|while|begin|else)\b(?!.*\bend$)|\bdo(?: *\|[^|]*\|)?$/,
  elixir: /\bdo$/,
};

/** What is wrong with the end of what is shown: something is open there that it has opened. */
function openIn(languageId: string, prefix: string, text: string): string | undefined {
  const lexer = new Lexer(languageId).read(prefix + text);
  const inside = lexer.stack.findLast(({ weak, at }) => !weak && at >= prefix.length);
  if (inside && /^(?:bracket|string|comment|heredoc)$/.test(inside.kind)) return `in a ${inside.kind}`;
  const last = text.trimEnd().split('\n').at(-1)!;
  const code = inside?.kind === 'line' ? last.slice(0, inside.at - prefix.length - text.length) : last;
  if (openers[languageId]?.test(code.trimEnd())) return 'behind an opener';
  const tries = [...text.matchAll(/^([ \t]*)try:$/gm)];
  const isTried = tries.some(
    ({ 1: head, index }) => !new RegExp(`^${head}(?:except|finally)\\b`, 'm').test(text.slice(index)),
  );
  return languageId === 'python' && isTried ? 'in a try' : undefined;
}

describe('a block that is cut off', () => {
  for (const by of ['characters', 'lines'] as const)
    it(`is shown as far as it is whole, cut at the most ${by}`, async () => {
      const faults: string[] = [];
      let [tried, shownOf, written] = [0, 0, 0];
      for (const [languageId, files] of codeUnder(codeFolders(long))) {
        const random = randomSource(5 + languageId.length);
        const sound = await soundCode(languageId, files);
        for (let n = 0, done = 0; done < perLanguage && sound.length > 0 && n < 30 * perLanguage; n++) {
          const { code, regionAt } = random.pick(sound);
          const spot = drawSpot(code, regionAt, random);
          if (!spot?.wanted.trimEnd().includes('\n') || regionAt(spot.prefix.length) !== 'code') continue;
          const { prefix, suffix, wanted } = spot;
          const length = least + random.below(more);
          if (by === 'characters' && wanted.length <= length) continue;
          done++;
          const output = by === 'characters' ? wanted.slice(0, length) : spot.output;
          const ending = by === 'characters' ? 'maxTokens' : 'end';
          const maxLines = by === 'characters' ? 12 : 2 + random.below(5);
          const { text, reason } = await shownAt(languageId, prefix, suffix, output, maxLines, ending);
          if (reason !== 'maxTokens' && reason !== 'maxLines') continue;
          tried++;
          written += output.length;
          shownOf += text.length;
          // Where nothing else is whole, the first line is shown as it is.
          const isLine = !text.trim().includes('\n');
          const fault = isBlank(text) || isLine ? undefined : openIn(languageId, prefix, text);
          if (fault)
            faults.push(`${languageId}: ${fault}: ${JSON.stringify([prefix.slice(-60), text])} ${code.path}`);
        }
      }
      console.log(`${faults.length} of ${tried} are not whole; ${shownOf} of ${written} characters`);
      console.log(faults.slice(0, 12).join('\n'));
      if (process.env.RYZANSTEIN_ORACLE)
        fs.appendFileSync(process.env.RYZANSTEIN_ORACLE, faults.join('\n') + '\n');
      assert.ok(faults.length <= mostFaults * tried, `${faults.length} of ${tried} are not whole`);
    }).timeout(1_200_000);
});
