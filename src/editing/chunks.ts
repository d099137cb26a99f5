// The chunks of a text, and how much each is like another text: by the identifiers that both have.

import { type Language, languageAt } from '../language/languages';

/** A stretch of a file, from line `start` on; `words` are the identifiers in it. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly words: ReadonlySet<string>;
}

/** The chunks of a text, and for each word the numbers of those that have it. */
export interface Chunks {
  readonly text: string;
  readonly all: readonly Chunk[];
  readonly having: ReadonlyMap<string, readonly number[]>;
}

const chunkCharacters = 900;
/** A chunk begins where a paragraph does, or after this many lines. */
const shortestStep = 6;
const longestStep = 16;

/** Words that say nothing of what a text is about. */
const common = new Set(
  `and any as async await bool boolean break case catch char class const continue def default del do elif else enum
  export extends false final finally float fn for from func function get global if impl implements import in include
  int interface is lambda let long match mod mut namespace new nil none not null number object or override package
  pass private protected pub public raise readonly return self set static str string struct super switch template
  this throw throws true try type typedef typeof undefined unsigned use using var void while with yield`.split(
    /\s+/,
  ),
);

/** Overlapping chunks of whole lines, from the head on. */
export function chunksIn(text: string, languageId: string): Chunks {
  const lines = linesOf(text);
  const words = lines.map((line) => [...wordsOf(line)]);
  const all: Chunk[] = [];
  const having = new Map<string, number[]>();
  for (const start of startsIn(lines, bodyStart(text, languageAt(languageId)))) {
    let end = start;
    for (let size = 0; end < lines.length && size + lines[end]!.length < chunkCharacters; end++)
      size += lines[end]!.length + 1;
    const chunk = {
      ...{ start, end, text: lines.slice(start, end).join('\n').trimEnd() },
      words: new Set(words.slice(start, end).flat()),
    };
    if (chunk.text === '') continue;
    for (const word of chunk.words) {
      const numbers = having.get(word);
      if (numbers) numbers.push(all.length);
      else having.set(word, [all.length]);
    }
    all.push(chunk);
  }
  return { text, all, having };
}

/** The lines from `first` on where a chunk begins. */
function startsIn(lines: string[], first: number): number[] {
  const starts: number[] = [];
  let last = -Infinity;
  let lastParagraph = -Infinity;
  for (let line = first; line < lines.length; line++) {
    if (lines[line]!.trim() === '') continue;
    const isParagraph = line === 0 || lines[line - 1]!.trim() === '';
    if (isParagraph ? line - lastParagraph < shortestStep : line - last < longestStep) continue;
    last = line;
    if (isParagraph) lastParagraph = line;
    starts.push(line);
  }
  return starts;
}

export function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}

/** The line behind a leading comment on the licence; the first one where there is none. */
function bodyStart(text: string, { lineComments, blockComments }: Language): number {
  const lines = lineComments.map((mark) => `(?:${literal(mark)}.*(?:\\r?\\n|$))+`);
  const blocks = blockComments.map((marks) => marks.map(literal).join('[^]*?'));
  const leading =
    new RegExp(`^(?:#!.*\\r?\\n)?\\s*(?:${[...blocks, ...lines].join('|')})\\s*`).exec(text)?.[0] ?? '';
  return /licen[cs]e|copyright/i.test(leading) ? leading.split('\n').length - 1 : 0;
}

/** A pattern of what stands there. */
function literal(text: string): string {
  return text.replace(/[^\w\s]/g, '\\$&');
}

/** The chunk that is most like a text with the words `here`; of equal ones the first. */
export function likest(
  here: ReadonlySet<string>,
  { all, having }: Chunks,
  bonus: (chunk: Chunk) => number,
): Chunk | undefined {
  const shared = all.map(() => 0);
  for (const word of here) for (const number of having.get(word) ?? []) shared[number]!++;
  let best: Chunk | undefined;
  let highest = -1;
  for (const [number, chunk] of all.entries()) {
    const value = jaccard(here.size, chunk.words.size, shared[number]!) + bonus(chunk);
    if (value <= highest) continue;
    best = chunk;
    highest = value;
  }
  return best;
}

/** The share of the words of both that both have (Jaccard). */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  return jaccard(a.size, b.size, shared);
}

function jaccard(a: number, b: number, shared: number): number {
  return shared === 0 ? 0 : shared / (a + b - shared);
}

/** The identifiers in a text that say what it is about. */
export function wordsOf(text: string): Set<string> {
  return new Set(identifiersIn(text).map(({ word }) => word));
}

/** Where the last use of each identifier begins, the latest first. */
export function lastUses(text: string): number[] {
  const last = new Map<string, number>();
  for (const { word, at } of identifiersIn(text)) {
    last.delete(word);
    last.set(word, at);
  }
  return [...last.values()].reverse();
}

function identifiersIn(text: string): { word: string; at: number }[] {
  return [...text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]+/gu)]
    .map(({ 0: word, index: at }) => ({ word, at }))
    .filter(({ word }) => !common.has(word));
}
