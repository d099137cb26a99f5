// An answer in the making: spells the model's tokens one by one, and tells which may come next and when it is enough.

import { type Answer, Finishing, type Token } from '../completion/finish';
import type { Site } from '../completion/site';
import { Healing } from '../model/healing';
import type { Tokenizer } from '../model/tokenizer';
import type { Limits } from '../protocol';
import type { StopReason } from '../results';

export interface ModelToken extends Token {
  readonly id: number;
}

/** An answer with what it cost. */
export interface Written extends Answer<ModelToken> {
  /** Tokens that went through the model; the one that ends an answer need not. */
  readonly evaluated: number;
  readonly milliseconds: number;
}

export function emptyAnswer(reason: StopReason): Written {
  return { verdict: { text: '', reason }, tokens: [], evaluated: 0, milliseconds: 0 };
}

export class Writing {
  /** Tokens that went through the model. */
  evaluated = 0;
  #milliseconds = 0;
  /** Characters of the answer's head that were typed already and are spelled again. */
  #typed: number;
  readonly #finishing: Finishing<ModelToken>;
  readonly #healing: Healing;
  readonly #decoder: ReturnType<Tokenizer['decoder']>;
  readonly #ends: Int32Array;

  /** `word` was taken back from what was typed, and is spelled first; `head` are tokens that another answer has, too. */
  constructor(
    site: Site,
    limits: Limits,
    word: string,
    readonly tokenizer: Tokenizer,
    head: readonly ModelToken[] = [],
  ) {
    this.#finishing = new Finishing(site, limits);
    this.#healing = new Healing(word, tokenizer);
    this.#decoder = tokenizer.decoder();
    this.#typed = word.length;
    this.#ends = Int32Array.from([...tokenizer.controlIds, ...tokenizer.lineEndIds]);
    for (const { id, logProbability } of head) this.take(id, logProbability);
  }

  get isFinished(): boolean {
    return this.#finishing.verdict !== undefined;
  }

  /** How many tokens were taken. */
  get length(): number {
    return this.#finishing.tokens.length;
  }

  /** The only ids that may come next; undefined where all may. */
  get allowed(): Int32Array | undefined {
    return this.#healing.allowed;
  }

  /** The ids that end an answer. */
  get endIds(): Int32Array {
    return this.#finishing.inBlock ? this.tokenizer.controlIds : this.#ends;
  }

  /** The ids that the model is to stop at: those, and in a block line ends until the first line is whole. */
  get stopIds(): Int32Array {
    return this.#finishing.firstLine ? this.tokenizer.controlIds : this.#ends;
  }

  take(id: number, logProbability: number): void {
    const spelled = this.#decoder.push(id);
    const text = spelled.slice(this.#typed);
    this.#typed = Math.max(0, this.#typed - spelled.length);
    this.#healing.push(id);
    this.#finishing.take({ id, text, logProbability });
    if (this.tokenizer.controlIds.includes(id)) this.end('end');
  }

  end(reason: Parameters<Finishing['end']>[0]): void {
    this.#finishing.end(reason);
  }

  /** Notes how many tokens have gone through the model by now, and how long the last of them took. */
  spent(evaluated: number, milliseconds: number): void {
    this.evaluated = evaluated;
    this.#milliseconds += milliseconds;
  }

  /** Of a block, the answer up to the end of its first line; undefined until that is whole. */
  get firstLine(): Written | undefined {
    return this.#finishing.firstLine && this.#costed(this.#finishing.firstLine);
  }

  get answer(): Written {
    return this.#costed(this.#finishing.answer);
  }

  /** With what has been spent by now. */
  #costed(answer: Answer<ModelToken>): Written {
    return { ...answer, evaluated: this.evaluated, milliseconds: this.#milliseconds };
  }
}
