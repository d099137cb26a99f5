// Who computes: one at a time, for each wants all cores. The client that was focused last comes first, then who asked first, and at last what can wait.

/** Whoever asks: work of one client keeps its order. */
export type Asker = object;

interface Ticket {
  readonly asker: Asker;
  readonly number: number;
  /** Has the work come soon to where it lets others pass. */
  readonly interrupt: (() => void) | undefined;
  begin(): void;
}

interface TurnOptions {
  /** Aborted before its turn has come, the work begins without one: it is to compute nothing then. */
  signal?: AbortSignal;
  /** Without it the work is left alone until it ends. */
  interrupt?: () => void;
  /** Whoever else asks, even later, comes before it. */
  isLast?: true;
}

/** Lets those pass who come first; tells whether it did, and ends at once where the work was aborted meanwhile. */
export type Pass = () => Promise<boolean>;

export class Turns {
  #atWork: Ticket | undefined;
  #waiting: Ticket[] = [];
  #given = 0;
  /** When each was focused: the higher the later. */
  readonly #focused = new WeakMap<Asker, number>();

  /** How often anybody has asked for a turn, or to come first, but for those who come last. */
  get given(): number {
    return this.#given;
  }

  /** From now on what this one asks for comes before all that others do. */
  focus(asker: Asker): void {
    this.#focused.set(asker, ++this.#given);
    this.#goOn();
  }

  /** Runs `work` when its turn has come. */
  async run<T>(
    asker: Asker,
    { signal, interrupt, isLast }: TurnOptions,
    work: (pass: Pass) => Promise<T>,
  ): Promise<T> {
    const number = isLast ? Infinity : ++this.#given;
    const ticket: Ticket = { asker, number, interrupt, begin: () => undefined };
    await this.#begun(ticket, signal);
    try {
      return await work(async () => {
        if (this.#atWork !== ticket || !this.#waiting.some((other) => this.#precedes(other, ticket)))
          return false;
        this.#end(ticket);
        await this.#begun(ticket, signal);
        return true;
      });
    } finally {
      this.#end(ticket);
    }
  }

  #begun(ticket: Ticket, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== ticket);
        resolve();
      };
      signal?.addEventListener('abort', leave);
      ticket.begin = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      this.#waiting.push(ticket);
      this.#goOn();
    });
  }

  #end(ticket: Ticket): void {
    if (this.#atWork !== ticket) return;
    this.#atWork = undefined;
    this.#goOn();
  }

  /** Begins what comes first where nothing is at work, else has that come to an end for what comes before it. */
  #goOn(): void {
    const [first] = this.#waiting.sort((a, b) => (this.#precedes(a, b) ? -1 : 1));
    if (!first) return;
    if (this.#atWork) {
      if (this.#precedes(first, this.#atWork)) this.#atWork.interrupt?.();
      return;
    }
    this.#waiting.shift();
    this.#atWork = first;
    first.begin();
  }

  #precedes(a: Ticket, b: Ticket): boolean {
    const [one, other] = [a, b].map(({ asker }) => this.#focused.get(asker) ?? 0);
    return one === other ? a.number < b.number : one! > other!;
  }
}
