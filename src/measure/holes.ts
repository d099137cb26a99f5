// Punches holes into source files: places whose missing text is known, drawn by seed, to score completions with.

import { withoutSecretsAround } from '../editing/secretValues';
import type { RelatedText } from '../protocol';
import { languageAt } from '../language/languages';
import type { SourceFile } from './sourceFiles';
import { columnOf, isBlank, withLineFeeds } from '../completion/site';

/**
 * `rest` is the rest of a line, `line` a whole one behind its indentation, `block` a body behind the line that opens
 * it; `comment` and `string` are rests of lines that begin inside one.
 */
type HoleKind = 'rest' | 'line' | 'block' | 'comment' | 'string';

/**
 * `expected` is what stood between prefix and suffix; a block begins with the line end behind its opener. `source` is
 * the repository or package that `path` belongs to, where there are several; `related` the code of its other files that
 * may help, absent where none was looked for.
 */
export interface Hole {
  source?: string;
  path: string;
  language: string;
  kind: string;
  prefix: string;
  suffix: string;
  expected: string;
  related?: RelatedText[];
}

const texts = ['path', 'language', 'kind', 'prefix', 'suffix', 'expected'] as const;

/** The holes that a JSON document lists. Throws an Error that names `file` and what is missing. */
export function listedHoles(list: object, file: string): Hole[] {
  const { holes } = list as { holes?: unknown };
  if (!Array.isArray(holes) || holes.length === 0) throw new Error(`${file} lists no holes.`);
  for (const [i, hole] of (holes as (Partial<Record<string, unknown>> | null)[]).entries()) {
    const missing = texts.find((name) => typeof hole?.[name] !== 'string');
    if (missing) throw new Error(`Hole ${i + 1} of ${file} has no text "${missing}".`);
  }
  return holes as Hole[];
}

/** The holes for others to read: no line around one holds a secret, and those are left out that stand in such a line. */
export function holesToShow(holes: Hole[]): Hole[] {
  return holes.flatMap((hole) => {
    const { prefix, suffix, expected, language: languageId } = hole;
    const shown = withoutSecretsAround({ prefix, suffix, languageId }, [expected], []);
    const isWhole =
      shown.answers[0] === expected &&
      lastLine(shown.prefix) === lastLine(prefix) &&
      firstLine(shown.suffix) === firstLine(suffix);
    return isWhole ? [{ ...hole, prefix: shown.prefix, suffix: shown.suffix }] : [];
  });
}

const firstLine = (text: string): string => /^.*/.exec(text)![0];
const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1);

/** Shares of holes in code; where the drawn place gives none of a kind, another place is drawn. */
const kindShares: [HoleKind, number][] = [
  ['rest', 0.6],
  ['line', 0.2],
  ['block', 0.2],
];
/** Characters of an answer that are neither space nor closing punctuation. */
const leastOpen = 4;
const mostBlockLines = 12;
const triesPerHole = 50;

/**
 * Up to `count` holes at places drawn uniformly over all characters that are no space, at most one in a line. Equal
 * files and seeds give equal holes.
 */
export function punchHoles(files: SourceFile[], count: number, seed: number): Hole[] {
  const random = uniform(seed);
  const texts = files.map((file) => ({ ...file, text: withLineFeeds(file.text) }));
  const ends: number[] = [];
  for (const { text } of texts) ends.push((ends.at(-1) ?? 0) + text.replace(/\s/g, '').length);
  const total = ends.at(-1) ?? 0;
  const regions = new Map<SourceFile, Region[]>();
  const taken = new Set<string>();
  const holes: Hole[] = [];
  for (let tries = 0; holes.length < count && total > 0 && tries < count * triesPerHole; tries++) {
    const drawn = Math.floor(random() * total);
    const index = ends.findIndex((end) => drawn < end);
    const file = texts[index]!;
    const place = placeOf(file.text, drawn - (ends[index - 1] ?? 0));
    if (!regions.has(file)) regions.set(file, regionsOf(file));
    const kind = kindAt(regions.get(file)!, place) ?? drawKind(random());
    const hole = holeAt(file, place, kind);
    const line = `${index}:${hole?.prefix.split('\n').length}`;
    if (!hole || taken.has(line)) continue;
    taken.add(line);
    holes.push(hole);
  }
  return holes;
}

/** Mulberry32: the same numbers in 0..1 for the same seed. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The position of the `n`th character that is no space. */
function placeOf(text: string, n: number): number {
  for (let i = 0, seen = 0; i < text.length; i++) {
    if (!/\s/.test(text[i]!) && seen++ === n) return i;
  }
  return text.length;
}

function drawKind(share: number): HoleKind {
  let sum = 0;
  return kindShares.find(([, part]) => share < (sum += part))?.[0] ?? 'rest';
}

interface Region {
  start: number;
  end: number;
  kind: 'comment' | 'string';
}

const triple = `"""[\\s\\S]*?"""|'''[\\s\\S]*?'''`;
const quoted = `"(?:[^"\\\\\\n]|\\\\.)*"`;
const single = `'(?:[^'\\\\\\n]|\\\\.)*'`;
/** A quote that holds one character, as in Rust, where `'a` may also be a lifetime. */
const character = `'(?:[^'\\\\\\n]|\\\\[^'\\n]+)'`;
const slashes = `//[^\\n]*|/\\*[\\s\\S]*?\\*/`;
const template = '`(?:[^`\\\\]|\\\\[\\s\\S])*`';
const regions = {
  hash: new RegExp(`#[^\\n]*|${triple}|${quoted}|${single}`, 'g'),
  script: new RegExp(`${slashes}|${quoted}|${single}|${template}`, 'g'),
  slash: new RegExp(`${slashes}|${quoted}|${character}`, 'g'),
};

/** Comments and strings, as far as they can be told without a grammar. A string of several lines counts as a comment. */
function regionsOf(file: SourceFile): Region[] {
  const { lineComments, quotes } = languageAt(file.languageId);
  const others = quotes.character === undefined ? regions.script : regions.slash;
  const found = file.text.matchAll(lineComments.includes('#') ? regions.hash : others);
  return [...found].map((match) => {
    const isString = /^["'`]/.test(match[0]) && !/^("""|''')[\s\S]*\n/.test(match[0]);
    // The quote itself is code: what begins with it is a string that is still to be written.
    const start = match.index + (isString ? 1 : 0);
    return { start, end: match.index + match[0].length, kind: isString ? 'string' : 'comment' };
  });
}

function kindAt(found: Region[], place: number): HoleKind | undefined {
  return found.find(({ start, end }) => start <= place && place < end)?.kind;
}

function holeAt(file: SourceFile, place: number, kind: HoleKind): Hole | undefined {
  const { text } = file;
  const lineStart = text.lastIndexOf('\n', place - 1) + 1;
  const lineEnd = endOfLine(text, place);
  const line = text.slice(lineStart, lineEnd);
  if (kind === 'block') return blockHole(file, lineStart);
  const start = kind === 'line' ? lineStart + (line.length - line.trimStart().length) : place;
  return cut(file, kind, start, lineStart + line.trimEnd().length);
}

/** The body of the nearest block that is opened on the line at `lineStart` or above it. */
function blockHole(file: SourceFile, lineStart: number): Hole | undefined {
  const { text } = file;
  for (let start = lineStart; start >= 0; start = text.lastIndexOf('\n', start - 2) + 1) {
    const opener = text.slice(start, endOfLine(text, start));
    if (/[{:]\s*$/.test(opener)) {
      const bodyEnd = endOfBody(text, endOfLine(text, start), columnOf(opener));
      return bodyEnd === undefined ? undefined : cut(file, 'block', start + opener.trimEnd().length, bodyEnd);
    }
    // Behind an empty first line, too, nothing stands above.
    if (start < 2) break;
  }
  return undefined;
}

/** Where the lines that are indented deeper than `column` end, undefined where there are none or too many. */
function endOfBody(text: string, openerEnd: number, column: number): number | undefined {
  let bodyEnd: number | undefined;
  let lines = 0;
  for (let start = openerEnd + 1; start < text.length; start = endOfLine(text, start) + 1) {
    const line = text.slice(start, endOfLine(text, start));
    if (isBlank(line)) continue;
    if (columnOf(line) <= column) return bodyEnd;
    if (++lines > mostBlockLines) return undefined;
    bodyEnd = start + line.trimEnd().length;
  }
  return bodyEnd;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function cut(file: SourceFile, kind: HoleKind, start: number, end: number): Hole | undefined {
  const expected = file.text.slice(start, end);
  if (expected.replace(/[\s)\]};,]/g, '').length < leastOpen) return undefined;
  const { source, path, languageId: language, text } = file;
  return {
    ...(source === undefined ? {} : { source }),
    path,
    language,
    kind,
    prefix: text.slice(0, start),
    suffix: text.slice(end),
    expected,
  };
}
