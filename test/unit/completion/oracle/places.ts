// Places in real code where a completion's truth is known, with what the editor would have closed behind the cursor.

import { columnOf, isBlank } from '../../../../src/completion/site';
import type { RandomSource } from '../../random';
import type { Code } from './code';
import { type Region, Typing } from './editor';

/**
 * `line` is a line from anywhere in it, `opener` what follows a line that opens a block, `open` the same where the
 * editor closes nothing, `fresh` a line behind its indentation, `bare` one whose indentation is to be written, `body` the
 * rest of a block, `begun` the same behind a line that goes on below, however long it is, `middle` a part of a line.
 */
export const placeKinds = ['line', 'opener', 'open', 'fresh', 'bare', 'body', 'begun', 'middle'] as const;

export interface Spot {
  code: Code;
  kind: (typeof placeKinds)[number];
  prefix: string;
  suffix: string;
  /** What the editor has closed, as it stands behind the cursor. */
  closers: string;
  /** All that is missing, up to the end of a line; `wanted` ends where it would take up a closer behind the cursor. */
  truth: string;
  wanted: string;
  /** What a model writes that knows the code: the truth, and on. */
  output: string;
}

const mostLines = 30;
/** Lines that say nothing without what stands below them. */
const isBegun = /^\s*(?:@|#?\[.*\]$)|(?:[\\,({[<=|&+:]|\b(?:do|try|and|or))\s*$/;
const written = 1500;

export function drawSpot(
  code: Code,
  regionAt: (offset: number) => Region,
  random: RandomSource,
): Spot | undefined {
  const { text } = code;
  const kind = random.pick(placeKinds);
  let at = random.below(text.length);
  if (isBlank(text[at]!)) return undefined;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = endOfLine(text, at);
  const line = text.slice(lineStart, lineEnd);
  const column = columnOf(line);
  const indented = lineStart + (line.length - line.trimStart().length);
  if (kind === 'bare') at = lineStart;
  else if (kind === 'fresh' || kind === 'body' || kind === 'begun') at = indented;
  else if (kind === 'opener' || kind === 'open') at = lineStart + line.trimEnd().length;
  if (kind === 'middle') {
    const end = at + 1 + random.below(lineEnd - at);
    const truth = text.slice(at, end);
    if (isBlank(truth) || end >= lineStart + line.trimEnd().length) return undefined;
    const ending = random.pick([end, lineEnd + 1, at + written]);
    return spot(code, kind, at, end, '', truth, text.slice(at, ending));
  }
  const typing = new Typing(code.languageId);
  if (kind !== 'open') type(typing, text, lineStart, at, regionAt);
  const closers = typing.closers.toReversed().join('');
  let end = lineEnd;
  if (kind === 'opener' || kind === 'open') {
    const next = nextFilled(text, lineEnd);
    if (next === undefined || columnOf(next) <= column) return undefined;
    end = endOfBlock(text, lineEnd, column, true);
  } else if (kind === 'body') end = endOfBlock(text, lineStart - 1, column - 1, false);
  else if (kind === 'begun') {
    const next = nextFilled(text, lineEnd);
    if (next === undefined || !(isBegun.test(line) || columnOf(next) > column)) return undefined;
    end = endOfBlock(text, lineStart - 1, column - 1, false);
    const truth = text.slice(at, end).split('\n', mostLines).join('\n');
    return spot(code, kind, at, end, '', truth, text.slice(at, at + written));
  }
  let taken: number | undefined;
  if (closers !== '') {
    const owed = typing.closers.length;
    let i = at;
    for (; i < text.length && typing.closers.length > 0; i++) {
      type(typing, text, i, i + 1, regionAt);
      if (typing.closers.length < owed) taken ??= i;
    }
    if (typing.closers.length > 0) return undefined;
    end = kind === 'opener' ? Math.max(end, endOfLine(text, i - 1)) : endOfLine(text, i - 1);
  }
  const truth = text.slice(at, end);
  if (isBlank(truth) || truth.split('\n').length > mostLines) return undefined;
  return spot(
    code,
    kind,
    at,
    end,
    closers,
    truth.slice(0, (taken ?? end) - at),
    text.slice(at, at + written),
  );
}

function spot(
  code: Code,
  kind: Spot['kind'],
  at: number,
  end: number,
  closers: string,
  wanted: string,
  output: string,
): Spot {
  const { text } = code;
  const suffix = closers + text.slice(end);
  return {
    code,
    kind,
    prefix: text.slice(0, at),
    suffix,
    closers,
    truth: kind === 'begun' ? wanted : text.slice(at, end),
    wanted,
    output,
  };
}

function type(
  typing: Typing,
  text: string,
  start: number,
  end: number,
  regionAt: (offset: number) => Region,
): void {
  for (let i = start; i < end; i++)
    typing.type(text[i]!, text.slice(text.lastIndexOf('\n', i - 1) + 1, i), regionAt(i));
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function nextFilled(text: string, from: number): string | undefined {
  return /^.*\S.*$/m.exec(text.slice(from + 1))?.[0];
}

/** Where the lines deeper than `column` end; with `closing`, the line behind them that begins with a closer or `end`. */
function endOfBlock(text: string, lineEnd: number, column: number, closing: boolean): number {
  let end = lineEnd;
  for (let start = lineEnd + 1; start < text.length; start = endOfLine(text, start) + 1) {
    const line = text.slice(start, endOfLine(text, start));
    if (isBlank(line)) continue;
    if (columnOf(line) > column) end = start + line.trimEnd().length;
    else {
      const closes =
        closing && columnOf(line) === column && /^\s*([)\]}]|end\b|fi\b|done\b|esac\b|<\/)/.test(line);
      return closes ? start + line.trimEnd().length : end;
    }
  }
  return end;
}
