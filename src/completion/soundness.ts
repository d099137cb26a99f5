// Judges by the grammar whether a completion adds errors to the code around it, however it may go on from there.

import { languageAt } from '../language/languages';
import type { Opened } from './opened';
import { isBlank, isClosers, type Site } from './site';
import type { Syntax } from './syntax';

/** Characters of a line that are parsed with each reading of it; of a longer one the parser would take seconds. */
const mostLine = 4000;

/**
 * The completion adds errors to the code, whatever follows it. That is told where the place is sound without
 * its line, or as it stands with what may be wanted there. Where it is not, it is looked at without what stands below as
 * well, and both have to agree: of several errors it is chance how many the parser tells. What takes too long to parse is
 * not judged; if a sound place is found and then no reading in time, the completion adds errors.
 */
export function addsErrors(site: Site, opened: Opened, text: string, syntax: Syntax): boolean {
  if (site.lineBefore.length + site.lineAfter.length > mostLine) return false;
  const { added, isSure } = errorsAdded(site, opened, text, syntax);
  if (!added || isSure) return added;
  const alone = errorsAdded({ ...site, after: site.lineAfter }, opened, text, syntax);
  return alone.added && alone.isSure;
}

function errorsAdded(
  site: Site,
  opened: Opened,
  text: string,
  syntax: Syntax,
): { added: boolean; isSure: boolean } {
  return syntax.near(site, (errorsWith) => {
    const least = (lines: Iterable<string>, enough = 0): number => {
      let found = Infinity;
      for (const line of lines) if ((found = Math.min(found, errorsWith(line))) <= enough) break;
      return found;
    };
    const [asItStands] = readings(site, opened, text, '');
    const plain = errorsWith(asItStands!);
    const place = plain > 0 ? least(standIns(site, '')) : 0;
    const errors = plain <= place ? plain : least(readings(site, opened, text, ''), place);
    if (errors <= place) return { added: false, isSure: true };
    if (place === 0 || errorsWith('') === 0) return { added: true, isSure: true };
    // What is open above may be closed nowhere yet.
    const { above } = opened.owedAfter('');
    const isSure = above !== '' && least(standIns(site, above)) === 0;
    const added = !isSure || least(readings(site, opened, text, opened.owedAfter(text).above)) > 0;
    return { added, isSure };
  });
}

/** The line as it stands, and with what may be wanted in it. */
function standIns(site: Site, ends: string): string[] {
  const { lineBefore, lineAfter } = site;
  const { fillers, headers } = endingsOf(site);
  return ['', ...fillers, ...headers].map((filler) => lineBefore + filler + lineAfter + ends);
}

/**
 * The lines that a completion may be the beginning of, for it need not be the end of what is being written: a value, a
 * body, the other half of a `try` or a `do`, what a decorator stands before may follow; and what closes all that it owes,
 * or also what is owed before it. `ends` closes what is open above.
 */
function* readings(site: Site, opened: Opened, text: string, ends: string): Generator<string> {
  const { lineBefore, lineAfter } = site;
  const line = lineBefore + text;
  const rest = lineAfter + ends;
  yield line + rest;
  const { own, all } = opened.owedAfter(text);
  // An element of a list that goes on below.
  if (own !== '') yield line + own + ',' + rest;
  const indent = '\n' + /^\s*/.exec(line.slice(line.lastIndexOf('\n') + 1))![0];
  const { wanted, bodies: known, both = [], headers, blockEnd } = endingsOf(site);
  const closing = blockEnd?.(line);
  const bodies = closing === undefined ? known : [closing, ...known];
  // Of a conditional's two values the first one may stand in a bracket of its own.
  const half = own.replace(/^[)\]}]/, '$& : x');
  const ways = bodies.flatMap((body) => wanted.map((want) => [want, body] as const));
  for (const closers of new Set([own, all, '', half]))
    for (const [want, body] of [...ways, ...both])
      yield line + want.replaceAll('\n', indent) + closers + body.replaceAll('\n', indent) + rest;
  for (const header of headers) yield line + own + indent + header + rest;
  if (isBlank(lineAfter) || !isClosers(lineAfter)) return;
  // What is wanted behind a closer may stand before the next one, as a function's body does.
  for (let end = lineAfter.trimEnd().length; end > 0; end--)
    for (const behind of [';', ',', ' {}', ' => x', ': x', ' x'])
      yield line + lineAfter.slice(0, end) + behind + lineAfter.slice(end) + ends;
}

/**
 * What may be wanted before the closers, and behind them; what makes an unfinished place sound; and what may begin a body
 * that stands below.
 */
interface Endings {
  wanted: string[];
  bodies: string[];
  /** What may be wanted before the closers together with what may be behind them, where few go together. */
  both?: (readonly [want: string, body: string])[];
  fillers: string[];
  headers: string[];
  /** What closes the block that a line opens, where each has a word of its own. */
  blockEnd?: (line: string) => string | undefined;
}

/** What closes the conditions of a preprocessor, and C#'s regions, that lines open and leave open. */
function directivesEnd(lines: string): string | undefined {
  const open: string[] = [];
  for (const [, opener, region] of lines.matchAll(
    /^[ \t]*#[ \t]*(?:(if|ifdef|ifndef|region)\b|end(if|region)\b)/gm,
  )) {
    if (opener !== undefined) open.push(opener === 'region' ? '\n#endregion' : '\n#endif');
    else if (region !== undefined) open.pop();
  }
  return open.length > 0 ? open.reverse().join('') : undefined;
}

const endings: Record<string, Endings> = {
  brace: {
    wanted: ['', ' x', ' x : x', ' : x', ': x'],
    bodies: ['', ';', ' {}', ' {', ' x;', ': x', ' finally {}', '>'],
    both: [
      ...[' while (x);', ' {} while (x);', ' catch (x) {}', '\nclass x {}', ' x() {}', ' {};', ' x {};'].map(
        (body) => ['', body] as const,
      ),
      ...[' ""', ' from ""'].map((body) => ['', body] as const),
      // The rest of a loop's head; the head of a statement with a type in braces; types of types.
      [' x; x', ' {}'],
      ...['', ' {}'].map((body) => ['}{', body] as const),
      ...['', ' x', ' x;', ' {}', ' x() {}', '() {}'].map((body) => ['x>', body] as const),
      ...[' x;', ' x() {}', '() {}'].map((body) => ['x>>', body] as const),
    ],
    fillers: ['x', 'x;', ' {}'],
    headers: ['{', 'x() {', 'void x() {', 'fn x() {', 'func x() {', 'function x() {'],
    blockEnd: directivesEnd,
  },
  python: {
    wanted: ['', ' x', ': x', '\n x'],
    bodies: ['', ':', ': x', '\nfinally: x', '\ndef x(): x', ' else x'],
    fillers: ['x', ': x', 'x in x', 'x in x: x'],
    headers: ['def x():'],
  },
  bash: {
    wanted: ['', ' x', '\nx'],
    bodies: [
      ...['', '\nfi', '\ndone', '\nesac', '\n}', '; then x\nfi', '; do x\ndone'],
      ...[' ;;\nesac', ' in\nesac', ' {\nx\n}', '; then', '; do', ' {'],
    ],
    fillers: ['x'],
    headers: ['x() {', 'if x; then', 'for x in x; do'],
  },
  ruby: {
    wanted: ['', ' x', '\nx'],
    bodies: ['', '\nend', '\nx\nend', ' do\nend'],
    fillers: ['x', '\nend'],
    headers: ['def x'],
  },
  php: {
    wanted: ['', ' x', ' $x', ' : x'],
    bodies: ['', ';', ' {}', ' {', ' x;', ' finally {}'],
    both: [
      ['', ' while ($x);'],
      ['', '\nfunction x() {}'],
      [' $x; $x', ' {}'],
    ],
    fillers: ['x;', ' {}'],
    headers: ['{', 'function x() {'],
    blockEnd: (line) => {
      const found = /.*\b(if|else|for|foreach|while|switch|declare)\b[^{}]*:\s*(\?>\s*)?$/s.exec(line);
      if (!found) return undefined;
      const end = `end${found[1]!.replace('else', 'if')};`;
      return found[2] === undefined ? `\n${end}` : `<?php ${end} ?>`;
    },
  },
  powershell: {
    wanted: ['', ' x', ' $x'],
    bodies: ['', ' {}', ' {', ' finally {}'],
    both: ['\nx', '\nparam()', '\n$x', ' while ($x)', '\n#>\nx'].map((body) => ['', body]),
    fillers: ['x', ' {}'],
    headers: ['if (x) {', 'function x {'],
  },
  css: {
    wanted: ['', ' x', ': x'],
    bodies: ['', ';', ' {}', ' {', ';}'],
    fillers: ['x', 'x: x;'],
    headers: ['x {'],
  },
};

function endingsOf({ languageId }: Site): Endings {
  return endings[languageAt(languageId).grammar ?? ''] ?? endings.brace!;
}
