// Keys, tokens and passwords in text: taken out of other files before a prompt is made of them, and not shown in answers.

import { languageAt } from '../language/languages';
import type { Completion, Prompt } from '../protocol';
import { assignedRanges } from './secretAssigned';
import { formatRanges } from './secretFormats';
import { oddness, oddPart, randomRanges, type Range } from './secretLooks';

/** The text with nothing on each line that holds a secret, or a part of one; the other lines keep their numbers. */
export function withoutSecrets(text: string, languageId: string): string {
  const ranges = secretRanges(text, languageId).sort((a, b) => a.start - b.start);
  if (ranges.length === 0) return text;
  let [end, reached, next] = [-1, 0, 0];
  const lines = text.split('\n').map((line) => {
    const start = end + 1;
    end = start + line.length;
    while (next < ranges.length && ranges[next]!.start < end)
      reached = Math.max(reached, ranges[next++]!.end);
    return { line, isSecret: reached > start };
  });
  for (const order of [lines, [...lines].reverse()])
    for (const [i, each] of order.entries()) {
      const before = order[i - 1];
      if (before?.isSecret && isPiece(before.line) && isPiece(each.line)) each.isSecret = true;
    }
  return lines.map(({ line, isSecret }) => (isSecret ? '' : line)).join('\n');
}

/** Whether a line is nothing but a piece of what runs over lines, like a private key. */
function isPiece(line: string): boolean {
  return piece.test(line) && (line.includes('=') || oddness(line) >= oddPart);
}
const piece = /^[\s"'`+,;()\\.#*/-]*[A-Za-z0-9+/_=-]{2,}(?:\\[nr])*[\s"'`+,;()\\.]*$/;

/** An answer without text where that would show a secret of another file; such alternatives are left out. */
export function discreet(answer: Completion, prompt: Prompt): Completion {
  if (showsSecret(answer.text, prompt))
    return { ...answer, text: '', shown: false, hidden: 'secret', alternatives: undefined };
  const alternatives = answer.alternatives?.filter(({ text }) => !showsSecret(text, prompt));
  return alternatives ? { ...answer, alternatives } : answer;
}

/** Before a cursor, where what an answer goes on with may begin. */
const headCharacters = 1000;

/** Whether text put behind a place would show, begin or end a secret that the document there does not hold. */
export function showsSecret(
  text: string,
  { prefix, suffix, languageId }: Pick<Prompt, 'prefix' | 'suffix' | 'languageId'>,
): boolean {
  const head = prefix.slice(-headCharacters);
  const place = { start: head.length, end: head.length + text.length };
  const isNew = (shown: string): boolean =>
    secretRanges(shown, languageId).some((range) => {
      if (!overlap(range, place)) return false;
      const value = shown.slice(range.start, range.end).trim();
      return !prefix.includes(value) && !suffix.includes(value);
    });
  // It may end with the text, or in what stands behind.
  return isNew(head + text) || isNew(head + text + /^.*/.exec(suffix)![0]);
}

function secretRanges(text: string, languageId: string): Range[] {
  return [
    ...formatRanges(text),
    ...assignedRanges(text, languageAt(languageId).bareValues === true),
    ...randomRanges(text),
  ];
}

function overlap(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end;
}
