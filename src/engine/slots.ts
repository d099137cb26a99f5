// The texts completed last, each in a KV cache of its own: going back to a file, a place or a state before computes nothing anew.

import type { NativeSession } from './addon';
import { mostBytes } from './room';
import { sum } from '../statistics';

interface Slot {
  readonly session: NativeSession;
  /** The ids in the session's KV cache. */
  known: number[];
}

const mostSlots = 8;

export class Slots {
  /** The one used last is the first; never empty. */
  #slots: Slot[];

  constructor(private readonly open: () => NativeSession) {
    this.#slots = [{ session: open(), known: [] }];
  }

  get current(): Slot {
    return this.#slots[0]!;
  }

  /**
   * Makes the slot that begins most like `ids` the current one, and answers how many of them it holds; what it held
   * behind them is dropped. Where that would be most of its text, the slot stays as it is, and another one takes the
   * common head over. The last id is never held: it is evaluated for its logits.
   */
  choose(ids: Int32Array): number {
    // Texts have grown since the last look.
    while (this.#slots.length > 1 && this.#bytes > mostBytes) this.#slots.pop()!.session.free();
    const heads = this.#slots.map(({ known }) => commonHead(known, ids));
    const common = Math.max(...heads);
    const best = this.#slots[heads.indexOf(common)]!;
    const slot = common < best.known.length / 2 ? this.#spare() : best;
    slot.session.copyHead(best.session, common);
    slot.known = best.known.slice(0, common);
    this.#slots = [slot, ...this.#slots.filter((other) => other !== slot)];
    return common;
  }

  /** How many of `ids` a slot holds at most, from the first one on. */
  holds(ids: Int32Array): number {
    return Math.max(...this.#slots.map(({ known }) => commonHead(known, ids)));
  }

  free(): void {
    for (const { session } of this.#slots) session.free();
  }

  /** A new slot, or the one that was not used for the longest time. */
  #spare(): Slot {
    const likely = Math.max(...this.#slots.map(({ session }) => session.bytes));
    const isRoom = this.#slots.length < mostSlots && this.#bytes + likely <= mostBytes;
    return isRoom ? { session: this.open(), known: [] } : this.#slots.at(-1)!;
  }

  get #bytes(): number {
    return sum(this.#slots.map(({ session }) => session.bytes));
  }
}

/** How many ids are equal from the first one on, but for the last of `ids`. */
function commonHead(known: number[], ids: Int32Array): number {
  const most = Math.min(known.length, ids.length - 1);
  let common = 0;
  while (common < most && known[common] === ids[common]) common++;
  return common;
}
