// The one way from what a model writes to what is shown, whoever the model is: where it is enough, what of it is fit, how sure it is.

import { leastConfidence } from '../eagerness';
import { languageName } from '../language/languages';
import type { Bar, Completion, Limits } from '../protocol';
import { calibrated, type Calibration, uncalibrated } from './calibration';
import { clean } from './clean';
import { type Features, featuresOf, type Surety } from './features';
import { likelihoodBy } from './likelihood';
import { isClosers, type Site } from './site';
import { Stop, type Verdict } from './stop';
import type { Syntax } from './syntax';

/** `text` is what a token adds to the answer: nothing where it spells what was typed. */
export interface Token {
  readonly text: string;
  /** The natural one. */
  readonly logProbability: number;
}

/** What was written up to a verdict; tokens behind it add nothing to the text. */
export interface Answer<T extends Token = Token> {
  readonly verdict: Verdict;
  readonly tokens: readonly T[];
  /** Of a block: the answer as it was when its first line was whole. */
  readonly firstLine?: Answer<T>;
}

/** Takes an answer's tokens one by one, and knows when it is enough. */
export class Finishing<T extends Token = Token> {
  readonly #stop: Stop;
  readonly #tokens: T[] = [];
  #verdict: Verdict | undefined;
  #firstLine: Answer<T> | undefined;

  constructor(site: Site, limits: Limits) {
    this.#stop = new Stop(site, limits);
  }

  /** Undefined as long as more is wanted. */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  get tokens(): readonly T[] {
    return this.#tokens;
  }

  /** The answer that ends with the first line of a block; undefined until that is whole, and where nothing follows it. */
  get firstLine(): Answer<T> | undefined {
    return this.#firstLine;
  }

  /** True where a line end is not the end by itself. */
  get inBlock(): boolean {
    return this.#stop.inBlock;
  }

  take(token: T): void {
    this.#tokens.push(token);
    if (this.#verdict) return;
    this.#verdict = this.#stop.push(token.text);
    const line = this.#stop.firstLine;
    if (!this.#verdict && line !== undefined)
      this.#firstLine ??= { verdict: this.#stop.cutLine(line), tokens: [...this.#tokens] };
  }

  /** The model ended by itself, or had to; means nothing behind a verdict. */
  end(reason: Parameters<Stop['finish']>[0]): void {
    this.#verdict ??= this.#stop.finish(reason);
  }

  /** Throws an Error where nothing has ended it yet. */
  get answer(): Answer<T> {
    if (!this.#verdict) throw new Error('The answer is not finished.');
    return { verdict: this.#verdict, tokens: [...this.#tokens], firstLine: this.#firstLine };
  }
}

interface Judged extends Pick<Completion, 'text' | 'reason' | 'hidden' | 'confidence' | 'likelihood'> {
  bar: Bar;
  /** What speaks for it. */
  features: Features;
}

/** What of an answer is fit to show, with the document's line ends: of a block that is unfit, its first line if that is fit. */
export function judge(
  site: Site,
  { verdict: written, tokens, firstLine }: Answer,
  limits: Limits,
  syntax: Syntax | undefined,
  calibration: Calibration = uncalibrated,
): Judged {
  const verdict = withoutTypedAgain(site, written, limits);
  const { text, hidden } = clean(site, verdict, syntax);
  // The space before a closer that stands there is often one token with it, which is not of the text.
  const own = isClosers(site.lineAfter) ? text.replace(/(?<=\S) $/, '') : text;
  const features = featuresOf(site, own, suretyOf(own, tokens, verdict.skipped));
  const likelihood = likelihoodBy(features);
  const confidence = calibrated(likelihood, site.languageId, calibration);
  const { minConfidence: wanted } = limits;
  const language = languageName(site.languageId);
  const least = leastConfidence(wanted, text, language, calibration.thresholds);
  const unsure = hidden === undefined && confidence < least;
  const isUnfit = unsure || (hidden !== undefined && hidden !== 'cancelled');
  const line = isUnfit && firstLine ? judge(site, firstLine, limits, syntax, calibration) : undefined;
  if (line && line.hidden === undefined) return line;
  return {
    text: site.lineEnd === '\n' ? text : text.replaceAll('\n', site.lineEnd),
    reason: verdict.reason,
    hidden: unsure ? 'confidence' : hidden,
    confidence,
    likelihood,
    bar: { wanted, language, least: Number.isFinite(least) ? least : null },
    features,
  };
}

/** What goes on where a text begins with all that stands before the cursor in its line, several words at least. */
function withoutTypedAgain(site: Site, verdict: Verdict, limits: Limits): Verdict {
  const typed = site.lineBefore.trim();
  const { text, reason, skipped = 0 } = verdict;
  const length = /^[ \t]*/.exec(text)![0].length + typed.length;
  const rest = text.slice(length);
  const isAgain = text.slice(0, length).trimStart() === typed && typed.length >= 8;
  // What is compared may be a value: `ready = ready == on`.
  if (!isAgain || !/^[\p{L}_]\w*\s+\S/u.test(typed) || /^[=!<>]/.test(rest)) return verdict;
  const stop = new Stop(site, limits);
  const ended = stop.push(reason === 'line' ? `${rest}\n` : rest) ?? stop.finish('end');
  return { ...ended, skipped: skipped + length + (ended.skipped ?? 0) };
}

function suretyOf(text: string, tokens: readonly Token[], skipped?: number): Surety {
  const of = (part: readonly Token[]): number[] => part.map(({ logProbability }) => logProbability);
  const line = tokensIn(/^\s*.*/.exec(text)![0], tokens, skipped);
  const last = line.at(-1);
  const end = last && tokens[tokens.indexOf(last) + 1];
  return { all: of(tokensIn(text, tokens, skipped)), line: of(line), end: end?.logProbability ?? 0 };
}

/**
 * The tokens that reach into `text`, which stands behind `skipped` characters of theirs, or another text of the same signs:
 * white space may have been written otherwise.
 */
function tokensIn(text: string, tokens: readonly Token[], skipped = 0): Token[] {
  const written = tokens.map((token) => token.text).join('');
  const most = written.startsWith(text.trimEnd(), skipped)
    ? text.length
    : lengthOf(written.slice(skipped), text.replace(/\s+/g, '').length);
  let length = -skipped;
  return tokens.filter((token) => {
    length += token.text.length;
    return length - token.text.length < most && (skipped === 0 || length > 0);
  });
}

/** How far the first `signs` characters that are no white space reach. */
function lengthOf(text: string, signs: number): number {
  const ends = [...text.matchAll(/\S/g)].map(({ index }) => index + 1);
  return ends[signs - 1] ?? text.length;
}
