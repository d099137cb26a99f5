// The texts completed last, each in a KV cache of its own: going back to a file, a place or a state before computes nothing anew.

import type { NativeSession } from './addon';
import { mostBytes } from './room';
import { sum } from '../statistics';

interface Slot {
  readonly owner: Slots;
  readonly session: NativeSession;
  /** The ids in the session's KV cache. */
  known: number[];
}

const mostSlots = 8;

/** The slots of all clients of a model, which share the memory for them. */
export class Shelf {
  /** The one used last is the first. */
  #slots: Slot[] = [];

  constructor(private readonly open: () => NativeSession) {}

  of(owner: Slots): Slot[] {
    return this.#slots.filter((slot) => slot.owner === owner);
  }

  add(owner: Slots): Slot {
    const slot = { owner, session: this.open(), known: [] };
    this.#slots.unshift(slot);
    return slot;
  }

  use(slot: Slot): void {
    this.#slots = [slot, ...this.#slots.filter((other) => other !== slot)];
  }

  free(slot: Slot): void {
    this.#slots = this.#slots.filter((other) => other !== slot);
    slot.session.free();
  }

  get bytes(): number {
    return sum(this.#slots.map(({ session }) => session.bytes));
  }

  /** The one that was not used for the longest time, but for those that somebody works with. */
  get oldest(): Slot | undefined {
    return this.#slots.findLast((slot) => !slot.owner.isAtWork || slot !== slot.owner.current);
  }
}

/** Those of one client. */
export class Slots {
  /** One that was aborted may end when the next one has begun. */
  #works = 0;

  constructor(private readonly shelf: Shelf) {}

  /** The current one is being read or written into, and is nobody else's to free. */
  get isAtWork(): boolean {
    return this.#works > 0;
  }

  /** Runs what reads the current one, or writes into it. */
  async atWork<T>(work: () => Promise<T>): Promise<T> {
    this.#works++;
    try {
      return await work();
    } finally {
      this.#works--;
    }
  }

  get current(): Slot {
    return this.shelf.of(this)[0] ?? this.shelf.add(this);
  }

  /**
   * Makes the slot that begins most like `ids` the current one, and answers how many of them it holds; what it held
   * behind them is dropped. Where that would be most of its text, the slot stays as it is, and another one takes the
   * common head over. The last id is never held: it is evaluated for its logits.
   */
  choose(ids: Int32Array): number {
    const { shelf } = this;
    if (shelf.of(this).length === 0) shelf.add(this);
    // Texts have grown since the last look.
    while (shelf.bytes > mostBytes && shelf.oldest) shelf.free(shelf.oldest);
    const own = shelf.of(this);
    const heads = own.map(({ known }) => commonHead(known, ids));
    const common = Math.max(...heads);
    const best = own[heads.indexOf(common)]!;
    const slot = common < best.known.length / 2 ? this.#spare(own) : best;
    slot.session.copyHead(best.session, common);
    slot.known = best.known.slice(0, common);
    shelf.use(slot);
    return common;
  }

  /** How many of `ids` a slot holds at most, from the first one on. */
  holds(ids: Int32Array): number {
    return Math.max(0, ...this.shelf.of(this).map(({ known }) => commonHead(known, ids)));
  }

  free(): void {
    for (const slot of this.shelf.of(this)) this.shelf.free(slot);
  }

  /** A new slot, or the one that was not used for the longest time. */
  #spare(own: Slot[]): Slot {
    const { shelf } = this;
    const likely = Math.max(...own.map(({ session }) => session.bytes));
    if (own.length >= mostSlots) return own.at(-1)!;
    if (shelf.bytes + likely <= mostBytes) return shelf.add(this);
    const oldest = shelf.oldest ?? own.at(-1)!;
    if (oldest.owner === this) return oldest;
    shelf.free(oldest);
    return shelf.add(this);
  }
}

/** How many ids are equal from the first one on, but for the last of `ids`. */
function commonHead(known: number[], ids: Int32Array): number {
  const most = Math.min(known.length, ids.length - 1);
  let common = 0;
  while (common < most && known[common] === ids[common]) common++;
  return common;
}
