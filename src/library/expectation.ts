// What to expect of a model on this machine before it ever ran here: from what it has to read and to multiply, and how fast both go.

import { t } from '@vscode/l10n';
import type { MachineSpeed, ModelGlance } from '../reports';
import type { Speed } from './speeds';
import { bytesOf, grouped, milliseconds } from '../numbers';

export interface Expectation {
  /** To the first ghost text in a file that was not read yet, in milliseconds. */
  coldMs: number;
  /** To the ghost text behind each key. */
  keyMs: number;
  /** With the texts that it keeps. */
  memory: number;
  /** It ran here, and this is how fast it was. */
  isMeasured?: true;
}

/** What of a model decides how long it takes. */
export type Load = Pick<ModelGlance, 'bytes' | 'passBytes' | 'multiplied'>;

/** The shortest of the prompts that the engine cuts for a slow model: a test holds the two equal. */
export const promptTokens = 256;
const answerTokens = 12;
/** A key brings a token or two; they are read in one pass. */
const keyPasses = 1;
/** Of the KV caches of all texts, as the engine has it: a test holds the two equal. */
const cacheBytes = 256e6;
/** Of the speed of reading memory, as decode of models that no cache holds reaches it (docs/speed.md). */
const readShare = 0.8;
/** What a pass takes besides. */
const passMs = 0.1;

export function expectationOf(
  { bytes, passBytes, multiplied }: Load,
  machine: MachineSpeed,
  measured: Speed = {},
): Expectation {
  // Whole passes reach the speed of the ternary product alone, whatever the weights (docs/speed.md).
  const multiplyMs = multiplied / ((machine.gops / 2) * 1e6 * machine.threads);
  const readMs = passBytes / (machine.readGBs * 1e6 * readShare);
  const tokenMs = measured.decode ? 1 / measured.decode : Math.max(readMs, multiplyMs) + passMs;
  const promptMs = promptTokens * (measured.prefill ? 1 / measured.prefill : multiplyMs);
  return {
    coldMs: promptMs + answerTokens * tokenMs,
    keyMs: (keyPasses + answerTokens) * tokenMs,
    memory: bytes + cacheBytes,
    ...(measured.decode && measured.prefill && { isMeasured: true as const }),
  };
}

/** Longer than this nobody waits: VS Code has been answered long before. */
const patience = { coldMs: 6000, keyMs: 1500 };
/** What a model may take so that the editor is answered in time. */
const inTime = { coldMs: 2000, keyMs: 300 };
const mostOfMemory = 0.5;

/** Why a model is not for this machine, as a sentence; nothing where it is. */
export function unfit({ coldMs, keyMs, memory }: Expectation, memoryBytes: number): string | undefined {
  if (memory > mostOfMemory * memoryBytes)
    return t`needs ${bytesOf(memory)} of memory, of ${bytesOf(memoryBytes)}`;
  if (coldMs > patience.coldMs || keyMs > patience.keyMs) return t`too slow here`;
  return undefined;
}

/** Whether ghost text comes before VS Code stops waiting for it, as a rule. */
export function answersInTime({ coldMs, keyMs }: Expectation): boolean {
  return coldMs <= inTime.coldMs && keyMs <= inTime.keyMs;
}

/** `713 MB of memory, about 0.3 s for each key, 1.1 s in a new file` */
export function expectationLine({ coldMs, keyMs, memory, isMeasured }: Expectation): string {
  const seconds = (ms: number): string =>
    ms < 95 ? milliseconds(Math.max(10, Math.ceil(ms / 10) * 10)) : `${grouped(ms / 1000, 1)} s`;
  const [cold, key, needed] = [seconds(coldMs), seconds(keyMs), bytesOf(memory)];
  return isMeasured
    ? t`${needed} of memory, measured here: ${key} for each key, ${cold} in a new file`
    : t`${needed} of memory, about ${key} for each key, ${cold} in a new file`;
}
