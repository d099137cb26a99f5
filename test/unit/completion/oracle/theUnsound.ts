// The grammar where the code around a place is broken already: what is true is not hidden, and much of what is wrong is.

import assert from 'node:assert/strict';
import { syntaxOf } from '../../../../src/completion/syntax';
import { type RandomSource, randomSource } from '../../random';
import { codeFolders, codeUnder, soundCode } from './code';
import { drawSpot } from './places';
import { shownAt } from './shown';

const long = process.env.RYZANSTEIN_TEST === 'long';
const perLanguage = Number(process.env.RYZANSTEIN_PLACES ?? (long ? 300 : 20));
/** Behind a closer that is missing, what was true may be wrong. */
const mostHidden = 0.01;
const leastHidden = 0.25;

/** A text without one of its marks, or with one more. */
function broken(text: string, random: RandomSource): string {
  const marks = [...text.matchAll(/[()[\]{};,=:]|\b(?:if|for|return|def|end|do|then|in)\b/g)];
  if (marks.length === 0) return text;
  const { index, 0: mark } = random.pick(marks);
  const [start, end] = random.below(2) === 0 ? [index, index + mark.length] : [index, index];
  const more = start === end ? random.pick([')', '(', '}', '=', '"', 'x y ']) : '';
  return text.slice(0, start) + more + text.slice(end);
}

/** A text with what fits nowhere in a line of it. */
function garbled(text: string, random: RandomSource): string {
  const at = random.below(text.search(/\n|$/) + 1);
  return (
    text.slice(0, at) + random.pick([' x y ', ' = = ', ', , ', '..', ' + * ', ' for in ']) + text.slice(at)
  );
}

describe('the grammar at unsound places', () => {
  it('hides much of what does not fit and next to nothing that does', async () => {
    const count = { true: 0, trueHidden: 0, wrong: 0, wrongHidden: 0 };
    for (const [languageId, files] of codeUnder(codeFolders(long))) {
      const syntax = await syntaxOf(languageId);
      const sound = syntax ? await soundCode(languageId, files) : [];
      const random = randomSource(3 + languageId.length);
      for (let n = 0, places = 0; places < perLanguage && sound.length > 0 && n < perLanguage * 30; n++) {
        const { code, regionAt } = random.pick(sound);
        const spot = drawSpot(code, regionAt, random);
        if (!spot || spot.kind === 'middle') continue;
        places++;
        const { prefix, suffix, output, wanted, truth, closers } = spot;
        const lineStart = prefix.lastIndexOf('\n') + 1;
        const above = Math.max(0, lineStart - 600);
        const below = suffix.indexOf('\n') + 1;
        const before = random.below(2)
          ? prefix.slice(0, above) + broken(prefix.slice(above, lineStart), random) + prefix.slice(lineStart)
          : prefix;
        const after =
          before === prefix && below > 0
            ? suffix.slice(0, below) +
              broken(suffix.slice(below, below + 400), random) +
              suffix.slice(below + 400)
            : suffix;
        count.true++;
        count.trueHidden += Number((await shownAt(languageId, before, after, output)).hidden === 'syntax');
        const wrong = garbled(wanted, random);
        const rest = truth.slice(wanted.length) + suffix.slice(closers.length);
        if (syntax!.errors(prefix + wrong + rest) <= syntax!.errors(prefix + wanted + rest)) continue;
        count.wrong++;
        count.wrongHidden += Number((await shownAt(languageId, before, after, `${wrong}\n`)).text === '');
      }
    }
    console.log(
      `${count.trueHidden} of ${count.true} true texts hidden, ${count.wrongHidden} of ${count.wrong} wrong ones`,
    );
    assert.ok(count.trueHidden <= mostHidden * count.true, JSON.stringify(count));
    assert.ok(count.wrongHidden >= leastHidden * count.wrong, JSON.stringify(count));
  }).timeout(1_200_000);
});
