// Sends what has changed to a page, at most five times a second, and only while somebody sees it.

import type { Clock } from './clock';

/** Between two states that a page gets, in milliseconds: more often nobody sees. */
const pause = 200;

export class Updates {
  private cancel: (() => void) | undefined;

  /** `send` makes what it sends: where nobody sees it, that is not done either. */
  constructor(
    private readonly clock: Clock,
    private readonly isSeen: () => boolean,
    private readonly send: () => void,
  ) {}

  /** Something has changed: it is sent soon, together with what changes until then. */
  soon(): void {
    this.cancel ??= this.clock.after(pause, () => {
      this.cancel = undefined;
      if (this.isSeen()) this.send();
    });
  }

  dispose(): void {
    this.cancel?.();
  }
}
