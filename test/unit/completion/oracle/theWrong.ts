// The adversary: what is wrong in a known way is not shown so that it breaks the code.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { Lexer } from '../../../../src/language/lexer';
import { syntaxOf } from '../../../../src/completion/syntax';
import { randomSource } from '../../random';
import { type Attack, attackedAt, attacks, faultOf } from './adversary';
import { codeFolders, codeUnder, type ReadCode, soundCode } from './code';
import { drawSpot } from './places';
import { shownAt } from './shown';

const long = process.env.RYZANSTEIN_TEST === 'long';
const perAttack = Number(process.env.RYZANSTEIN_PLACES ?? (long ? 100 : 6));
const mostFaults = 0.005;

interface Count {
  tried: number;
  shown: number;
  faults: string[];
}

async function attackLanguage(
  languageId: string,
  sound: ReadCode[],
  counts: Map<Attack, Count>,
): Promise<void> {
  const random = randomSource(7 + languageId.length * 31 + languageId.charCodeAt(0));
  const syntax = await syntaxOf(languageId);
  const straysIn = (text: string): number => new Lexer(languageId).read(text).strays.length;
  for (const attack of attacks) {
    const count = counts.get(attack)!;
    for (let n = 0, done = 0; done < perAttack && sound.length > 0 && n < perAttack * 60; n++) {
      const { code, regionAt } = random.pick(sound);
      const spot = drawSpot(code, regionAt, random);
      const attacked = spot && attackedAt(spot, attack, regionAt, random);
      if (!attacked) continue;
      done++;
      const { output, ending } = attacked;
      const shown = await shownAt(languageId, spot.prefix, spot.suffix, output, 12, ending);
      count.tried++;
      count.shown += Number(shown.text !== '');
      const fault = faultOf(
        spot,
        attack,
        attacked,
        shown,
        syntax && attack !== 'cut' ? (text) => syntax.errors(text) : straysIn,
      );
      const marked = `${spot.prefix.slice(-80)}‸${spot.suffix.slice(0, 40)}`;
      if (fault)
        count.faults.push(
          `${languageId}, ${attack}: ${fault}: ${JSON.stringify([marked, output.slice(0, 120), shown.text])}`,
        );
    }
  }
}

describe('what is wrong', () => {
  it('is not shown so that it breaks the code', async () => {
    const counts = new Map<Attack, Count>(
      attacks.map((attack) => [attack, { tried: 0, shown: 0, faults: [] }]),
    );
    for (const [languageId, files] of codeUnder(codeFolders(long)))
      await attackLanguage(languageId, await soundCode(languageId, files), counts);
    for (const [attack, { tried, shown, faults }] of counts)
      console.log(`${attack.padEnd(14)} ${tried} outputs, ${shown} shown, ${faults.length} break the code`);
    const all = [...counts.values()];
    const faults = all.flatMap((count) => count.faults);
    const tried = all.reduce((sum, count) => sum + count.tried, 0);
    console.log(faults.slice(0, 20).join('\n'));
    if (process.env.RYZANSTEIN_ORACLE) fs.appendFileSync(process.env.RYZANSTEIN_ORACLE, faults.join('\n'));
    // The places change with every file of ours, and a few hundred of them may have more faults by chance.
    const most = mostFaults * tried + 2 * Math.sqrt(mostFaults * tried);
    assert.ok(faults.length <= most, `${faults.length} of ${tried} break the code`);
  }).timeout(1_200_000);

  it('does not end a word a second time', async () => {
    const faults: string[] = [];
    let tried = 0;
    for (const [languageId, files] of codeUnder(codeFolders(long))) {
      const random = randomSource(11 + languageId.length);
      for (let n = 0; n < 10 * perAttack; n++) {
        const { text } = random.pick(files);
        const at = 1 + random.below(text.length - 1);
        const [prefix, suffix] = [text.slice(0, at), text.slice(at)];
        const ending = /^\w+/.exec(suffix)?.[0];
        if (!ending || !/\w$/.test(prefix)) continue;
        // What follows where the document has that ending elsewhere.
        const other = text.indexOf(ending, random.below(text.length));
        const output = text.slice(other, text.indexOf('\n', other));
        if (other < 0 || !/\W/.test(output) || suffix.startsWith(output)) continue;
        tried++;
        const { text: shown } = await shownAt(languageId, prefix, suffix, output);
        const begun = /\w*$/.exec(prefix)![0];
        const isAgain = /^\w*/.exec(shown)![0] === ending && shown !== ending;
        const leadsToRest = output.startsWith(shown + ending) || /\w*$/.exec(shown)![0] === begun;
        if (isAgain && !leadsToRest)
          faults.push(`${languageId}: ${prefix.slice(-40)}‸${suffix.slice(0, 20)}: ${shown}`);
      }
    }
    assert.ok(tried > 100, String(tried));
    assert.deepEqual(faults, []);
  }).timeout(600_000);
});
