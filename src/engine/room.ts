// How long texts may be: the context by the memory that it takes, the prompt by the time that it takes to read.

import { median } from '../statistics';

/** Of the KV caches of all texts together, and so of the longest one. */
export const mostBytes = 256e6;
/** Attention takes more and more of the time, and nobody waits for what is longer to be read. */
const longestContext = 8192;

/** Tokens of the longest text: those that the model was trained for, as far as there is memory. */
export function contextOf(trained: number, bytesPerToken: number): number {
  return Math.max(1, Math.min(trained, longestContext, Math.floor(mostBytes / bytesPerToken)));
}

/** For figures that do not depend on the machine's speed. */
export const fixedRoom = 1024;

/** Each twice the one before: another one moves the prompt's start, and all of it is read anew. */
export const rooms = [256, 512, 1024, 2048, 4096, 8192];
/** How long a prompt may take of which nothing is known, in milliseconds: while somebody waits, and while the cursor rests. */
const longestWait = 1000;
const longestRest = 4000;
/** Multiply-adds of one thread in a millisecond: a guess that lasts until prompts have been read. */
const guessedSpeed = 100e6;
/** Of fewer tokens the time says little about that of a whole prompt. */
const leastTokens = 128;
/** Times are looked at so many at once: a machine that is busy for a moment changes nothing. */
export const mostTimes = 5;
const leastTimes = 3;

/** How many tokens prompt and answer share, by how fast this machine has read prompts with this model. */
export class Room {
  /** Tokens per millisecond that the rooms are made for. */
  #speed: number;
  /** Tokens per millisecond, of late. */
  readonly #speeds: number[] = [];

  constructor(
    private readonly context: number,
    /** Weights that each token is multiplied with. */
    multiplied: number,
    threads: number,
  ) {
    this.#speed = (guessedSpeed * threads) / multiplied;
  }

  /** Of a prompt that somebody waits for. */
  get cold(): number {
    return Math.min(roomAt(this.#speed, longestWait), this.context);
  }

  /** Of one that is read while the cursor rests. */
  get rested(): number {
    return Math.min(roomAt(this.#speed, longestRest), this.context);
  }

  /** How long it takes to read so many. */
  milliseconds(tokens: number): number {
    return tokens / (median(this.#speeds) ?? this.#speed);
  }

  /** A prompt of which so many tokens were unknown has been read. Rooms grow at once, and shrink where they are far too long. */
  read(tokens: number, milliseconds: number): void {
    if (tokens < leastTokens || milliseconds <= 0) return;
    this.#speeds.push(tokens / milliseconds);
    if (this.#speeds.length > mostTimes) this.#speeds.shift();
    if (this.#speeds.length < leastTimes) return;
    const speed = median(this.#speeds)!;
    if (speed > this.#speed || speed < this.#speed / 2) this.#speed = speed;
  }
}

/** The largest that is read in time. */
function roomAt(speed: number, milliseconds: number): number {
  return rooms.findLast((tokens) => tokens / speed <= milliseconds) ?? rooms[0]!;
}
