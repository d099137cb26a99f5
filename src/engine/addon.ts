// The native addon: its types, and where its file is found.

import { t } from '@vscode/l10n';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { Hyperparameters } from '../model/architectures';
import type { CacheSettings } from '../model/measured';
import type { TensorDescription } from '../model/gguf';
import type { RejectedKernel } from '../reports';
import { messageOf } from '../wording';

interface KernelReport {
  name: string;
  supported: boolean;
}

export interface CpuReport {
  vendor: string;
  brand: string;
  flags: string[];
  physicalCores: number;
  /** Of the fastest kind, where there are several. */
  fastCores: number;
  logicalCores: number;
  levels: KernelReport[];
}

/** Power and memory of the machine, as far as the system tells: on macOS and Windows. */
export interface Supplies {
  onBattery?: boolean;
  availableBytes?: number;
}

/** The ids in order, each with its natural log-probability; a stop id is the last of `ids`. */
export interface Generated {
  ids: Int32Array;
  logProbabilities: Float32Array;
  milliseconds: number;
  end: 'max' | 'stop' | 'cancelled' | 'context';
}

/** `exclude` are ids that are not counted; `overflow` is text that the context has no room for, counted as well. */
export interface NgramOptions {
  exclude: Int32Array;
  overflow: Int32Array;
}

/**
 * The likeliest id is chosen. `allowed` are the only ids to choose from, and log-probabilities are among them.
 * `except` are not chosen unless nothing else is left, while log-probabilities stay as they are.
 * With `ngramCache` choice and log-probabilities are those of the model and what the context holds together.
 */
export interface GenerateOptions {
  max: number;
  stopIds: Int32Array;
  /** Tokens at most that are guessed from the text and evaluated at once; it changes nothing but the time. */
  draft?: number;
  allowed?: Int32Array;
  except?: Int32Array;
  ngramCache?: NgramOptions;
}

export interface NativeSession {
  /** Tokens in the KV cache. */
  readonly length: number;
  /** Of memory, with room for the text so far and some more. */
  readonly bytes: number;
  /** Appends `ids`; the logits of the last one are kept. A cancelled call leaves the cache at a chunk's start. */
  evaluate(ids: Int32Array): Promise<{ milliseconds: number }>;
  /** The logits of every id, `[ids.length * vocabulary]`. */
  evaluateAll(ids: Int32Array): Promise<Float32Array>;
  /** Appends `ids`; gives the natural log-probability of each but the first, given those before it. */
  score(ids: Int32Array): Promise<Float32Array>;
  /**
   * Appends `ids`; gives a row of what foretold each of them, `[ids.length][1 + 2 * sharpness.length + 15]`: its
   * probability by the model; for each sharpness the weight of the similar places that it follows, and of all; for 1, 2,
   * 4, 8 and 16 tokens of context how often it follows the same ones, how often anything does, and how many ids do.
   */
  weigh(ids: Int32Array, ngramCache: NgramOptions, sharpness: number[]): Promise<Float32Array>;
  /** Chooses an id, evaluates it and goes on; a stop id ends it and is not evaluated. */
  generate(options: GenerateOptions): Promise<Generated>;
  /** Drops all but the first `length` tokens; the logits are invalid until the next `evaluate`. */
  truncate(length: number): void;
  /** Becomes the first `length` tokens of another session of the same model and context length, without logits. */
  copyHead(from: NativeSession, length: number): void;
  /** Stops the call that is at work, within a few milliseconds. */
  cancel(): void;
  free(): void;
}

export interface NativeModel {
  readonly kernel: string;
  /** Faster kernels that compute wrongly on this CPU; none of those that were asked for by name. */
  readonly rejected: RejectedKernel[];
  readonly threads: number;
  readonly bytes: number;
  /** Of a session, for each token that it has room for. */
  readonly bytesPerToken: number;
  readonly loadMilliseconds: number;
  session(options: { contextLength: number }): NativeSession;
  /** At most `threads` compute from the next pass on, of those that the model was loaded with. */
  use(threads: number): void;
  /** Weighs what the context holds by these settings, or the usual ones, from the next call on; none may be at work. */
  tune(cache: CacheSettings): void;
  free(): void;
}

export interface Addon {
  /** True of another engine in this place, which says by itself what it cannot load. */
  readonly loadsAnyModel?: boolean;
  supplies(): Supplies;
  cpu(): CpuReport;
  selftest(level: string): { cases: number; mismatches: number; maximumError: number };
  /** The ternary product of `rows` x `columns` with `tokens` vectors, measured on every level that runs here. */
  benchKernels(options: {
    rows: number;
    columns: number;
    tokens: number;
    milliseconds: number;
  }): { level: string; gops: number }[];
  /** In GB/s. */
  readBandwidth(options: { megabytes: number; threads: number; milliseconds: number }): number;
  /**
   * `onProgress` gets the share of the weights that is loaded, not each time that it grows. Rejects soon after `signal`
   * is aborted.
   */
  load(
    file: string,
    tensors: TensorDescription[],
    hyperparameters: Hyperparameters,
    options: {
      threads: number;
      kernel?: string;
      cache?: CacheSettings;
      onProgress?: (share: number) => void;
      signal?: AbortSignal;
    },
  ): Promise<NativeModel>;
}

export class AddonError extends Error {}

/** The addon's file: `RYZANSTEIN_ADDON`, else beside the bundle. */
export function addonFile(folder: string = __dirname): string {
  const forced = process.env.RYZANSTEIN_ADDON;
  return forced ?? path.join(folder, 'native', `${process.platform}-${process.arch}`, 'ryzanstein.node');
}

/** What VS Code calls this system: Alpine has a libc of its own, and so a package of its own. */
function systemHere(): string {
  const alpine = process.platform === 'linux' && fs.existsSync('/etc/alpine-release');
  return `${alpine ? 'alpine' : process.platform}-${process.arch}`;
}

/** Why there is no engine at `file`: what the package holds instead. */
function whatIsThere(file: string): string {
  const folder = path.dirname(path.dirname(file));
  const folders = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const others = folders.filter((other) => fs.existsSync(path.join(folder, other, path.basename(file))));
  return others.length > 0
    ? t`This package holds the engine for ${others.join(', ')}: there is none at ${file}`
    : t`This package holds no engine: there is none at ${file}`;
}

/** Loads the addon; throws an AddonError that names the file and what to do. */
export function loadAddon(file: string = addonFile()): Addon {
  const remedy = t`Install the package for ${systemHere()}, or build one there with "npm run package".`;
  if (!fs.existsSync(file)) throw new AddonError(`${whatIsThere(file)}. ${remedy}`);
  try {
    return createRequire(__filename)(file) as Addon;
  } catch (error) {
    throw new AddonError(t`The engine ${file} cannot be loaded here: ${messageOf(error)}. ${remedy}`);
  }
}
