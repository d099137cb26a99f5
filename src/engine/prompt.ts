// Lays a prompt out as token ids: stable parts first, budgets counted exactly, text dropped in whole blocks of lines.

import type { Prompt } from '../protocol';
import { isClosers, type Site, withLineFeeds } from './site';
import type { Tokenizer } from './tokenizer';

/** `spm` puts the suffix before the prefix, so that what is typed only extends the ids; `psm` the other way round. */
export type FimOrder = 'spm' | 'psm';

export interface PromptModel {
  tokenizer: Tokenizer;
  contextLength: number;
  /** The orders that the model was trained on, none for a model that only continues text. */
  fimOrders: readonly FimOrder[];
}

/** Shares of the context: what comes before the file, what comes behind the cursor, and the answer. */
const headerShare = 1 / 4;
const suffixShare = 3 / 16;
const answerShare = 1 / 16;
/** Text of more characters per token of the budget never fits. */
const charactersPerToken = 12;
/** Lines per block, from coarse to fine: a coarse block keeps the start still for longer. */
const blockSizes = [16, 4, 1];
/** Where one line alone is too long, it is cut at multiples of so many characters. */
const characterStep = 256;

/**
 * The ids to evaluate before the answer; at most `contextLength` less the answer's share. The last `unfinished`
 * characters before the cursor are left out: the answer spells them.
 */
export function layoutPrompt(prompt: Prompt, site: Site, model: PromptModel, unfinished = 0): Int32Array {
  const { tokenizer, contextLength, fimOrders } = model;
  const order = fimOrders.includes('spm') ? 'spm' : fimOrders[0];
  const header = headerIds(prompt, tokenizer, Math.floor(contextLength * headerShare));
  const suffix = order ? suffixIds(site, tokenizer, Math.floor(contextLength * suffixShare)) : [];
  const markers = order ? 3 : 0;
  const room =
    contextLength - Math.ceil(contextLength * answerShare) - header.length - suffix.length - markers;
  const prefix = prefixIds(site.before.slice(0, site.before.length - unfinished), tokenizer, room);
  return Int32Array.from([...header, ...arranged(order, prefix, suffix, tokenizer)]);
}

function arranged(
  order: FimOrder | undefined,
  prefix: number[],
  suffix: number[],
  tokenizer: Tokenizer,
): number[] {
  if (!order) return prefix;
  const { fimPrefix, fimSuffix, fimMiddle } = tokenizer.control as Required<Tokenizer['control']>;
  return order === 'spm'
    ? [fimPrefix, fimSuffix, ...suffix, fimMiddle, ...prefix]
    : [fimPrefix, ...prefix, fimSuffix, ...suffix, fimMiddle];
}

/** Repository name, related files in their order, and the path of the file itself; nothing the model has no token for. */
function headerIds(prompt: Prompt, tokenizer: Tokenizer, budget: number): number[] {
  const { repository, fileSeparator } = tokenizer.control;
  const named = (marker: number | undefined, name: string): number[] =>
    marker === undefined || name === '' ? [] : [marker, ...tokenizer.encode(`${withLineFeeds(name)}\n`)];
  const path = fitting(
    [named(fileSeparator, prompt.path), named(fileSeparator, baseName(prompt.path))],
    budget,
  );
  const start = fitting([named(repository, prompt.repository ?? '')], budget - path.length);
  const ids = [...start];
  for (const related of fileSeparator === undefined ? [] : prompt.related) {
    const name = named(fileSeparator, related.path);
    const room = budget - path.length - ids.length - name.length - 1;
    const text = wholeLines(withLineFeeds(related.text).trimEnd(), tokenizer, room);
    if (text.length > 0) ids.push(...name, ...text, ...tokenizer.encode('\n'));
  }
  return [...ids, ...path];
}

function fitting(choices: number[][], budget: number): number[] {
  return choices.find((ids) => ids.length <= budget) ?? [];
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/**
 * The text behind the cursor. What an editor closes by itself is left out, for it comes and goes with each bracket
 * typed and would move everything behind it; the answer runs to the line's end then, and is cut at that closer.
 */
function suffixIds(site: Site, tokenizer: Tokenizer, budget: number): number[] {
  const text = isClosers(site.lineAfter) ? site.after.slice(site.lineAfter.length) : site.after;
  return wholeLines(text, tokenizer, budget);
}

/** As many whole lines from the head of `text` as fit into `budget` tokens; of a first line too long, a part. */
function wholeLines(text: string, tokenizer: Tokenizer, budget: number): number[] {
  if (budget <= 0) return [];
  const ends: number[] = [];
  for (let start = 0, tokens = 0; start < text.length && tokens <= budget; start = ends.at(-1)!) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    tokens += countWithin(text, start, end, tokenizer, budget);
    ends.push(end);
  }
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    if (end > budget * charactersPerToken) continue;
    const ids = tokenizer.encode(text.slice(0, end));
    if (ids.length <= budget) return ids;
  }
  return tokenizer.encode(text.slice(0, wholeCharacter(text, budget))).slice(0, budget);
}

/**
 * The text before the cursor, from a start that depends on line numbers and not on the cursor: it stays where it is
 * until the budget is full, and then moves on by a block.
 */
function prefixIds(before: string, tokenizer: Tokenizer, budget: number): number[] {
  if (budget <= 0) return [];
  const lines = lineStarts(before);
  const first = earliestLine(before, lines, tokenizer, budget);
  let best: number[] = [];
  for (const size of blockSizes) {
    for (let line = Math.ceil(first / size) * size; line < lines.length; line += size) {
      const ids = tokenizer.encode(before.slice(lines[line]));
      if (ids.length > budget) continue;
      if (ids.length > best.length) best = ids;
      break;
    }
    if (first === 0 || best.length >= budget / 2) return best;
  }
  return best.length > 0 ? best : lineTail(before, tokenizer, budget);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** The first line from which on the text fits, as far as the lines' own counts tell. */
function earliestLine(before: string, lines: number[], tokenizer: Tokenizer, budget: number): number {
  let line = lines.length;
  for (let end = before.length, tokens = 0; line > 0; line--) {
    const start = lines[line - 1]!;
    tokens += countWithin(before, start, end, tokenizer, budget);
    if (tokens > budget) break;
    end = start;
  }
  return line;
}

/** Tokens of a part of `text`; more than `budget` where it is certainly too long to be worth the counting. */
function countWithin(text: string, start: number, end: number, tokenizer: Tokenizer, budget: number): number {
  return end - start > budget * charactersPerToken
    ? budget + 1
    : tokenizer.encode(text.slice(start, end)).length;
}

/** The end of a line that is too long as a whole, from a multiple of the step on. */
function lineTail(before: string, tokenizer: Tokenizer, budget: number): number[] {
  const window = Math.max(0, before.length - budget * charactersPerToken);
  for (
    let start = Math.ceil(window / characterStep) * characterStep;
    start < before.length;
    start += characterStep
  ) {
    const ids = tokenizer.encode(before.slice(wholeCharacter(before, start)));
    if (ids.length <= budget) return ids;
  }
  return tokenizer
    .encode(before.slice(wholeCharacter(before, Math.max(0, before.length - budget))))
    .slice(-budget);
}

/** Not between the two halves of a surrogate pair. */
function wholeCharacter(text: string, position: number): number {
  const code = text.charCodeAt(position);
  return code >= 0xdc00 && code < 0xe000 ? position + 1 : position;
}
