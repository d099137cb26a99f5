// How a document is indented, and the same written by a model in another way.

import { makeRule } from '../language/languages';
import { columnOf, isBlank, type Site, tabWidth } from './site';

/** It is asked for with each line that is written. */
const levels = new WeakMap<Site, { level: string | undefined }>();

/** What one level is written with; undefined where the document does not show it. */
function levelOf(site: Site): string | undefined {
  const known = levels.get(site) ?? { level: levelIn(site) };
  levels.set(site, known);
  return known.level;
}

/** Tabs where a recipe of a Makefile has to begin with one, or the lines around the place do; spaces likewise. */
function levelIn(site: Site): string | undefined {
  if (isRecipe(site)) return '\t';
  const above = site.before.split('\n');
  const all = [...above, ...site.after.split('\n').slice(1)];
  const head = headOf(enclosing(above)) ?? headOf(all, mostly);
  if (head !== '  ') return head;
  // Lines of a string, or ones that line up with what is above, begin so in a document of tabs as well.
  return all.some((line) => line.startsWith('\t')) ? undefined : ' '.repeat(spacesPerLevel(site.before));
}

/** As many times more lines begin so than otherwise, as those of a string or a comment do. */
const mostly = 4;

/** What lines begin with: tabs or spaces; undefined where not all or not `times` as many begin so. */
function headOf(lines: readonly string[], times = Infinity): '\t' | '  ' | undefined {
  const count = (head: string): number => lines.filter((line) => line.startsWith(head)).length;
  const [tabs, spaces] = [count('\t'), count('  ')];
  if (tabs > 0 && (spaces === 0 || tabs >= times * spaces)) return '\t';
  return spaces > 0 && (tabs === 0 || spaces >= times * tabs) ? '  ' : undefined;
}

/** The last line, and each of those above it that is less deep than all between. */
function enclosing(lines: readonly string[]): string[] {
  const found: string[] = [];
  let least = Infinity;
  for (let i = lines.length - 1; i >= 0 && least > 0; i--) {
    const line = lines[i]!;
    const isTyped = i === lines.length - 1 && line !== '';
    if (columnOf(line) >= least || (isBlank(line) && !isTyped)) continue;
    least = columnOf(line);
    found.push(line);
  }
  return found;
}

/** The column of a line that the model has written, with its own levels read as the document's. */
export function columnInDocument(site: Site, line: string, firstOfBody: string): number {
  const spaces = /^ +(?=\S)/.exec(line)?.[0].length;
  if (spaces === undefined || levelOf(site) !== '\t') return columnOf(line);
  return (spaces / spacesWritten(site, firstOfBody)) * tabWidth;
}

/**
 * Indents what the model wrote as the document is; its first line where nothing stands before it. Lines that begin at an
 * index where `isKept` stay as they are.
 */
export function indented(site: Site, text: string, isKept: (index: number) => boolean = () => false): string {
  if (site.isFirst && site.lineBefore === '') text = text.replace(/^[ \t]+/, '');
  const level = levelOf(site);
  if (level === undefined) return text;
  // Spaces behind a tab line up with what stands above, and so they do where the model writes tabs itself.
  if (level === '\t' && /(?:^|\n)\t/.test(text)) return text;
  const head = level === '\t' ? '( +)' : '([ \\t]+)';
  const heads = new RegExp((site.lineBefore === '' ? '(^|\\n)' : '(\\n)') + head, 'g');
  const body = text.split('\n').find((line, i) => (i > 0 || site.lineBefore === '') && !isBlank(line)) ?? '';
  const written = level === '\t' ? ' '.repeat(unitOf(text, spacesWritten(site, body))) : '\t';
  let most = Math.floor(columnOf(site.lineBefore === '' ? site.lineAbove : site.lineBefore) / tabWidth) + 1;
  return text.replace(heads, (all: string, start: string, head: string, index: number) => {
    if (isKept(index + start.length)) return all;
    const levels = Math.floor(head.length / written.length);
    // No line is two levels deeper than the one above.
    if (level === '\t' && levels > most) return all;
    most = levels + 1;
    return start + head.replaceAll(written, level);
  });
}

/** The spaces that the model writes for a level, by the first line of a block's body, which is one level deep in it. */
function spacesWritten(site: Site, firstOfBody: string): number {
  const { block, lineBefore, lineAbove } = site;
  const spaces = /^ */.exec(firstOfBody)![0].length;
  // Below a rule, or a command that stands as deep, a command is one level deep.
  const isFirst = lineBefore === '' && isRecipe(site) && !/^\t\s|\\$/.test(lineAbove);
  const levels = block && lineBefore !== '' ? block.column / tabWidth + 1 : isFirst ? 1 : undefined;
  if (levels !== undefined && spaces > 0 && spaces % levels === 0) return spaces / levels;
  return spacesPerLevel(firstOfBody);
}

/** What all lines are indented by in whole levels: the body's first one may be deeper than it seems. */
function unitOf(text: string, spaces: number): number {
  const indentations = [...text.matchAll(/\n( +)(?=\S)/g)].map(([, { length } = '']) => length);
  if (indentations.every((length) => length % spaces === 0)) return spaces;
  return indentations.reduce(commonDivisor) > 1 ? indentations.reduce(commonDivisor) : spaces;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function spacesPerLevel(text: string): number {
  return /^\t*(?: {4})+[^\s*]/m.test(text) && !/^\t*(?: {4})* {1,3}[^\s*]/m.test(text) ? 4 : 2;
}

/** The line is a rule of a Makefile, or stands below one or one of its commands. */
function isRecipe({ languageId, lineAbove, lineBefore }: Site): boolean {
  if (languageId !== 'makefile') return false;
  return lineAbove.startsWith('\t') || makeRule.test(lineAbove) || makeRule.test(lineBefore);
}
