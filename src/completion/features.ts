// What speaks for an answer: how sure the model was, what the line is made of, where it stands, and what the text has of its like.

import { mean, sum } from '../statistics';
import { boundedLogOdds } from './calibration';
import { columnOf, firstLine, type Site } from './site';

/** The natural log-probabilities of the tokens of an answer, of those of its first line, and of what ended that. */
export interface Surety {
  readonly all: readonly number[];
  readonly line: readonly number[];
  readonly end: number;
}

/** Of an answer's first line; `mostDistance` lines above is as good as nowhere. */
const mostDistance = 10_000;
const mostCopies = 20;
const mostContext = 200;
/** What an answer's line may end or begin with, told apart by its place here. */
const endings = ';,){:}]>"\'';
const beginnings = ' .(=,:[{"\'><);/*#-}]`@';

export type Features = ReturnType<typeof featuresOf>;

/** Features of `text`, of which the first line counts. */
export function featuresOf(site: Site, text: string, { all, line, end }: Surety) {
  const startsBelow = text.startsWith('\n');
  const first = firstLine(text.replace(/^\s*\n/, ''));
  const typed = startsBelow ? '' : site.lineBefore.trim();
  const whole = ((startsBelow ? '' : site.lineBefore) + first).trim();
  const names = first.match(/[\p{L}_]\w+/gu) ?? [];
  const isNew = (name: string): boolean => !site.before.includes(name) && !site.after.includes(name);
  return {
    sureness: boundedLogOdds(surenessOf(all)),
    whole: sum(all),
    sum: sum(line),
    mean: mean(line),
    least: Math.min(0, ...line),
    first: line[0] ?? 0,
    last: line.at(-1) ?? 0,
    end,
    tokens: line.length,
    characters: first.length,
    names: names.length,
    newNames: names.filter(isNew).length,
    digits: countOf(first, /\d+/g),
    quotes: countOf(first, /["'`]/g),
    opened: countOf(first, /[([{]/g) - countOf(first, /[)\]}]/g),
    ending: endings.indexOf(first.trimEnd().at(-1) ?? ''),
    start: beginnings.indexOf(first.trimStart().at(0) ?? ''),
    typed: typed.length,
    column: columnOf(site.lineBefore),
    behind: site.lineAfter.trim().length,
    above: site.before.length,
    below: site.after.length,
    ...likesOf(site, typed, whole),
    ...copiesOf(site, startsBelow ? '\n' + first : first),
  };
}

/**
 * 0..1: the geometric mean of how sure the model was on average and at its weakest token.
 * `logProbabilities` are natural logarithms; none gives 0.
 */
export function surenessOf(logProbabilities: readonly number[]): number {
  if (logProbabilities.length === 0) return 0;
  return Math.exp((mean(logProbabilities) + Math.min(...logProbabilities)) / 2);
}

function countOf(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

/**
 * Of the lines above the cursor's and below it: those equal to the answer's, and how far above the last of them is; and of
 * all that begin with what is typed, or where nothing is, of those that stand below such a line as it does, the equal ones.
 */
function likesOf({ before, after, lineBefore, lineAfter, lineAbove }: Site, typed: string, whole: string) {
  const above = before.slice(0, before.length - lineBefore.length);
  const below = after.slice(lineAfter.length);
  const [equal, last] = equalIn(above, whole);
  const previous = lineAbove.trim();
  const following = [above, below].flatMap((text) => linesBelow(text, previous));
  const alike = typed === '' ? following : [above, below].flatMap((text) => linesFrom(text, typed));
  const isWhole = (line: string): boolean => line === whole;
  const agreeing = alike.filter(isWhole).length;
  return {
    equal: equal + equalIn(below, whole)[0],
    distance: last < 0 ? mostDistance : above.slice(last).split('\n').length - 1,
    alike: alike.length,
    agreeing,
    agreement: alike.length === 0 ? -1 : agreeing / alike.length,
    following: following.length,
  };
}

/** How many lines are `line` but for their indentation, and where the last of them begins. */
function equalIn(text: string, line: string): [count: number, last: number] {
  const places = startsOf(text, line).filter((at) => lineAt(text, at) === line);
  return [places.length, places.at(-1) ?? -1];
}

function linesFrom(text: string, head: string): string[] {
  return startsOf(text, head).map((at) => lineAt(text, at));
}

/** What stands below lines that are `line` but for their indentation. */
function linesBelow(text: string, line: string): string[] {
  return startsOf(text, line).flatMap((at) => {
    const end = text.indexOf('\n', at);
    return end >= 0 && end + 1 < text.length && lineAt(text, at) === line ? [lineAt(text, end + 1)] : [];
  });
}

/** Where lines begin with `head`, behind their indentation. It is looked for, and lines are not parted: a text is long. */
function startsOf(text: string, head: string): number[] {
  const places: number[] = [];
  if (head === '') return places;
  for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, at + 1)) {
    let start = at;
    while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
    if (start === 0 || text[start - 1] === '\n') places.push(at);
  }
  return places;
}

function lineAt(text: string, at: number): string {
  const end = text.indexOf('\n', at);
  return text.slice(at, end < 0 ? undefined : end).trim();
}

/** How often the answer's line stands in the text before, and behind how many characters that are those before the cursor, at best. */
function copiesOf({ before }: Site, line: string) {
  let [copies, context] = [0, -1];
  for (let at = before.lastIndexOf(line); at >= 0 && copies < mostCopies; copies++) {
    let same = 0;
    while (same < mostContext && same < at && before[at - 1 - same] === before[before.length - 1 - same])
      same++;
    context = Math.max(context, same);
    at = at === 0 ? -1 : before.lastIndexOf(line, at - 1);
  }
  return { copies, context };
}
