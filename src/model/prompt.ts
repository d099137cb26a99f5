// Lays a prompt out as token ids: stable parts first, budgets counted exactly, text dropped in whole blocks of lines.

import type { Prompt } from '../protocol';
import { languageAt } from '../language/languages';
import type { FimOrder, FimRole, Format } from './formats';
import { isClosers, type Site, withLineFeeds } from '../completion/site';
import type { Tokenizer } from './tokenizer';

export interface PromptModel {
  tokenizer: Tokenizer;
  contextLength: number;
  format: Format;
  /** The orders that the model was trained on, none for a model that only continues text. */
  fimOrders: readonly FimOrder[];
}

/** Shares of the room: what comes before the file, what comes behind the cursor, and the answer. */
const headerShare = 1 / 4;
const suffixShare = 3 / 16;
const answerShare = 1 / 16;
/** Text of more characters per token of the budget never fits. */
const charactersPerToken = 12;
/** A UTF-16 unit is at most this many bytes, and so at most this many tokens. */
const bytesPerUnit = 3;
/** Lines per block, from coarse to fine: a coarse block keeps the start still for longer. */
const blockSizes = [16, 4, 1];
/** Where one line alone is too long, it is cut at multiples of this many characters. */
const characterStep = 256;

/** What is shown to the model, and what of the file has no room in it. */
export interface Layout {
  /** To be evaluated before the answer; at most the room less the answer's share, and none without room for a format. */
  ids: Int32Array;
  /** What stands before the first token of the file and behind the last one: empty for a file that fits. */
  beyond: [before: string, behind: string];
}

/** A stretch of a prompt: a control token, or text. */
type Part = number | string;

/**
 * The last `unfinished` characters before the cursor are left out: the answer spells them. Prompt and answer share
 * `room` tokens.
 */
export function layoutPrompt(
  prompt: Prompt,
  site: Site,
  model: PromptModel,
  unfinished = 0,
  room = model.contextLength,
): Layout {
  const { tokenizer, fimOrders, format } = model;
  const order = fimOrders.includes('spm') ? 'spm' : fimOrders[0];
  const template = (order && format.holes[order]) ?? format.plain;
  const head = headParts(prompt, model, Math.floor(room * headerShare));
  const behind = textBehind(site);
  const after = order ? wholeLines(behind, tokenizer, Math.floor(room * suffixShare)) : '';
  const { beginOfText } = tokenizer.control;
  const start = beginOfText === undefined ? [] : [beginOfText];
  const laidOut = (before: string): number[] => [
    ...start,
    ...encoded(filled(template, { ...head, before, after, space: tokenizer.space }, tokenizer), tokenizer),
  ];
  const left = room - Math.ceil(room * answerShare) - laidOut('').length;
  const all = site.before.slice(0, site.before.length - unfinished);
  const before = prefixText(all, tokenizer, left);
  return {
    ids: Int32Array.from(left < 0 ? [] : laidOut(before)),
    beyond: [all.slice(0, all.length - before.length), behind.slice(after.length)],
  };
}

/** A template of a format with its control tokens, and with each `{name}` replaced by its value. */
function filled(template: string, values: Record<string, Part | Part[]>, tokenizer: Tokenizer): Part[] {
  return template.split(/(<\w+>|\{\w+\})/).flatMap((piece) => {
    const name = piece.slice(1, -1);
    if (piece.startsWith('{')) return values[name] ?? [];
    return piece.startsWith('<') ? (tokenizer.control[name as FimRole] ?? []) : piece;
  });
}

/** Text is encoded in one go from one control token to the next, as it was when the model was trained. */
function encoded(parts: Part[], tokenizer: Tokenizer): number[] {
  const ids: number[] = [];
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      ids.push(...tokenizer.encode(text), part);
      text = '';
    }
  }
  return [...ids, ...tokenizer.encode(text)];
}

/** Repository name and related files in their order, and the path of the file itself, as far as they fit. */
function headParts(
  prompt: Prompt,
  { tokenizer, format }: PromptModel,
  budget: number,
): Record<'files' | 'here', Part[]> {
  const comment = languageAt(prompt.languageId).pathComment ?? '';
  if (comment === '' && format.here.includes('{comment}')) return { files: [], here: [] };
  const size = (parts: Part[]): number => encoded(parts, tokenizer).length;
  const named = (template: string, path: string, text = ''): Part[] =>
    filled(template, { comment, path: withLineFeeds(path), text }, tokenizer);
  const here =
    [prompt.path, baseName(prompt.path)]
      .map((path) => (path === '' ? [] : named(format.here, path)))
      .find((parts) => size(parts) <= budget) ?? [];
  const room = budget - size(here);
  const repository = repositoryParts(prompt, format, tokenizer);
  const files = size(repository) <= room ? repository : [];
  const start = files.length;
  for (const { path, text } of prompt.related) {
    const left = room - size([...files, ...named(format.file, path)]) - 1;
    const lines = wholeLines(withLineFeeds(text).trimEnd(), tokenizer, left);
    if (lines !== '') files.push(...named(format.file, path, lines));
  }
  return { files, here: files.length > start || format.alwaysHere ? here : [] };
}

function repositoryParts({ repository = '' }: Prompt, format: Format, tokenizer: Tokenizer): Part[] {
  if (repository === '' || !format.repository || tokenizer.control.repository === undefined) return [];
  return filled(format.repository, { name: withLineFeeds(repository) }, tokenizer);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/**
 * The text behind the cursor. What an editor closes by itself is left out, for it comes and goes with each bracket
 * typed and would move everything behind it; the answer runs to the line's end then, and is cut at that closer.
 */
function textBehind(site: Site): string {
  return isClosers(site.lineAfter) ? site.after.slice(site.lineAfter.length) : site.after;
}

/** As many whole lines from the head of `text` as fit into `budget` tokens; of a first line too long, a part. */
function wholeLines(text: string, tokenizer: Tokenizer, budget: number): string {
  if (budget <= 0) return '';
  const ends: number[] = [];
  for (let start = 0, tokens = 0; start < text.length && tokens <= budget; start = ends.at(-1)!) {
    const end = text.indexOf('\n', start) + 1 || text.length;
    tokens += countWithin(text, start, end, tokenizer, budget);
    ends.push(end);
  }
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) {
    if (end > budget * charactersPerToken) continue;
    if (tokenizer.encode(text.slice(0, end)).length <= budget) return text.slice(0, end);
  }
  const certain = Math.floor(budget / bytesPerUnit);
  return text.slice(0, wholeCharacter(text, certain));
}

/**
 * The text before the cursor, from a start that depends on line numbers and not on the cursor: it stays where it is
 * until the budget is full, and then moves on by a block.
 */
function prefixText(before: string, tokenizer: Tokenizer, budget: number): string {
  if (budget <= 0) return '';
  const lines = lineStarts(before);
  const first = earliestLine(before, lines, tokenizer, budget);
  let best = { text: '', tokens: 0 };
  for (const size of blockSizes) {
    for (let line = Math.ceil(first / size) * size; line < lines.length; line += size) {
      const text = before.slice(lines[line]);
      const tokens = tokenizer.encode(text).length;
      if (tokens > budget) continue;
      if (tokens > best.tokens) best = { text, tokens };
      break;
    }
    if (first === 0 || best.tokens >= budget / 2) return best.text;
  }
  return best.text !== '' ? best.text : lineTail(before, tokenizer, budget);
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
function lineTail(before: string, tokenizer: Tokenizer, budget: number): string {
  const window = Math.max(0, before.length - budget * charactersPerToken);
  for (
    let start = Math.ceil(window / characterStep) * characterStep;
    start < before.length;
    start += characterStep
  ) {
    const text = before.slice(wholeCharacter(before, start));
    if (tokenizer.encode(text).length <= budget) return text;
  }
  const certain = Math.floor(budget / bytesPerUnit);
  return before.slice(wholeCharacter(before, Math.max(0, before.length - certain)));
}

/** Not between the two halves of a surrogate pair. */
function wholeCharacter(text: string, position: number): number {
  const code = text.charCodeAt(position);
  return code >= 0xdc00 && code < 0xe000 ? position + 1 : position;
}
