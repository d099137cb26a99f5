// Counts the errors that tree-sitter's grammars find in code, loaded when a language is first met, so that a completion can be judged by what it breaks.

import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { Edit, Language, type Node, Parser, type Point, type Tree } from 'web-tree-sitter';
import { languageAt } from '../language/languages';
import { messageOf, unreadable } from '../wording';
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
export function grammarFolder(folder: string = __dirname): string {
  return process.env.RYZANSTEIN_GRAMMARS ?? path.join(folder, 'grammars');
}

export class Syntax {
  readonly #parser = new Parser();
  #last: { text: string; tree: Tree } | undefined;

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
    const tree = this.#parse(text);
    try {
      return work(tree.rootNode);
    } finally {
      tree.delete();
    }
  }

  /**
   * Lends `work` the number of errors near the cursor as the code would read with another line, or several, in place
   * of the cursor's.
   */
  near<T>(site: Site, work: (errorsWith: (line: string) => number) => T): T {
    const above = site.before.slice(0, site.before.length - site.lineBefore.length);
    const asCode =
      site.notebook && site.languageId === 'python' ? withoutMagic : (text: string): string => text;
    const before = asCode(above.slice(windowStart(above)));
    const below = site.after.slice(site.lineAfter.length);
    const after = asCode(below.slice(0, windowEnd(below)));
    const without = this.#update(before + after);
    const start = endPoint(origin, before);
    return work((line) => {
      const code = asCode(line);
      const edited = without.copy();
      edited.edit(replacement(before.length, start, '', code));
      const tree = this.#parse(before + code + after, edited);
      const count = errorsUnder(tree.rootNode);
      edited.delete();
      tree.delete();
      return count;
    });
  }

  /** The tree of a text, made of the last one's: of what is typed, little is new. */
  #update(text: string): Tree {
    const last = this.#last;
    if (last?.text === text) return last.tree;
    if (!last) return this.#keep(text, this.#parse(text));
    const old = this.#withTail(last, text);
    let head = 0;
    const shorter = Math.min(old.length, text.length);
    while (head < shorter && old[head] === text[head]) head++;
    let tail = 0;
    while (tail < shorter - head && old.at(-1 - tail) === text.at(-1 - tail)) tail++;
    const start = endPoint(origin, text.slice(0, head));
    const changed = (one: string): string => one.slice(head, one.length - tail);
    last.tree.edit(replacement(head, start, changed(old), changed(text)));
    const tree = this.#parse(text, last.tree);
    last.tree.delete();
    return this.#keep(text, tree);
  }

  /** The last text with what the window has come to hold at its end, which is not where it has changed. */
  #withTail({ text: old, tree }: { text: string; tree: Tree }, text: string): string {
    const mark = old.slice(-markCharacters);
    const found = text.lastIndexOf(mark);
    const tail = found < 0 ? '' : text.slice(found + mark.length);
    if (tail !== '') tree.edit(replacement(old.length, endPoint(origin, old), '', tail));
    return old + tail;
  }

  #keep(text: string, tree: Tree): Tree {
    this.#last = { text, tree };
    return tree;
  }

  #parse(text: string, edited?: Tree): Tree {
    return this.#parser.parse(text, edited)!;
  }
}

const origin: Point = { row: 0, column: 0 };
/** Characters that a window is known again by at its end. */
const markCharacters = 80;

function replacement(index: number, start: Point, old: string, now: string): Edit {
  return new Edit({
    ...{ startIndex: index, oldEndIndex: index + old.length, newEndIndex: index + now.length },
    ...{ startPosition: start, oldEndPosition: endPoint(start, old), newEndPosition: endPoint(start, now) },
  });
}

/** Lines of a notebook's cell that are commands to it and no Python. */
function withoutMagic(text: string): string {
  return text.replace(/^([ \t]*)(?:%%?[A-Za-z]\w*\b|!\s*[\w./~$]).*$/gm, '$1pass');
}

function errorsUnder(node: Node): number {
  if (!node.hasError) return 0;
  let count = Number(node.isError || node.isMissing);
  for (const child of node.children) count += errorsUnder(child);
  return count;
}

/** Characters around the cursor that are parsed; the first one moves in steps, so that the text mostly begins alike. */
const windowBefore = 6000;
const windowStep = 8000;
const windowAfter = 2000;
/** Windows begin and end where a declaration of the outermost level begins, for a part of one would be no code. */
const outermost = (from: number): RegExp => Object.assign(/^[^\s)\]}]/gm, { lastIndex: from });

function windowStart(before: string): number {
  const start = Math.floor((before.length - windowBefore) / windowStep) * windowStep;
  if (start <= 0) return 0;
  return outermost(start).exec(before)?.index ?? before.length - windowBefore;
}

function windowEnd(after: string): number {
  if (after.length <= windowAfter) return after.length;
  const starts = [...after.slice(0, windowAfter).matchAll(outermost(0))];
  const last = starts.at(-1)?.index ?? 0;
  return last > 0 ? last : windowAfter;
}

function endPoint(start: Point, text: string): Point {
  const lines = text.split('\n');
  const column = lines.at(-1)!.length;
  return lines.length === 1
    ? { row: start.row, column: start.column + column }
    : { row: start.row + lines.length - 1, column };
}
