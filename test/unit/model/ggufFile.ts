// Writes small GGUF files for tests: metadata of every kind, tensors with zero data, and nothing checked.

import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { type Gguf, readGguf } from '../../../src/model/gguf';
import { characterOfByte } from '../../../src/model/byteLevel';

export type Field = [type: number, value: unknown];

export interface TensorField {
  name: string;
  shape: number[];
  type: number;
  offset?: number;
  bytes?: number;
}

function integer64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

function integer32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([integer64(bytes.length), bytes]);
}

function scalar(type: number, value: unknown): Buffer {
  const bytes = Buffer.alloc(8);
  switch (type) {
    case 0:
    case 7:
      return Buffer.from([Number(value)]);
    case 4:
      return integer32(value as number);
    case 5:
      bytes.writeInt32LE(value as number);
      return bytes.subarray(0, 4);
    case 6:
      bytes.writeFloatLE(value as number);
      return bytes.subarray(0, 4);
    case 8:
      return text(value as string);
    case 10:
      return integer64(value as number | bigint);
    case 12:
      bytes.writeDoubleLE(value as number);
      return bytes;
    default:
      throw new Error(`no writer for type ${type}`);
  }
}

/** An array's value is `[element type, values]`. */
function encode([type, value]: Field): Buffer {
  if (type !== 9) return Buffer.concat([integer32(type), scalar(type, value)]);
  const [element, values] = value as [number, unknown[]];
  const items = values.map((item) => scalar(element, item));
  return Buffer.concat([integer32(type), integer32(element), integer64(values.length), ...items]);
}

export function ggufBytes(metadata: Record<string, Field>, tensors: TensorField[] = [], version = 3): Buffer {
  const keys = Object.entries(metadata).map(([key, field]) => Buffer.concat([text(key), encode(field)]));
  let data = 0;
  const entries = tensors.map((tensor) => {
    const offset = tensor.offset ?? data;
    data = Math.ceil((offset + (tensor.bytes ?? 0)) / 32) * 32;
    const shape = tensor.shape.map(integer64);
    return Buffer.concat([
      text(tensor.name),
      integer32(tensor.shape.length),
      ...shape,
      integer32(tensor.type),
      integer64(offset),
    ]);
  });
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    integer32(version),
    integer64(tensors.length),
    integer64(keys.length),
    ...keys,
    ...entries,
  ]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), Buffer.alloc(data)]);
}

const parent = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-gguf-'));
// A steady name: the folder of a file is part of the prompt, and what a model of random weights says hangs on it.
const folder = path.join(parent, 'project');
fs.mkdirSync(folder);
process.on('exit', () => fs.rmSync(parent, { recursive: true, force: true }));

/** Writes `bytes` to a file that goes away with the process. */
export function temporaryFile(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

/** A file whose vocabulary is the 256 bytes, then `added` with their merges. */
export function vocabularyFile(
  added: string[],
  more: Record<string, Field> = {},
  merges: string[] = [],
  name = 'vocabulary.gguf',
): Gguf {
  const metadata: Record<string, Field> = {
    'tokenizer.ggml.model': [8, 'gpt2'],
    'tokenizer.ggml.pre': [8, 'gpt-2'],
    'tokenizer.ggml.tokens': [9, [8, [...characterOfByte, ...added]]],
    'tokenizer.ggml.merges': [9, [8, merges]],
    ...more,
  };
  return readGguf(temporaryFile(name, ggufBytes(metadata)));
}
