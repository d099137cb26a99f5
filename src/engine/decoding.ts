// An answer in the making: takes the model's tokens one by one, and tells which may come next and when it is enough.

import type { Limits } from '../protocol';
import type { Answer, Token } from '../completion/answer';
import { Healing } from '../model/healing';
import type { Site } from '../completion/site';
import { Stop, type Verdict } from '../completion/stop';
import type { Tokenizer } from '../model/tokenizer';

export class Writing {
  readonly tokens: Token[] = [];
  /** Tokens that went through the model. */
  evaluated = 0;
  verdict: Verdict | undefined;
  /** The answer as it was when the first line of a block was whole. */
  firstLine: Answer | undefined;
  #milliseconds = 0;
  /** Characters of the answer's head that were typed already and are spelled again. */
  #typed: number;
  readonly #stop: Stop;
  readonly #healing: Healing;
  readonly #decoder: ReturnType<Tokenizer['decoder']>;
  readonly #ends: Int32Array;

  /** `word` was taken back from what was typed, and is spelled first; `head` are tokens that another answer has, too. */
  constructor(
    site: Site,
    limits: Limits,
    word: string,
    readonly tokenizer: Tokenizer,
    head: readonly Token[] = [],
  ) {
    this.#stop = new Stop(site, limits);
    this.#healing = new Healing(word, tokenizer);
    this.#decoder = tokenizer.decoder();
    this.#typed = word.length;
    this.#ends = Int32Array.from([...tokenizer.controlIds, ...tokenizer.lineEndIds]);
    for (const { id, logProbability } of head) this.#spell(id, logProbability);
  }

  /** The only ids that may come next; undefined where all may. */
  get allowed(): Int32Array | undefined {
    return this.#healing.allowed;
  }

  /** The ids that end an answer. */
  get endIds(): Int32Array {
    return this.#stop.inBlock ? this.tokenizer.controlIds : this.#ends;
  }

  /** The ids that the model is to stop at: those, and in a block line ends until the first line is whole. */
  get stopIds(): Int32Array {
    return this.firstLine ? this.tokenizer.controlIds : this.#ends;
  }

  /** What follows a verdict does not count. */
  take(id: number, logProbability: number): void {
    const text = this.#spell(id, logProbability);
    if (this.verdict) return;
    if (this.tokenizer.controlIds.includes(id)) return this.finish('end');
    this.verdict = this.#stop.push(text);
    const line = this.#stop.firstLine;
    if (!this.verdict && line !== undefined) this.firstLine ??= this.answer({ text: line, reason: 'line' });
  }

  finish(reason: Parameters<Stop['finish']>[0]): void {
    this.verdict ??= this.#stop.finish(reason);
  }

  /** Notes how many tokens have gone through the model by now, and how long the last of them took. */
  spent(evaluated: number, milliseconds: number): void {
    this.evaluated = evaluated;
    this.#milliseconds += milliseconds;
  }

  answer(verdict: Verdict): Answer {
    const { evaluated, firstLine } = this;
    const tokens = [...this.tokens];
    return { verdict, tokens, evaluated, milliseconds: this.#milliseconds, firstLine };
  }

  /** What the token adds to the answer. */
  #spell(id: number, logProbability: number): string {
    const spelled = this.#decoder.push(id);
    const text = spelled.slice(this.#typed);
    this.#typed = Math.max(0, this.#typed - spelled.length);
    this.#healing.push(id);
    this.tokens.push({ id, text, logProbability });
    return text;
  }
}
