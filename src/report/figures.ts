// Sentences of figures, wherever people read them: on models, answers and speed.

import { t } from '@vscode/l10n';
import type { Completion } from '../protocol';
import { displayName } from '../language/languages';
import type { Diagnosis, Evaluation, ModelInfo, Recent, Tuned } from '../reports';
import { namesIn } from '../specialists';
import {
  bytesOf,
  grouped,
  millions,
  milliseconds,
  percent,
  threadsOf,
  tokensOf,
  tokensPerSecond,
} from '../numbers';

const bars = '▁▂▃▄▅▆▇█';

/** A bar for each value, the highest for the largest of them; none for none. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, Number.MIN_VALUE);
  return values
    .map((value) => bars[Math.min(bars.length - 1, Math.floor((value / most) * bars.length))])
    .join('');
}

/** `ryzanstein-18m: bitnet TQ2_0, 18.1 million weights, 6.2 MB` */
export function modelLine(
  model: Pick<ModelInfo, 'name' | 'architecture' | 'type' | 'weights' | 'bytes'>,
): string {
  const { name, architecture, type, weights, bytes } = model;
  return t`${name}: ${architecture} ${type}, ${millions(weights)} weights, ${bytesOf(bytes)}`;
}

/** `C, Go: tiny-compiled`, or what else is to be said of a specialist. */
export function specialistLine({ languages, name }: { languages: readonly string[]; name: string }): string {
  return `${languages.map(displayName).join(', ')}: ${name}`;
}

/** Who answered: `tiny, tiny-compiled`. */
export function answeredBy({
  model: name,
  specialists,
  byLanguage,
}: Pick<Evaluation, 'model' | 'specialists' | 'byLanguage'>): string {
  return namesIn({ name, ...(specialists && { specialists }) }, Object.keys(byLanguage));
}

/** `tiny is loaded in 0.2 s: 18.1 million weights in TQ2_0 (6.2 MB), 2 threads (avx2). It sees ... In Go other answers.` */
export function loadedLine({
  name,
  type,
  weights,
  bytes,
  loadMs,
  kernel,
  threads,
  ...model
}: ModelInfo): string {
  const figures = [
    t`${millions(weights)} weights in ${type} (${bytesOf(bytes)})`,
    `${threadsOf(threads)} (${kernel})`,
  ];
  const { prompts, caution, specialists = [] } = model;
  const shown = caution ?? (prompts === undefined ? '' : t`It is shown the ${prompts}.`);
  const loaded =
    t`${name} is loaded in ${grouped(loadMs / 1000, 1)} s: ${figures.join(', ')}. ${shown}`.trim();
  const others = specialists.map(
    ({ name, languages }) => t`In ${languages.map(displayName).join(', ')} ${name} answers.`,
  );
  return [loaded, ...others].join(' ');
}

/** `8,192 tokens, 11.0 MB for each 1,000 of them` */
export function contextLine({ contextLength, bytesPerToken }: ModelInfo): string {
  return t`${grouped(contextLength)} tokens, ${bytesOf(bytesPerToken * 1000)} for each 1,000 of them`;
}

/** `512 tokens where nothing is read yet, 2,048 once the cursor has rested` */
export function roomsLine({ cold, rested }: Diagnosis['rooms']): string {
  return rested > cold
    ? t`${grouped(cold)} tokens where nothing is read yet, ${grouped(rested)} once the cursor has rested`
    : tokensOf(cold);
}

/** `2.507 bits for a token of the true text, 2.539 before, 4.446 by tiny alone` */
export function tunedLine({ model, alone, before, after }: Tuned): string {
  const bits = (value: number): string => grouped(value, 3);
  return t`${bits(after)} bits for a token of the true text, ${bits(before)} before, ${bits(alone)} by ${model} alone`;
}

/** `510 tok/s, an answer in 14 ms, 2 threads: medians of the last 20 answers of tiny` */
export function recentLine({ model, answers, tokensPerSecond: speed, latencyMs, threads }: Recent): string {
  const figures = [tokensPerSecond(speed), t`an answer in ${milliseconds(latencyMs)}`];
  const all = threads === undefined ? figures : [...figures, threadsOf(threads)];
  return answers === 1
    ? t`${all.join(', ')}: of one answer of ${model}`
    : t`${all.join(', ')}: medians of the last ${grouped(answers)} answers of ${model}`;
}

/** `tiny; larger: hidden, 41 % sure, in 512 ms` */
export function opinionsLine({ model, other }: Completion): string {
  if (!other) return model;
  const [sure, time] = [percent(other.confidence), milliseconds(other.milliseconds)];
  return other.shown
    ? t`${model}; ${other.model}: ${sure} sure, in ${time}`
    : t`${model}; ${other.model}: hidden, ${sure} sure, in ${time}`;
}

/** `5 tokens in 14 ms (prompt: 412 tokens, 398 from the cache), 510 tok/s` */
export function completionLine(completion: Completion): string {
  const { tokens, prefillMs, decodeMs, promptTokens, reusedTokens } = completion;
  const time = milliseconds(prefillMs + decodeMs);
  const answer = t`${tokensOf(tokens)} in ${time}`;
  const prompt = t`prompt: ${tokensOf(promptTokens)}, ${grouped(reusedTokens)} from the cache`;
  return `${answer} (${prompt}), ${tokensPerSecond(completion.tokensPerSecond)}`;
}
