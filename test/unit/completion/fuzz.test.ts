// Fuzzes stop and clean: random code, cursors and model outputs, held against brackets that are known because they were drawn.

import * as assert from 'node:assert/strict';
import { clean } from '../../../src/completion/clean';
import { type Site, siteOf } from '../../../src/completion/site';
import { Stop, type Verdict } from '../../../src/completion/stop';
import { type RandomSource, randomSource } from '../random';

/** A piece of code; brackets count where they are code, not in strings and comments. */
interface Piece {
  text: string;
  isCode: boolean;
}

const closerOf: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const code = (text: string): Piece => ({ text, isCode: true });
const other = (text: string): Piece => ({ text, isCode: false });

const comments: Record<string, string[]> = {
  typescript: ["// it's (open", '/* a ) b */', '// }', '/* one " */'],
  rust: ["// it's (open", '/* [ */', '// }'],
  python: ["# it's (open", '# }', '# "'],
  plaintext: [],
};
const strings: Record<string, string[]> = {
  typescript: ['"a)b"', "'{'", '`x}`', "'\\''", '"it\'s"', '"//"'],
  rust: ['"a)b"', "'{'", '"it\'s"', '"//"', "'\\''"],
  python: ['"a)b"', "'{'", '"it\'s"', '"#"', '"""doc ( it\'s"""', "'''a \" )'''"],
  plaintext: ['"a)b"'],
};
const languageIds = Object.keys(comments);

/** A line's content, balanced in itself. */
function expression(random: RandomSource, languageId: string, depth = 0): Piece[] {
  const name = code(random.pick(['a', 'foo', 'x.y', 'n', '12']));
  switch (random.below(depth > 2 ? 2 : 6)) {
    case 0:
      return [name];
    case 1:
      return [other(random.pick(strings[languageId]!))];
    case 2:
      return [name, code(' + '), ...expression(random, languageId, depth + 1)];
    default: {
      const opener = random.pick(['(', '(', '[', '{']);
      const inner = expression(random, languageId, depth + 1);
      return [name, code(opener), ...inner, code(closerOf[opener]!)];
    }
  }
}

/** Lines of code, each with its line end; blocks of brackets or, in Python, of indentation. */
function lines(random: RandomSource, languageId: string, unit: string, indent = '', depth = 0): Piece[] {
  const pieces: Piece[] = [];
  for (let n = 1 + random.below(4); n > 0; n--) {
    pieces.push(code(indent));
    const kind = random.below(depth > 2 ? 3 : 6);
    if (kind === 0 && comments[languageId]!.length > 0)
      pieces.push(other(random.pick(comments[languageId]!)));
    else if (kind < 3) pieces.push(...expression(random, languageId), code(random.pick([';', '', ','])));
    else {
      const opener = languageId === 'python' ? ':' : random.pick(['{', '{', '(', '[']);
      pieces.push(code('if '), ...expression(random, languageId, 2), code(` ${opener}`), code('\n'));
      pieces.push(...lines(random, languageId, unit, indent + unit, depth + 1));
      if (languageId !== 'python') pieces.push(code(indent), code(closerOf[opener]!));
    }
    pieces.push(code('\n'));
  }
  return pieces;
}

const textOf = (pieces: Piece[]): string => pieces.map(({ text }) => text).join('');

/** The closers owed after pieces, innermost last; undefined where a closer closes nothing. */
function owedAfter(pieces: Piece[], owed: readonly string[] = []): string[] | undefined {
  const stack = [...owed];
  for (const character of textOf(pieces.filter(({ isCode }) => isCode))) {
    if (closerOf[character] !== undefined) stack.push(closerOf[character]);
    else if (')]}'.includes(character) && stack.pop() !== character) return undefined;
  }
  return stack;
}

/** The pieces that a text is the head of; undefined where it ends within a string or comment. */
function piecesOf(text: string, written: Piece[]): Piece[] | undefined {
  const pieces: Piece[] = [];
  let rest = text;
  for (const piece of written) {
    if (rest === '') break;
    const part = rest.slice(0, piece.text.length);
    if (part.length < piece.text.length && !piece.isCode) return undefined;
    pieces.push({ ...piece, text: part });
    rest = rest.slice(part.length);
  }
  return pieces;
}

/** What a model may write at a place: what follows, something from elsewhere, closers too many, what is below again. */
function output(
  random: RandomSource,
  languageId: string,
  unit: string,
  after: Piece[],
  all: Piece[],
): Piece[] {
  const elsewhere = random.below(all.length);
  const lineEnd = after.findIndex(({ text }) => text === '\n');
  switch (random.below(6)) {
    case 0:
      return after.slice(0, 1 + random.below(40));
    case 1:
      return all.slice(elsewhere, elsewhere + 1 + random.below(30));
    case 2:
      return [...expression(random, languageId), code(random.pick([')', ')]', '});', '}', '];', ')))']))];
    case 3:
      return [...expression(random, languageId), ...after.slice(0, Math.max(1, lineEnd))];
    case 4:
      return [code('\n'), ...lines(random, languageId, random.pick([unit, '\t', '  ', '    ']), unit)];
    default:
      return [...expression(random, languageId), ...after.slice(Math.max(0, lineEnd), lineEnd + 12)];
  }
}

interface Case {
  languageId: string;
  before: Piece[];
  after: Piece[];
  written: Piece[];
  maxLines: number;
}

function draw(random: RandomSource): Case {
  const languageId = random.pick(languageIds);
  const unit = random.pick(['  ', '    ', '\t']);
  const all = [...lines(random, languageId, unit), ...lines(random, languageId, unit)];
  const cut = random.below(all.length);
  // Now and then the user has taken out what stood behind the cursor, to the line's end or all of it.
  const rest = all.slice(cut);
  const lineEnd = rest.findIndex(({ text }) => text === '\n');
  const after = random.pick([rest, rest.slice(lineEnd), []]);
  const written = output(random, languageId, unit, rest, all);
  return { languageId, before: all.slice(0, cut), after, written, maxLines: random.pick([1, 12]) };
}

function answer(random: RandomSource, site: Site, written: string, maxLines: number): Verdict {
  const stop = new Stop(site, { maxTokens: 256, maxLines, minConfidence: 0 });
  for (let start = 0; start < written.length;) {
    const length = 1 + random.below(6);
    const verdict = stop.push(written.slice(start, start + length));
    if (verdict) return verdict;
    start += length;
  }
  return stop.finish(random.pick(['end', 'maxTokens']));
}

/** What a text ends with are closers of its own, and the same behind the cursor close what is open there. */
function ownsItsEnd(before: Piece[], written: Piece[], head: string, rest: string): boolean {
  const pieces = /^[)\]}]+$/.test(rest) ? piecesOf(head, written) : undefined;
  const owed = pieces && owedAfter(pieces, owedAfter(before) ?? []);
  return owed !== undefined && owedAfter([code(rest)], owed) !== undefined;
}

const withoutIndentation = (text: string): string => text.replace(/^[ \t]+/gm, '');

function faultOf(
  { languageId, before, after, written }: Case,
  site: Site,
  verdict: Verdict,
): string | undefined {
  const { text, hidden } = clean(site, verdict);
  if (hidden) return undefined;
  if (!textOf(written).startsWith(verdict.text)) return 'stop gave what was not written';
  if (text.trim() === '') return 'nothing is shown';
  const head = text.trimEnd();
  if (!withoutIndentation(verdict.text).trimStart().startsWith(withoutIndentation(head).trimStart()))
    return 'what is shown is no head of what was written';
  const rest = site.lineAfter.trim();
  if (
    rest !== '' &&
    head.endsWith(rest) &&
    !ownsItsEnd(before, written, head, rest) &&
    !text.endsWith('\n' + /^\s*/.exec(site.lineBefore)![0])
  )
    return 'the rest of the line is there twice';
  const last = head.split('\n').at(-1)!;
  if (head.includes('\n') && last === site.lineBelow.trimEnd()) return 'the line below is there twice';
  if (
    !head.includes('\n') &&
    (site.lineBefore + head + site.lineAfter).trimEnd() === site.lineBelow.trimEnd() &&
    site.lineAbove !== site.lineBelow &&
    !`\n${site.before}\0${site.after}`.includes(`\n${site.lineBelow}\n${site.lineBelow}\n`)
  )
    if (last.trim().length > 1) return 'the line is the one below';
  const heads = head
    .split('\n')
    .slice(1)
    .map((line) => /^[ \t]*/.exec(line)![0]);
  if (
    textOf(before).includes('\n\t') &&
    !/^ {2}/m.test(textOf(before)) &&
    heads.some((indent) => indent.includes(' '))
  )
    return 'spaces are in a document of tabs';
  if (
    /\n {2}/.test(textOf(before)) &&
    !/^\t/m.test(textOf(before)) &&
    heads.some((indent) => indent.includes('\t'))
  )
    return 'tabs are in a document of spaces';
  // Spaces typed already are left out, so that what is shown begins later in what was written.
  const skipped = head.includes('\n') ? -1 : verdict.text.indexOf(head);
  const pieces = skipped < 0 ? undefined : piecesOf(verdict.text.slice(0, skipped) + head, written);
  // In a comment no bracket counts.
  const owed = /^(\/\/|#)/.test(before.at(-1)?.text ?? '') ? undefined : owedAfter(before);
  if (pieces && owed && languageId !== 'plaintext' && !owedAfter(pieces, owed))
    return 'a closer closes nothing';
  const closers = /^[)\]}]*/.exec(site.lineAfter)![0];
  if (pieces && owed && closers !== '' && owedAfter(after.slice(0, closers.length), owed)) {
    const now = owedAfter(pieces, owed);
    if (now && now.length < owed.length && closers[0] !== now.at(-1))
      return 'the closer behind the cursor closes nothing';
  }
  return undefined;
}

const count = process.env.RYZANSTEIN_TEST === 'long' ? 200_000 : 5_000;

describe('stop and clean', () => {
  it(`keep ${count} random answers honest, balanced and without repeats`, () => {
    let shown = 0;
    const faults = new Map<string, string[]>();
    for (let seed = 1; seed <= count; seed++) {
      const random = randomSource(seed);
      const drawn = draw(random);
      const { languageId, before, after, written, maxLines } = drawn;
      const prompt = { path: 'a', languageId, prefix: textOf(before), suffix: textOf(after), related: [] };
      const site = siteOf(prompt);
      const verdict = answer(random, site, textOf(written), maxLines);
      const { text, hidden } = clean(site, verdict);
      if (!hidden) shown++;
      const fault = faultOf(drawn, site, verdict);
      if (!fault) continue;
      const report = JSON.stringify({
        seed,
        languageId,
        text,
        verdict,
        before: prompt.prefix.slice(-120),
        after: prompt.suffix.slice(0, 60),
      });
      faults.set(fault, [...(faults.get(fault) ?? []), report]);
    }
    const report = [...faults].map(
      ([fault, cases]) => `${fault}, ${cases.length} times:\n  ${cases.slice(0, 6).join('\n  ')}`,
    );
    assert.equal(report.length, 0, report.join('\n'));
    assert.ok(shown > count / 4, `only ${shown} of ${count} were shown`);
  }).timeout(600_000);
});
