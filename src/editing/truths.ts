// What was written in the end where a model had answered: tells of each answer whether its first line was right, shown or not.

import type { Completion, Known, Prompt } from '../protocol';

/** Places that wait for their line to be finished; of more, the oldest are given up. */
const mostWaiting = 32;

const closers = /^[)\]}"'`>]+$/;

interface Waiting {
  readonly prompt: Pick<Prompt, 'path' | 'languageId' | 'prefix'>;
  /** What stood behind the cursor on its line, and on the next one, where there was one. */
  readonly behind: string;
  readonly below: string | undefined;
  readonly model: string;
  /** That of what was written, which in markup may be a script. */
  readonly language: string;
  readonly text: string;
  readonly likelihood: number;
}

type Said = Pick<Completion, 'model' | 'text' | 'hidden' | 'likelihood'>;

export class Truths {
  private waiting: Waiting[] = [];

  constructor(private readonly tell: (known: Known) => void) {}

  /** Waits for the truth about an answer, and about what another model said. */
  answered({ path, languageId, prefix, suffix }: Prompt, completion: Completion): void {
    const { other, bar } = completion;
    const language = bar?.language ?? languageId;
    const said: Said[] = [completion, ...(other?.said ? [{ ...other.said, model: other.model }] : [])];
    const [behind = '', below] = linesOf(suffix);
    for (const { model, text, hidden, likelihood } of said) {
      if (likelihood === undefined || lineOf(text).trim() === '') continue;
      if (hidden !== undefined && hidden !== 'confidence') continue;
      const prompt = { path, languageId, prefix };
      this.waiting.push({ prompt, behind, below, model, language, text, likelihood });
    }
    this.waiting = this.waiting.slice(-mostWaiting);
  }

  /** The cursor is at a place: lines above it, in the same text as it was, are as they were wanted. */
  at({ path, languageId, prefix }: Pick<Prompt, 'path' | 'languageId' | 'prefix'>): void {
    this.waiting = this.waiting.filter(({ prompt, behind, below, model, language, text, likelihood }) => {
      if (prompt.path !== path || prompt.languageId !== languageId) return true;
      if (!prefix.startsWith(prompt.prefix)) return true;
      const written = prefix.slice(prompt.prefix.length);
      if (!written.includes('\n')) return true;
      const [line = '', next = '', ...more] = linesOf(written);
      // Lines that are as they were tell nothing: the cursor has only gone elsewhere.
      const isNext = more.length > 0 ? below === next : below?.startsWith(next);
      if (line === behind && isNext) return true;
      const exact = isRight(lineOf(text), behind, line);
      this.tell({
        model,
        answer: { confidence: likelihood, language, exact, characters: text.length },
      });
      return false;
    });
  }
}

/** To the end of the line, or to what stood behind the cursor: of a closing bracket, something may follow it by now. */
function isRight(answered: string, behind: string, written: string): boolean {
  if (written === answered || written === answered + behind) return true;
  return closers.test(behind) && written.startsWith(answered + behind);
}

/** The first line, without white space at its end. */
function lineOf(text: string): string {
  return /^[^\r\n]*/.exec(text)![0].trimEnd();
}

/** The first two lines so, and what there is behind them. */
function linesOf(text: string): string[] {
  return text.split('\n', 3).map(lineOf);
}
