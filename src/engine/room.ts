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
const rooms = [512, 1024, 2048, 4096, 8192];
/** How long a prompt may take of which nothing is known, in milliseconds. */
const longestWait = 1500;
/** Multiply-adds of one thread in a millisecond: a guess that lasts until prompts have been read. */
const guessedSpeed = 100e6;
/** Of fewer tokens the time says little about that of a whole prompt. */
const leastTokens = 128;
/** Times are looked at so many at once: a machine that is busy for a moment changes nothing. */
export const mostTimes = 5;
const leastTimes = 3;

/** How many tokens prompt and answer share, by how fast this machine has read prompts with this model. */
export class Room {
  #tokens: number;
  /** Tokens per millisecond, of late. */
  readonly #speeds: number[] = [];

  readonly #guess: number;

  constructor(
    private readonly context: number,
    weights: number,
    threads: number,
  ) {
    this.#guess = (guessedSpeed * threads) / weights;
    this.#tokens = roomAt(this.#guess);
  }

  get tokens(): number {
    return Math.min(this.#tokens, this.context);
  }

  /** How long it takes to read so many. */
  milliseconds(tokens: number): number {
    return tokens / (median(this.#speeds) ?? this.#guess);
  }

  /** A prompt of which so many tokens were unknown has been read. It grows at once, and shrinks where it is far too long. */
  read(tokens: number, milliseconds: number): void {
    if (tokens < leastTokens || milliseconds <= 0) return;
    this.#speeds.push(tokens / milliseconds);
    if (this.#speeds.length > mostTimes) this.#speeds.shift();
    if (this.#speeds.length < leastTimes) return;
    const speed = median(this.#speeds)!;
    if (this.#tokens / speed > 2 * longestWait) this.#tokens = roomAt(speed);
    else this.#tokens = Math.max(this.#tokens, roomAt(speed));
  }
}

/** The largest that is read in time. */
function roomAt(speed: number): number {
  return rooms.findLast((tokens) => tokens / speed <= longestWait) ?? rooms[0]!;
}
