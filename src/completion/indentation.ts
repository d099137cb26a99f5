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

/** Tabs where lines begin with them alone, or where a recipe of a Makefile has to; spaces likewise. */
function levelIn(site: Site): string | undefined {
  if (isRecipe(site)) return '\t';
  const tabs = site.before.startsWith('\t') || site.before.includes('\n\t') || site.after.includes('\n\t');
  const spaces = site.before.startsWith('  ') || site.before.includes('\n  ') || site.after.includes('\n  ');
  if (tabs === spaces) return undefined;
  return tabs ? '\t' : ' '.repeat(spacesPerLevel(site.before));
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
  // Spaces behind a tab line up with what stands above.
  const head = level === '\t' ? '( +)' : '([ \\t]+)';
  const heads = new RegExp((site.lineBefore === '' ? '(^|\\n)' : '(\\n)') + head, 'g');
  const body = text.split('\n').find((line, i) => (i > 0 || site.lineBefore === '') && !isBlank(line)) ?? '';
  const written = level === '\t' ? ' '.repeat(unitOf(text, spacesWritten(site, body))) : '\t';
  return text.replace(heads, (all: string, start: string, head: string, index: number) =>
    isKept(index + start.length) ? all : start + head.replaceAll(written, level),
  );
}

/** The spaces that the model writes for a level, by the first line of a block's body, which is one level deep in it. */
function spacesWritten({ block, lineBefore }: Site, firstOfBody: string): number {
  const spaces = /^ */.exec(firstOfBody)![0].length;
  const levels = block && lineBefore !== '' ? block.column / tabWidth + 1 : undefined;
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
