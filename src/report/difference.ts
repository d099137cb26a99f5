// What an answer has otherwise than what stood there, between the beginning and the end that are equal.

export interface Difference {
  readonly head: string;
  /** What stood there and is not in the answer. */
  readonly missing: string;
  /** What is there instead. */
  readonly added: string;
  readonly tail: string;
}

/** By what people take for a character: half of one would be read as something else. */
export function differenceOf(wanted: string, given: string): Difference {
  const [before, after] = [charactersOf(wanted), charactersOf(given)];
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < least - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const part = (of: readonly string[], from: number, to?: number): string => of.slice(from, to).join('');
  return {
    head: part(after, 0, head),
    missing: part(before, head, before.length - tail),
    added: part(after, head, after.length - tail),
    tail: part(after, after.length - tail),
  };
}

function charactersOf(text: string): string[] {
  return Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
}
