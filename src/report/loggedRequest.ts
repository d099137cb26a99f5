// A request for ghost text as the log has it, and as pages tell of it.

import type { Completion } from '../protocol';
import type { Outcome, Result } from '../results';

/** `where` is a path and a line. */
export interface LoggedRequest {
  readonly time: number;
  readonly where: string;
  readonly result: Result;
  readonly text?: string;
  readonly outcome?: Outcome;
  readonly waitedMs: number;
  readonly sent?: { readonly heldMs: number; readonly gatheredMs: number };
  /** Where this is the first request that was answered so. */
  readonly completion?: Completion;
  /** Also one that was known before. */
  readonly answer?: Completion;
}
