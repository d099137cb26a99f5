// The oracle: where a model writes what is true, it is shown, whole or cut at a line, and not damaged.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syntaxOf } from '../../../../src/completion/syntax';
import { mean } from '../../../../src/statistics';
import { randomSource } from '../../random';
import { codeFolders, codeUnder, type ReadCode, soundCode } from './code';
import { drawSpot, type Spot } from './places';
import { type Shown, shownAt } from './shown';
import { type Outcome, outcomeOf } from './truth';

const long = process.env.RYZANSTEIN_TEST === 'long';
const perLanguage = Number(process.env.RYZANSTEIN_PLACES ?? (long ? 800 : 40));
/**
 * What no filter can tell: whether a statement is meant twice where the document has it once, and whether a quote or a
 * bracket is the one behind the cursor or another one of the text. What has the replacement character is rightly hidden.
 */
const mostDamaged = 0.002;

interface Tried {
  spot: Spot;
  shown: Shown;
  outcome: Outcome;
}

async function tried(languageId: string, sound: ReadCode[]): Promise<Tried[]> {
  const random = randomSource(languageId.length * 31 + languageId.charCodeAt(0));
  const syntax = await syntaxOf(languageId);
  const found: Tried[] = [];
  for (let n = 0; found.length < perLanguage && sound.length > 0 && n < perLanguage * 30; n++) {
    const { code, regionAt } = random.pick(sound);
    const spot = drawSpot(code, regionAt, random);
    if (!spot) continue;
    const shown = await shownAt(languageId, spot.prefix, spot.suffix, spot.output);
    found.push({ spot, shown, outcome: outcomeOf(spot, shown, syntax) });
  }
  return found;
}

function row(languageId: string, all: Tried[]): string {
  const share = (name: string): string => {
    const count = all.filter(({ outcome }) => outcome.startsWith(name)).length;
    return `${name} ${((100 * count) / all.length).toFixed(1)}%`;
  };
  const shown = mean(all.map(({ shown: { text } }) => text.length)).toFixed(1);
  const parts = [`${all.length} places`, ...['whole', 'cut', 'nothing', 'damaged'].map(share)];
  return `${languageId.padEnd(16)} ${parts.join(', ')}, ${shown} characters shown`;
}

/** Each place as a line of the file that is asked for, to compare two states of the code by. */
function report(all: Tried[]): void {
  const file = process.env.RYZANSTEIN_ORACLE;
  if (!file) return;
  const lines = all.map(
    ({ spot: { code, kind, prefix, suffix, wanted, truth, output, closers }, shown, outcome }, i) =>
      JSON.stringify({
        ...{
          id: `${code.languageId}:${i}`,
          file: code.path,
          kind,
          outcome,
          ...shown,
          wanted,
          closers,
          exact: output === truth,
          out: output.slice(0, 400),
        },
        ...{ before: prefix.slice(-160), after: suffix.slice(0, 80) },
      }),
  );
  fs.appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
}

describe('the truth', () => {
  it('is shown, whole or cut at a line', async () => {
    const rows: string[] = [];
    const damaged: string[] = [];
    let places = 0;
    for (const [languageId, files] of codeUnder(codeFolders(long))) {
      const all = await tried(languageId, await soundCode(languageId, files));
      if (all.length === 0) continue;
      report(all);
      places += all.length;
      rows.push(row(languageId, all));
      for (const { outcome, spot, shown } of all.filter((one) => one.outcome.startsWith('damaged'))) {
        const marked = `${spot.prefix.slice(-60)}‸${spot.suffix.slice(0, 30)}`;
        damaged.push(
          `${languageId}: ${outcome}: ${JSON.stringify([marked, spot.wanted.slice(0, 60), shown.text.slice(0, 60)])}`,
        );
      }
    }
    console.log(rows.join('\n'));
    console.log(`${damaged.length} of ${places} are damaged\n${damaged.join('\n')}`);
    assert.ok(rows.length >= 15, `only ${rows.length} languages`);
    // One standard deviation more is left to chance: other places are drawn whenever our own files change.
    const most = mostDamaged * places + Math.sqrt(mostDamaged * places);
    assert.ok(damaged.length <= most, `${damaged.length} of ${places} are damaged`);
  }).timeout(1_200_000);
});
