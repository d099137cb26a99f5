// Keys, tokens and passwords in text: taken out of other files before a prompt is made of them, and not shown in answers.

import { languageAt } from '../language/languages';
import type { Completion, Prompt } from '../protocol';
import { assignedRanges } from './secretAssigned';
import { formatRanges } from './secretFormats';
import { oddness, oddPart, randomRanges, type Range } from './secretLooks';

/** The text with nothing on each line that holds a secret, or a part of one; the other lines keep their numbers. */
export function withoutSecrets(text: string, languageId: string): string {
  const { isSecret } = secretsOf(text, languageId);
  return isSecret.includes(true) ? withoutLines(text, isSecret) : text;
}

interface Secrets {
  /** For each line of a text. */
  readonly isSecret: boolean[];
  /** What is secret in it, a line at most each. */
  readonly values: string[];
}

function secretsOf(text: string, languageId: string): Secrets {
  const lines = text.split('\n');
  const isSecret = lines.map(() => false);
  const ranges = secretRanges(text, languageId).sort((a, b) => a.start - b.start);
  if (ranges.length === 0) return { isSecret, values: [] };
  let [end, reached, next] = [-1, 0, 0];
  for (const [i, line] of lines.entries()) {
    const start = end + 1;
    end = start + line.length;
    while (next < ranges.length && ranges[next]!.start < end)
      reached = Math.max(reached, ranges[next++]!.end);
    isSecret[i] = reached > start;
  }
  const values = ranges.flatMap(({ start, end }) => text.slice(start, end).split('\n'));
  const spread = (i: number, from: number): void => {
    if (isSecret[i] || !isSecret[from] || !isPiece(lines[i]!) || !isPiece(lines[from]!)) return;
    isSecret[i] = true;
    values.push(lines[i]!);
  };
  for (let i = 1; i < lines.length; i++) spread(i, i - 1);
  for (let i = lines.length - 2; i >= 0; i--) spread(i, i + 1);
  return { isSecret, values };
}

function withoutLines(text: string, isLeftOut: readonly boolean[]): string {
  return text
    .split('\n')
    .map((line, i) => (isLeftOut[i] ? '' : line))
    .join('\n');
}

/**
 * What stands before and behind a place, and what answers may put there, for others to read: without each line that holds
 * a secret, a part of one, or one of these again, whichever answer stands there. So are the `others`, texts of their own.
 */
export function withoutSecretsAround(
  { prefix, suffix, languageId }: Pick<Prompt, 'prefix' | 'suffix' | 'languageId'>,
  answers: readonly string[],
  others: readonly string[],
): { prefix: string; suffix: string; answers: string[]; others: string[] } {
  // A secret may begin in one of them and end in the next: what is whole is judged, then cut.
  const found = ['', ...answers].map((answer) => secretsOf(prefix + answer + suffix, languageId));
  const isRepeated = repeats(found.flatMap(({ values }) => values));
  const [before, behind] = [linesIn(prefix), linesIn(suffix)];
  const clean = (text: string, isSecret: (line: number) => boolean): string =>
    withoutLines(
      text,
      text.split('\n').map((line, i) => isSecret(i) || isRepeated(line)),
    );
  return {
    prefix: clean(prefix, (i) => found.some(({ isSecret }) => isSecret[i])),
    suffix: clean(suffix, (i) => found.some(({ isSecret }) => isSecret[isSecret.length - behind + i])),
    answers: answers.map((answer, n) => clean(answer, (i) => found[n + 1]!.isSecret[before - 1 + i]!)),
    others: others.map((text) => clean(text, () => false)),
  };
}

const linesIn = (text: string): number => text.split('\n').length;

/** Of a secret, eight characters are too many to be told, and half of a short one. */
const toldCharacters = 8;
const leastCharacters = 4;

/** Whether a line has such a part of one of the secrets. */
function repeats(secrets: readonly string[]): (line: string) => boolean {
  /** By their length. */
  const parts = new Map<number, Set<string>>();
  for (const secret of secrets.map((each) => each.trim())) {
    const length = Math.max(leastCharacters, Math.min(toldCharacters, Math.ceil(secret.length / 2)));
    const ofLength = parts.get(length) ?? new Set();
    parts.set(length, ofLength);
    for (let i = 0; i + length <= secret.length; i++) ofLength.add(secret.slice(i, i + length));
  }
  return (line) =>
    [...parts].some(([length, ofLength]) => {
      for (let i = 0; i + length <= line.length; i++)
        if (ofLength.has(line.slice(i, i + length))) return true;
      return false;
    });
}

/** Whether a line is nothing but a piece of what runs over lines, like a private key. */
function isPiece(line: string): boolean {
  return piece.test(line) && (line.includes('=') || oddness(line) >= oddPart);
}
const piece = /^[\s"'`+,;()\\.#*/-]*[A-Za-z0-9+/_=-]{2,}(?:\\[nr])*[\s"'`+,;()\\.]*$/;

/**
 * An answer without text where that would show a secret of another file; such alternatives are left out, and whatever the
 * other model said, for nobody is to read that.
 */
export function discreet(given: Completion, prompt: Prompt): Completion {
  const answer = given.other?.said ? { ...given, other: { ...given.other, said: undefined } } : given;
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
    ...assignedRanges(text, languageAt(languageId).bareValues === true, /^json/.test(languageId)),
    ...randomRanges(text),
  ];
}

function overlap(a: Range, b: Range): boolean {
  return a.start < b.end && b.start < a.end;
}
