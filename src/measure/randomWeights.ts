// Random weights in the blocks of ggml's types: what a block is made of, and its bytes from a seed, piece by piece.

import { float32 } from '../model/ggufWriter';

const chunkBytes = 1 << 22;

/** A run of bytes in a block: so many random ones, each of them any of `choices`, or always the same ones. */
type BlockPart = { bytes: number; choices: Uint8Array } | { constant: Buffer };

/** How a type is filled with random weights: `blocks` repeat `parts`, and `tail` closes the tensor. */
export interface Filling {
  type: number;
  parts: BlockPart[];
  tail?: Buffer;
}

/** Every byte whose digits of the given base, packed as the type packs them, are ternary. */
const quads = Uint8Array.from(ternaryDigits(4), (digits) =>
  digits.reduce((sum, digit) => sum * 4 + digit, 0),
);
/** TQ1_0 writes digits in base 3 as a fraction of 256, rounded up; four of them are followed by a zero. */
const fives = Uint8Array.from({ length: 243 }, (_, code) => Math.floor((code * 256 + 242) / 243));
const fours = Uint8Array.from({ length: 81 }, (_, code) => fives[code * 3]!);
/** int8 without -128, which has no counterpart. */
const int8s = Uint8Array.from({ length: 255 }, (_, i) => i - 127);

function ternaryDigits(count: number): number[][] {
  return Array.from({ length: 3 ** count }, (_, code) =>
    Array.from({ length: count }, (_, i) => Math.floor(code / 3 ** i) % 3),
  );
}

/** The fillings of ternary matrices with one scale, 2 to the power of `exponent`; `columns` is what rows are multiples of. */
export const matrixFillings: Record<string, { columns: number; filling: (exponent: number) => Filling }> = {
  tq2_0: {
    columns: 256,
    filling: (exponent) => ({
      type: 35,
      parts: [{ bytes: 64, choices: quads }, { constant: half(exponent) }],
    }),
  },
  tq1_0: {
    columns: 256,
    filling: (exponent) => ({
      type: 34,
      parts: [{ bytes: 48, choices: fives }, { bytes: 4, choices: fours }, { constant: half(exponent) }],
    }),
  },
  i2_s: {
    columns: 128,
    filling: (exponent) => ({
      type: 36,
      parts: [{ bytes: 32, choices: quads }],
      tail: Buffer.concat([float32(2 ** exponent), Buffer.alloc(28)]),
    }),
  },
};

/** Rows of int8 under one scale, small enough for a head whose logits are of the size of a trained model's. */
export const embedding: Filling = {
  type: 8,
  parts: [{ constant: half(-11) }, { bytes: 32, choices: int8s }],
};
const bytes = (from: number, to: number): Uint8Array =>
  Uint8Array.from({ length: to - from }, (_, i) => from + i);
const anyByte = bytes(0, 256);
/** Floats from 0.5 to 1.5, for norms. */
export const aroundOne: Filling = {
  type: 0,
  parts: [
    { bytes: 2, choices: anyByte },
    { bytes: 1, choices: bytes(0, 0xc0) },
    { bytes: 1, choices: bytes(0x3f, 0x40) },
  ],
};
/** Floats of 1/128 to 1/2 with either sign, for biases. */
export const aroundZero: Filling = {
  type: 0,
  parts: [
    { bytes: 3, choices: anyByte },
    { bytes: 1, choices: Uint8Array.of(0x3c, 0x3d, 0x3e, 0xbc, 0xbd, 0xbe) },
  ],
};

/** 2 to the power of `exponent` as a half, of which only the exponent's bits are set. */
function half(exponent: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE((exponent + 15) << 10);
  return bytes;
}

/** xorshift32 (Marsaglia 2003), which fills a stretch of bytes with values of a table of 65536. */
export function randomBits(
  seed: number,
): (buffer: Buffer, start: number, end: number, table: Uint8Array) => void {
  let state = Math.imul(seed + 1, 2654435761) | 0 || 1;
  return (buffer, start, end, table) => {
    let bits = state;
    for (let i = start; i < end; i += 2) {
      bits ^= bits << 13;
      bits ^= bits >>> 17;
      bits ^= bits << 5;
      buffer[i] = table[bits & 0xffff]!;
      if (i + 1 < end) buffer[i + 1] = table[bits >>> 16]!;
    }
    state = bits;
  };
}

export type Fill = ReturnType<typeof randomBits>;

/** The `bytes` of a whole tensor in pieces of whole blocks; a piece is valid until the next one is asked for. */
export function* randomData({ parts, tail }: Filling, bytes: number, fill: Fill): Generator<Buffer> {
  const places = parts.map((part) =>
    'constant' in part
      ? { size: part.constant.length, ...part }
      : { size: part.bytes, table: spreadOut(part.choices) },
  );
  const blockBytes = places.reduce((sum, part) => sum + part.size, 0);
  const buffer = Buffer.allocUnsafe(Math.floor(chunkBytes / blockBytes) * blockBytes);
  for (let left = bytes - (tail?.length ?? 0); left > 0; left -= buffer.length) {
    const chunk = buffer.subarray(0, Math.min(left, buffer.length));
    for (let position = 0; position < chunk.length;) {
      for (const part of places) {
        if ('constant' in part) part.constant.copy(chunk, position);
        else fill(chunk, position, position + part.size, part.table);
        position += part.size;
      }
    }
    yield chunk;
  }
  if (tail) yield tail;
}

/** 65536 entries, each choice as often as the others, give or take one. */
function spreadOut(choices: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 65536 }, (_, i) => choices[Math.floor((i * choices.length) / 65536)]!);
}
