// What a model may get wrong, made from what is true: closers too many or of another kind, lines that stand below, the line once more, other indentation and columns, cuts, loops.

import { Lexer } from '../../../../src/language/lexer';
import { columnOf, isBlank } from '../../../../src/completion/site';
import { lexisOf } from '../../../../src/language/lexis';
import type { RandomSource } from '../../random';
import type { Region } from './editor';
import type { Spot } from './places';
import type { Shown } from './shown';

export const attacks = [
  'closer',
  'other closer',
  'line below',
  'other line',
  'indentation',
  'column',
  'cut',
  'loop',
] as const;
export type Attack = (typeof attacks)[number];

/** `from` is where the output stops being true, within code where a closer counts. */
export interface Attacked {
  output: string;
  ending: 'end' | 'maxTokens';
  from: number;
  /** What was put there. */
  wrong: string;
}

const closers = ')]}';

/** Undefined where a place gives nothing to get wrong in this way. */
export function attackedAt(
  spot: Spot,
  attack: Attack,
  regionAt: (offset: number) => Region,
  random: RandomSource,
): Attacked | undefined {
  const { wanted, prefix, output } = spot;
  const isCode = (i: number): boolean => regionAt(prefix.length + i) === 'code';
  const ending = 'end';
  switch (attack) {
    case 'closer': {
      const from = 1 + random.below(wanted.trimEnd().length);
      if (!isCode(from) || !isCode(from - 1)) return undefined;
      const wrong = random.pick([...closers]);
      return { output: output.slice(0, from) + wrong + output.slice(from), ending, from, wrong };
    }
    case 'other closer': {
      const places = [...wanted].flatMap((character, i) =>
        closers.includes(character) && isCode(i) ? [i] : [],
      );
      if (places.length === 0) return undefined;
      const from = random.pick(places);
      const wrong = random.pick([...closers].filter((closer) => closer !== wanted[from]));
      return { output: output.slice(0, from) + wrong + output.slice(from + 1), ending, from, wrong };
    }
    case 'line below': {
      const below = spot.suffix
        .slice(spot.closers.length)
        .split('\n')
        .find((line, i) => i > 0 && !isBlank(line));
      if (below === undefined || below.trim().length < 2 || spot.kind === 'middle') return undefined;
      const isAlone =
        spot.kind === 'fresh' && columnOf(below) === columnOf(prefix.slice(prefix.lastIndexOf('\n') + 1));
      const head = isAlone ? '' : wanted.trimEnd();
      const wrong = isAlone ? below.trimStart() : `\n${below}`;
      return { output: `${head}${wrong}\n`, ending, from: head.length, wrong };
    }
    case 'other line': {
      const rest = spot.suffix.split('\n')[0]!;
      const from = wanted.length;
      // Words are changed, so that the rest is not met.
      const wrong = rest.replace(/[\p{L}_][\p{L}\p{N}_]{2,}/gu, '$&_other');
      if (spot.kind !== 'middle' || wrong === rest || !isCode(0) || !isCode(from)) return undefined;
      const isToken = /^ ?(?:\(|(?:=|=>|:=|==|\{) ).*\w/.test(rest) && /[\w ]$/.test(wanted);
      if (!isToken || lexisOf(spot.code.languageId).base !== 'code') return undefined;
      return { output: `${wanted}${wrong}\n`, ending, from, wrong };
    }
    case 'indentation': {
      if (!wanted.trimEnd().includes('\n')) return undefined;
      const level = random.pick(['\t', '  ', '    ', '   ']);
      const own = prefix.includes('\n\t') ? /\t/g : prefix.includes('\n    ') ? / {4}/g : / {2}/g;
      const changed = output.replace(/\n[ \t]+/g, (head) => head.replace(own, level));
      return { output: changed, ending, from: 0, wrong: level };
    }
    case 'column': {
      if (spot.code.languageId !== 'python') return undefined;
      const places = [...wanted.matchAll(/(?<=[^:\\\s][ \t]*\n)(?=[ \t]*[^\s#])/g)].filter(
        ({ index }) => new Lexer('python').read(prefix + wanted.slice(0, index)).stack.length === 0,
      );
      const place = places[random.below(Math.max(1, places.length))];
      // Behind a comment a block may begin.
      if (!place || regionAt(prefix.length + place.index - 2) !== 'code') return undefined;
      const from = place.index;
      return { output: `${output.slice(0, from)} ${output.slice(from)}`, ending, from, wrong: ' ' };
    }
    case 'cut': {
      const from = 1 + random.below(wanted.length);
      return { output: output.slice(0, from), ending: random.pick(['end', 'maxTokens']), from, wrong: '' };
    }
    case 'loop': {
      const from = random.below(Math.min(wanted.length, 60));
      const unit = output.slice(from, from + 3 + random.below(40)).split('\n')[0]!;
      if (!/[\p{L}\p{N}]/u.test(unit) || unit.length < 3) return undefined;
      return {
        ...{ output: output.slice(0, from) + unit.repeat(Math.ceil(400 / unit.length)), ending: 'maxTokens' },
        ...{ from: from + 3 * unit.length, wrong: unit },
      };
    }
  }
}

/** What is wrong with what is shown all the same; undefined where nothing is. */
export function faultOf(
  spot: Spot,
  attack: Attack,
  { from, wrong }: Attacked,
  { text }: Shown,
  countsIn: (code: string) => number,
): string | undefined {
  if (isBlank(text)) return undefined;
  const { prefix, suffix, wanted, closers: behind, truth } = spot;
  const below = suffix.slice(behind.length);
  switch (attack) {
    case 'closer':
    case 'other closer':
    case 'cut': {
      if (attack !== 'cut' && wanted.startsWith(text.trimEnd())) return undefined;
      // What is cut off is unfinished, but closes nothing that it should not.
      if (attack === 'cut') return countsIn(prefix + text) > countsIn(prefix) ? 'unbalanced' : undefined;
      // The right text cut at the same line may be unfinished as well.
      const shown = text.trimEnd();
      const line = wanted.indexOf('\n', Math.min(wanted.length, shown.length));
      const right = prefix + wanted.slice(0, line < 0 ? undefined : line) + suffix;
      const most = Math.max(countsIn(right), countsIn(prefix + suffix), countsIn(prefix + truth + below));
      return countsIn(prefix + text + suffix) > most ? 'unbalanced' : undefined;
    }
    case 'line below': {
      const last = text.trimEnd().split('\n').at(-1)!;
      const line = wrong.trim();
      const isAgain = wrong.startsWith('\n')
        ? text.includes('\n') && last.trim() === line
        : text.trim() === line;
      if (!isAgain || wanted.trimEnd().endsWith(line)) return undefined;
      return wrong.startsWith('\n') && columnOf(last) !== columnOf(wrong.slice(1))
        ? undefined
        : 'repeated below';
    }
    case 'other line':
      return text.trimEnd().length > wanted.trimEnd().length ? 'the line twice' : undefined;
    case 'indentation': {
      const lines = text.split('\n').slice(1);
      const tabs = /^\t/m.test(prefix);
      const spaces = /^ {2}/m.test(prefix);
      if (tabs === spaces || /\n\t/.test(below) !== tabs || /\n {2}/.test(below) !== spaces) return undefined;
      if (tabs && lines.some((one) => /^ +\S/.test(one))) return 'spaces in a document of tabs';
      return spaces && lines.some((one) => /^ *\t/.test(one)) ? 'tabs in a document of spaces' : undefined;
    }
    case 'column':
      return text.length > from ? 'a column where no line can be' : undefined;
    case 'loop':
      return text.length > from + wrong.length ? 'a loop' : undefined;
  }
}
