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

const bytes = (from: number, to: number): Uint8Array =>
  Uint8Array.from({ length: to - from }, (_, i) => from + i);
const anyByte = bytes(0, 256);

/** Every byte whose digits of the given base, packed as the type packs them, are ternary. */
const quads = Uint8Array.from(ternaryDigits(4), (digits) =>
  digits.reduce((sum, digit) => sum * 4 + digit, 0),
);
/** Every byte of four digits of 2 bits that are 1 on the average, so that codes less 1 have no mean to outshine them. */
const evenQuads = anyByte.filter(
  (byte) => (byte >> 6) + ((byte >> 4) & 3) + ((byte >> 2) & 3) + (byte & 3) === 4,
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

const any = (count: number): BlockPart => ({ bytes: count, choices: anyByte });

/** A float of 16 bits from about half of 2 to the power of `exponent` to twice as much, with one of the signs. */
function float16(exponent: number, exponentBits: 5 | 8, signs: number[]): BlockPart[] {
  const mantissaBits = 15 - exponentBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  // The upper byte has the sign, the exponent and what is left of the mantissa, or all of the exponent but one bit.
  const upper = (exponent: number): number => (Math.max(0, exponent + bias) << mantissaBits) >> 8;
  const magnitudes = bytes(upper(exponent - 1), upper(exponent + 1));
  return [
    any(1),
    {
      bytes: 1,
      choices: Uint8Array.from(signs.flatMap((sign) => [...magnitudes].map((each) => sign | each))),
    },
  ];
}
const [plus, minus] = [0, 0x80];
const halfScale = (exponent: number): BlockPart[] => float16(exponent, 5, [plus]);
const halfMinimum = (exponent: number): BlockPart[] => float16(exponent, 5, [minus]);

/** Rows of int8 under one scale, small enough for a head whose logits are of the size of a trained model's. */
const ternaryEmbedding: Filling = {
  type: 8,
  parts: [{ constant: half(-11) }, { bytes: 32, choices: int8s }],
};

/** How matrices of a type are filled; `columns` is what rows are multiples of. */
export interface MatrixFilling {
  columns: number;
  /** What the embedding is filled with, where it is not of this type. */
  embedding?: Filling;
  /** What the matrices are of whose rows are no such multiple, as llama.cpp has it. */
  otherwise?: string;
  filling: (exponent: number) => Filling;
}

/** Blocks of a scale each and codes, whose weights are of the size of 2 to the power of `exponent`: codes are so many times larger. */
function blocks(
  type: number,
  columns: number,
  codes: number,
  parts: (exponent: number) => BlockPart[],
  otherwise?: string,
): MatrixFilling {
  const filling = (exponent: number): Filling => ({
    type,
    parts: parts(exponent - Math.round(Math.log2(codes))),
  });
  return otherwise === undefined ? { columns, filling } : { columns, otherwise, filling };
}

/** The fillings of matrices whose weights are of the size of 2 to the power of `exponent`. Ternary ones have one scale. */
export const matrixFillings: Record<string, MatrixFilling> = {
  tq2_0: {
    columns: 256,
    otherwise: 'q4_0',
    embedding: ternaryEmbedding,
    filling: (exponent) => ({
      type: 35,
      parts: [{ bytes: 64, choices: quads }, { constant: half(exponent) }],
    }),
  },
  tq1_0: {
    columns: 256,
    otherwise: 'q4_0',
    embedding: ternaryEmbedding,
    filling: (exponent) => ({
      type: 34,
      parts: [{ bytes: 48, choices: fives }, { bytes: 4, choices: fours }, { constant: half(exponent) }],
    }),
  },
  i2_s: {
    columns: 128,
    otherwise: 'q4_0',
    embedding: ternaryEmbedding,
    filling: (exponent) => ({
      type: 36,
      parts: [{ bytes: 32, choices: quads }],
      tail: Buffer.concat([float32(2 ** exponent), Buffer.alloc(28)]),
    }),
  },
  // The upper half of a float is a float of 16 bits.
  f32: blocks(0, 1, 1, (exponent) => [any(2), ...float16(exponent, 8, [plus, minus])]),
  f16: blocks(1, 1, 1, (exponent) => float16(exponent, 5, [plus, minus])),
  bf16: blocks(30, 1, 1, (exponent) => float16(exponent, 8, [plus, minus])),
  q4_0: blocks(2, 32, 5, (exponent) => [...halfScale(exponent), any(16)]),
  q4_1: blocks(3, 32, 5, (exponent) => [...halfScale(exponent), ...halfMinimum(exponent + 3), any(16)]),
  q5_0: blocks(6, 32, 9, (exponent) => [...halfScale(exponent), any(20)]),
  q5_1: blocks(7, 32, 9, (exponent) => [...halfScale(exponent), ...halfMinimum(exponent + 4), any(20)]),
  q8_0: blocks(8, 32, 73, (exponent) => [...halfScale(exponent), { bytes: 32, choices: int8s }]),
  q2_k: blocks(
    10,
    256,
    14,
    (exponent) => [
      any(16),
      { bytes: 64, choices: evenQuads },
      ...halfScale(exponent),
      ...halfScale(exponent),
    ],
    'q4_0',
  ),
  q3_k: blocks(11, 256, 42, (exponent) => [any(108), ...halfScale(exponent)], 'q4_0'),
  q4_k: blocks(
    12,
    256,
    260,
    (exponent) => [...halfScale(exponent), ...halfScale(exponent + 3), any(140)],
    'q5_0',
  ),
  q5_k: blocks(
    13,
    256,
    520,
    (exponent) => [...halfScale(exponent), ...halfScale(exponent + 4), any(172)],
    'q5_1',
  ),
  q6_k: blocks(14, 256, 1366, (exponent) => [any(208), ...halfScale(exponent)], 'q8_0'),
  iq4_nl: blocks(20, 32, 66, (exponent) => [...halfScale(exponent), any(16)]),
  iq4_xs: blocks(23, 256, 1220, (exponent) => [...halfScale(exponent), any(134)], 'iq4_nl'),
  // The scale's byte stands for 2 to the power of itself less 127.
  mxfp4: blocks(39, 32, 3, (exponent) => [
    { bytes: 1, choices: bytes(exponent + 126, exponent + 128) },
    any(16),
  ]),
  q1_0: blocks(41, 128, 1, (exponent) => [...halfScale(exponent), any(16)], 'q4_0'),
  q2_0: blocks(42, 64, 1, (exponent) => [...halfScale(exponent), { bytes: 16, choices: evenQuads }], 'q4_0'),
  pq2_0: blocks(
    142,
    128,
    1,
    (exponent) => [...halfScale(exponent), { bytes: 32, choices: evenQuads }],
    'q4_0',
  ),
  ptq1_0: blocks(
    143,
    128,
    1,
    (exponent) => [{ bytes: 24, choices: fives }, { bytes: 2, choices: fours }, ...halfScale(exponent)],
    'q4_0',
  ),
};

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
  const buffer = Buffer.allocUnsafe(Math.min(bytes, Math.floor(chunkBytes / blockBytes) * blockBytes));
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

const tables = new WeakMap<Uint8Array, Uint8Array>();

/** 65536 entries, each choice as often as the others, give or take one. */
function spreadOut(choices: Uint8Array): Uint8Array {
  const known = tables.get(choices);
  if (known) return known;
  const table = Uint8Array.from(
    { length: 65536 },
    (_, i) => choices[Math.floor((i * choices.length) / 65536)]!,
  );
  tables.set(choices, table);
  return table;
}
