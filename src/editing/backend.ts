// What answers the editor's requests: an interface that says nothing of where the model runs, nor of how it is asked.

import type { CancellationToken } from 'vscode-jsonrpc/node';
import type {
  BenchParams,
  BenchProgress,
  CompleteParams,
  Completion,
  EvaluateParams,
  EvaluateProgress,
  Known,
  Prefill,
  PrefillParams,
  Sooner,
} from '../protocol';
import type { BenchReport, Diagnosis, Evaluation, ModelInfo } from '../reports';
import type { Occupation } from '../results';

/** `model`: it could not be loaded; `engine`: what computes cannot be run or reached; `request`: one request failed. */
type ProblemKind = 'model' | 'engine' | 'request';

/** What went wrong, as a sentence for the user. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message: string,
  ) {
    super(message);
  }
}

/** What every backend knows of its model; the rest is known where the model runs on this machine. */
type KnownModel = Pick<ModelInfo, 'name'> & Partial<ModelInfo>;

/**
 * `idle`: the backend is not started, or has ended and is not yet wanted again. `percent` of a model is loaded, as far
 * as that is known. `refused` is why it is not the chosen model that is ready.
 */
export type BackendState<Model = KnownModel> =
  | { readonly name: 'idle' }
  | { readonly name: 'starting'; readonly percent?: number }
  | { readonly name: 'ready'; readonly model: Model; readonly refused?: Problem }
  | { readonly name: 'failed'; readonly problem: Problem };

/** All methods fail with a `Problem`. */
export interface Backend {
  readonly state: BackendState;
  /** What keeps the backend from completing. */
  readonly occupation: Occupation | undefined;
  /**
   * One completion; `onSooner` gets answers before it, as soon as they are there. A cancelled request ends
   * soon, with an answer whose reason is `cancelled` or with a `Problem`.
   */
  complete(
    params: CompleteParams,
    token: CancellationToken,
    onSooner: (sooner: Sooner) => void,
  ): Promise<Completion>;
  /** Takes to heart whether an answer was right; a backend that has its own way of knowing leaves it out. */
  known?(known: Known): void;
  /** Has a prompt read ahead of its completion; ends as a completion does. */
  prefill(params: PrefillParams, token: CancellationToken): Promise<Prefill>;
}

/** Work that takes long, and that a backend does if its model runs on this machine; nothing is completed meanwhile. */
export interface Examinable {
  diagnose(token: CancellationToken): Promise<Diagnosis>;
  /** Measures speed, with as much work as fits the model. */
  bench(
    paramsFor: (model: ModelInfo) => BenchParams,
    token: CancellationToken,
    progress: (done: BenchProgress) => void,
  ): Promise<BenchReport>;
  /** Scores the model on holes in files. */
  evaluate(
    params: EvaluateParams,
    token: CancellationToken,
    progress: (done: EvaluateProgress) => void,
  ): Promise<Evaluation>;
}

/** Where a backend writes what happens to it. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  debug(message: string): void;
}
