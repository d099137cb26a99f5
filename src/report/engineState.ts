// The engine's state in words: a sentence on it, and where it fails, what happened and what mends that.

import { t } from '@vscode/l10n';
import type { ModelInfo, RejectedKernel } from '../reports';
import type { Failure, Remedy } from './pages';
import { grouped } from '../numbers';
import { namesIn } from '../specialists';

/** What went wrong, as `Problem` tells it. */
export interface Trouble {
  readonly kind: 'model' | 'engine' | 'request';
  readonly message: string;
}

/** The engine as pages tell of it. */
export type EngineState =
  | { readonly name: 'idle' | 'starting' }
  | { readonly name: 'ready'; readonly model: ModelInfo; readonly refused?: Trouble }
  | { readonly name: 'failed'; readonly problem: Trouble };

export function engineSentence(state: EngineState): string {
  if (state.name === 'failed') return t`Nothing is completed until that is mended.`;
  if (state.name === 'ready') return t`The engine is ready, with ${namesIn(state.model)}.`;
  return state.name === 'starting' ? t`The engine starts.` : t`The engine starts with the first completion.`;
}

/** What the buttons say that mend something. */
export function remedyWords(remedy: Remedy): string {
  const words: Record<Remedy, string> = {
    chooseModel: t`Choose Another Model`,
    tryAgain: t`Try Again`,
    useBundled: t`Use the Bundled Model`,
    restart: t`Restart Engine`,
    changeKernel: t`Change the Kernel`,
    showLog: t`Show Log`,
  };
  return words[remedy];
}

/** What the user has set in the place of the bundled model, and of the kernel that the engine would take. */
export interface Chosen {
  readonly model: boolean;
  readonly kernel: boolean;
}

/** Where one request has failed the engine runs, or is started by the next one. */
export function remediesFor({ kind }: Trouble, chosen: Chosen): Remedy[] {
  if (kind === 'request') return ['showLog'];
  const bundled: Remedy[] = chosen.model ? ['useBundled'] : [];
  // Another model is computed by the same kernel.
  if (kind === 'engine' && chosen.kernel) return ['changeKernel', 'restart', 'showLog'];
  // Its disk may not have been there.
  const first: Remedy[] = kind === 'model' ? ['chooseModel', 'tryAgain'] : ['restart'];
  return [...first, ...bundled, 'showLog'];
}

/** The card at the top of the pages, where something keeps the chosen model from completing. */
export function failureOf(state: EngineState, chosen: Chosen): Failure | undefined {
  const trouble =
    state.name === 'failed' ? state.problem : state.name === 'ready' ? state.refused : undefined;
  if (!trouble) return undefined;
  return {
    title: titleOf(state, trouble),
    text: trouble.message,
    remedies: remediesFor(trouble, chosen).map((remedy) => ({ remedy, label: remedyWords(remedy) })),
  };
}

function titleOf({ name }: EngineState, { kind }: Trouble): string {
  if (name === 'ready') return t`The bundled model answers in the place of the chosen one`;
  return kind === 'model' ? t`The model cannot be used` : t`The engine does not run`;
}

/** `The kernel avx2 computes wrongly on this CPU, in 3 of 221 cases. The kernel scalar is used instead.` */
export function rejectedSentence({ kernel, mismatches, cases }: RejectedKernel, used: string): string {
  return t`The kernel ${kernel} computes wrongly on this CPU, in ${grouped(mismatches)} of ${grouped(cases)} cases. The kernel ${used} is used instead.`;
}

/** Those that nobody was told of; `told` are the names of those that somebody was. */
export function untold(
  rejected: readonly RejectedKernel[] | undefined,
  told: readonly string[],
): RejectedKernel[] {
  return (rejected ?? []).filter(({ kernel }) => !told.includes(kernel));
}
