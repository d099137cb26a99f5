// Counts the errors that tree-sitter's grammars find in code, loaded when a language is first met, so that a completion can be judged by what it breaks.

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Edit, Language, type Node, Parser, type Point, type Tree } from 'web-tree-sitter';
import { languageAt } from '../language/languages';
import { sum } from '../statistics';
import { messageOf, unreadable } from '../wording';
import { leastIndentedStart, outermostStart } from './nearby';
import type { Site } from './site';

/** The grammars that were asked for, each with its way through loading. */
const loading = new Map<string, Promise<Syntax | undefined>>();
let runtime: Promise<void> | undefined;

/**
 * The grammar of a language; undefined where there is none, or where it cannot be read, which standard error says
 * once.
 */
export function syntaxOf(languageId: string): Promise<Syntax | undefined> {
  const { grammar } = languageAt(languageId);
  if (grammar === undefined) return Promise.resolve(undefined);
  let syntax = loading.get(grammar);
  if (!syntax) {
    syntax = Syntax.load(grammar).catch((error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`);
      return undefined;
    });
    loading.set(grammar, syntax);
  }
  return syntax;
}

/** Where the grammars lie: `RYZANSTEIN_GRAMMARS`, else beside the bundle. */
function grammarFolder(folder: string = __dirname): string {
  return process.env.RYZANSTEIN_GRAMMARS ?? path.join(folder, 'grammars');
}

interface Parsed {
  readonly text: string;
  readonly tree: Tree;
}

/** What another text is parsed from, and the way to it. */
interface Origin extends Parsed {
  readonly steps: readonly Step[];
}

export class Syntax {
  readonly #parser = new Parser();
  /** The windows that were read last, the newest first. */
  #known: Parsed[] = [];
  /** Steps that may still be taken at a place. */
  #left = 0;
  #tried = { before: '', after: '', errors: new Map<string, number>() };

  private constructor(language: Language) {
    this.#parser.setLanguage(language);
  }

  /** Throws an Error that names the file and says what is lost without it. */
  static async load(grammar: string, folder: string = grammarFolder()): Promise<Syntax> {
    const bytes = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
      const file = path.join(folder, name);
      const read = await fs.readFile(file).catch((error: unknown) => Promise.reject(unreadable(file, error)));
      return new Uint8Array(read);
    };
    try {
      runtime ??= bytes('web-tree-sitter.wasm').then((wasmBinary) => Parser.init({ wasmBinary }));
      await runtime;
      return new Syntax(await Language.load(await bytes(`tree-sitter-${grammar}.wasm`)));
    } catch (error) {
      runtime = undefined;
      throw new Error(
        `The ${grammar} grammar cannot be loaded from ${folder}: ${messageOf(error).replace(/\.$/, '')}. ` +
          'Completions are judged by brackets and indentation alone; installing the extension again brings it back.',
        { cause: error },
      );
    }
  }

  /** How many error nodes and missing tokens the parse of a text has. */
  errors(text: string): number {
    return this.read(text, errorsUnder);
  }

  /** Lends `work` the root of a text's parse. */
  read<T>(text: string, work: (root: Node) => T): T {
    const tree = this.#parser.parse(text)!;
    try {
      return work(tree.rootNode);
    } finally {
      tree.delete();
    }
  }

  /**
   * Lends `work` the number of errors near the cursor as the code would read with another line, or several, in place
   * of the cursor's: `Infinity` where nobody counts them, for that would take too many steps.
   */
  near<T>(site: Site, work: (errorsWith: (line: string) => number) => T): T {
    const { before, after } = windowAt(site);
    const known = this.#triedAt(before, after);
    this.#left = mostSteps;
    return work((line) => {
      const code = asCode(site, line);
      let errors = known.get(code);
      if (errors !== undefined) return errors;
      // What is sound is known by one parse, and its tree is good to go on from.
      if (known.size === 0) errors = this.#errorsIfSound(before + code + after);
      if (errors === 0) return errors;
      errors ??= this.#errorsBetween(before, code, after);
      if (errors === Infinity) return errors;
      if (known.size >= mostTried) known.clear();
      known.set(code, errors);
      return errors;
    });
  }

  /** The errors with the codes that were tried at a place: they are tried again with each key that is typed along them. */
  #triedAt(before: string, after: string): Map<string, number> {
    if (this.#tried.before !== before || this.#tried.after !== after)
      this.#tried = { before, after, errors: new Map() };
    return this.#tried.errors;
  }

  /** The errors of a text, the tree of which is kept if there are none. */
  #errorsIfSound(text: string): number {
    const from = this.#nearest(text);
    const parsed = this.#parsed(text, from);
    if (!parsed) return Infinity;
    const errors = errorsUnder(parsed.tree.rootNode);
    if (errors === 0) this.#keep(parsed, from);
    else parsed.tree.delete();
    return errors;
  }

  /** The errors with a code in a text, of which the tree without the code is kept: that is the same for all codes. */
  #errorsBetween(before: string, code: string, after: string): number {
    const text = before + after;
    let without = this.#known[0];
    if (without?.text !== text) {
      const from = this.#nearest(text);
      const parsed = this.#parsed(text, from);
      if (!parsed) return Infinity;
      without = this.#keep(parsed, from);
    }
    if (code === '') return errorsUnder(without.tree.rootNode);
    const steps = [{ index: before.length, old: '', now: code }];
    const tree = this.#parsed(before + code + after, { ...without, steps })?.tree;
    if (!tree) return Infinity;
    const errors = errorsUnder(tree.rootNode);
    tree.delete();
    return errors;
  }

  /** The text of the known ones that is most like another one; none where all are of other files. */
  #nearest(text: string): Origin | undefined {
    let nearest: Origin | undefined;
    let least = text.length;
    for (const known of this.#known) {
      const steps = stepsBetween(known.text, text);
      const size = sum(steps.map(({ old, now }) => old.length + now.length));
      if (size < least) [nearest, least] = [{ ...known, steps }, size];
      if (size < few) break;
    }
    return nearest;
  }

  /** What is typed changes little of a text: most of its tree is that of the text that it was made from. */
  #parsed(text: string, from: Origin | undefined): Parsed | undefined {
    const edited = from?.tree.copy();
    for (const { index, old, now } of from?.steps ?? [])
      edited!.edit(replacement(index, endPoint(origin, from!.text.slice(0, index)), old, now));
    const tree = this.#parse(text, edited);
    edited?.delete();
    return tree && { text, tree };
  }

  /** Takes the place of what it was made from, or of the oldest. */
  #keep(parsed: Parsed, from: Origin | undefined): Parsed {
    const others = this.#known.filter(({ tree }) => tree !== from?.tree).slice(0, mostKnown - 1);
    for (const known of this.#known) if (!others.includes(known)) known.tree.delete();
    this.#known = [parsed, ...others];
    return parsed;
  }

  /** Undefined where too many steps would be needed, or none are left. */
  #parse(text: string, edited?: Tree): Tree | undefined {
    const least = Math.max(0, this.#left - mostInParse);
    if (this.#left <= 0) return undefined;
    const tree = this.#parser.parse(text, edited, { progressCallback: () => --this.#left <= least });
    if (tree) return tree;
    this.#parser.reset();
    this.#left = 0;
    return undefined;
  }
}

/**
 * Steps of the parser, of a hundred operations each, which are the same on every machine, as time is not. A window of sound
 * code takes up to 213 in 1,700 windows of 180 repositories; a wrong line in it, in all its readings, mostly below 1,000.
 */
const mostInParse = 300;
const mostSteps = 1000;
/** Windows of which the trees are kept, so that going from one file to another and back costs little. */
const mostKnown = 4;
/** Codes at a place of which the errors are remembered. */
const mostTried = 1000;
/** A text that differs from another in fewer characters is one of the same place. */
const few = 2000;
/** Characters that a window's start or end is known again by in another one. */
const markCharacters = 80;
const origin: Point = { row: 0, column: 0 };

interface Step {
  readonly index: number;
  readonly old: string;
  readonly now: string;
}

/**
 * The way from one window's text to another's, the last place first: besides what has changed in it, it may have gone on
 * in its file, and have lost or won lines at its start and end.
 */
export function stepsBetween(old: string, now: string): Step[] {
  const [oldStart, start] = startsOf(old, now);
  const [oldEnd, end] = endsOf(old, now);
  const most = Math.min(oldEnd - oldStart, end - start);
  if (most < 0) return [{ index: 0, old, now }];
  let head = 0;
  while (head < most && old.charCodeAt(oldStart + head) === now.charCodeAt(start + head)) head++;
  let tail = 0;
  while (tail < most - head && old.charCodeAt(oldEnd - 1 - tail) === now.charCodeAt(end - 1 - tail)) tail++;
  const changed = oldStart + head;
  return [
    { index: oldEnd, old: old.slice(oldEnd), now: now.slice(end) },
    { index: changed, old: old.slice(changed, oldEnd - tail), now: now.slice(start + head, end - tail) },
    { index: 0, old: old.slice(0, oldStart), now: now.slice(0, start) },
  ].filter((step) => step.old !== step.now);
}

/** Where what both have begins: in one of them with its start. */
function startsOf(old: string, now: string): [old: number, now: number] {
  const inOld = old.indexOf(now.slice(0, markCharacters));
  if (inOld >= 0) return [inOld, 0];
  return [0, Math.max(0, now.indexOf(old.slice(0, markCharacters)))];
}

/** Where what both have ends: in one of them with its end. */
function endsOf(old: string, now: string): [old: number, now: number] {
  const mark = old.slice(-markCharacters);
  const inNow = now.lastIndexOf(mark);
  if (inNow >= 0) return [old.length, inNow + mark.length];
  const inOld = old.lastIndexOf(now.slice(-markCharacters));
  return [inOld < 0 ? old.length : inOld + Math.min(markCharacters, now.length), now.length];
}

function replacement(index: number, start: Point, old: string, now: string): Edit {
  return new Edit({
    ...{ startIndex: index, oldEndIndex: index + old.length, newEndIndex: index + now.length },
    ...{ startPosition: start, oldEndPosition: endPoint(start, old), newEndPosition: endPoint(start, now) },
  });
}

/** What is parsed above and below the cursor's line. */
export function windowAt(site: Site): { before: string; after: string } {
  const above = site.before.slice(0, site.before.length - site.lineBefore.length);
  const below = site.after.slice(site.lineAfter.length);
  const start = outermostStart(above) ?? leastIndentedStart(above);
  return { before: asCode(site, above.slice(start)), after: asCode(site, below.slice(0, windowEnd(below))) };
}

/** Magic and commands of the shell, also where a name is given what they say, and questions for help. */
const command =
  /^([ \t]*)(?:(?:[\w.,[\] \t]+=[ \t]*)?(?:%%?[A-Za-z]\w*\b|!\s*[\w./~$"'{]).*|(?:\?{1,2}%{0,2}[\w.*]+|%{0,2}[\w.*]+\?{1,2})[ \t]*)$/gm;

/** Lines of a notebook's cell that are commands to it are no Python. */
function asCode({ notebook, languageId }: Site, text: string): string {
  return notebook && languageId === 'python' ? text.replace(command, '$1pass') : text;
}

function errorsUnder(node: Node): number {
  if (!node.hasError) return 0;
  let count = Number(node.isError || node.isMissing);
  for (const child of node.children) count += errorsUnder(child);
  return count;
}

/** Characters behind the cursor's line that are parsed. */
const windowAfter = 2000;

function windowEnd(after: string): number {
  if (after.length <= windowAfter) return after.length;
  // A part of a declaration would be no code.
  const starts = [...after.slice(0, windowAfter).matchAll(/^[^\s)\]}]/gm)];
  const last = starts.at(-1)?.index ?? 0;
  return last > 0 ? last : windowAfter;
}

function endPoint(start: Point, text: string): Point {
  let [row, lineStart] = [start.row, -1];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at;
  }
  return { row, column: lineStart < 0 ? start.column + text.length : text.length - 1 - lineStart };
}
