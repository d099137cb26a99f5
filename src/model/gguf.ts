// Reads the header of a GGUF file, version 2 or 3: metadata and tensor places, every length checked against the file.

import * as fs from 'node:fs';
import { tensorTypes } from './tensorTypes';

export type GgufArray = string[] | boolean[] | number[] | bigint[];
/** 64-bit integers that a double cannot hold stay `bigint`. */
export type GgufValue = string | boolean | number | bigint | GgufArray;

/** `type` is ggml's type id, `shape` in ggml's order (columns first), `offset` in bytes from the start of the file. */
export interface TensorDescription {
  name: string;
  type: number;
  shape: number[];
  offset: number;
  bytes: number;
}

export interface Gguf {
  file: string;
  version: number;
  metadata: Map<string, GgufValue>;
  tensors: TensorDescription[];
}

/** A file that is not a usable GGUF file; the message names the file, the place in it, and what to do. */
export class GgufError extends Error {}

/** Bytes of each fixed-size metadata value, by its type id; 8 is a string, 9 an array. */
const valueBytes: Record<number, number> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const stringType = 8;
const arrayType = 9;
/** Longest name that ggml stores is 63 bytes; a header that claims much more is not one. */
const maximumName = 1024;
const window = 1 << 20;

/** Walks the head of a file; holds no more of it than what the current value needs. */
class Reader {
  readonly size: number;
  #buffer = Buffer.alloc(0);
  #bufferStart = 0;
  #position = 0;

  constructor(
    readonly file: string,
    readonly descriptor: number,
  ) {
    this.size = fs.fstatSync(descriptor).size;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.size - this.#position;
  }

  fail(what: string): never {
    throw new GgufError(
      `${this.file}: ${what}. The file is damaged or incomplete: download or export it again, or choose another model file.`,
    );
  }

  /** A view of the next `length` bytes; `what` names them in the error. */
  take(length: number, what: string): Buffer {
    if (length > this.remaining) {
      this.fail(`${what} needs ${length} bytes at ${this.#position}, but the file ends at ${this.size}`);
    }
    const start = this.#position - this.#bufferStart;
    if (start + length > this.#buffer.length) {
      this.#fill(length, what);
      return this.take(length, what);
    }
    this.#position += length;
    return this.#buffer.subarray(start, start + length);
  }

  #fill(length: number, what: string): void {
    const buffer = Buffer.allocUnsafe(Math.min(this.remaining, Math.max(length, window)));
    let filled = 0;
    while (filled < buffer.length) {
      const read = fs.readSync(
        this.descriptor,
        buffer,
        filled,
        buffer.length - filled,
        this.#position + filled,
      );
      if (read === 0) this.fail(`${what} cannot be read at ${this.#position}: the file became shorter`);
      filled += read;
    }
    this.#buffer = buffer;
    this.#bufferStart = this.#position;
  }

  uint32(what: string): number {
    return this.take(4, what).readUInt32LE();
  }

  /** A 64-bit count or offset, refused where a double cannot hold it. */
  size64(what: string): number {
    const value = this.take(8, what).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`${what} is ${value}`);
    return Number(value);
  }

  /** A count of things of at least `each` bytes that must still fit into the file. */
  count(each: number, what: string): number {
    const count = this.size64(what);
    if (count > this.remaining / each) {
      this.fail(`${what} is ${count}, but only ${this.remaining} bytes are left in the file`);
    }
    return count;
  }

  string(what: string, maximum = Infinity): string {
    const length = this.count(1, `the length of ${what}`);
    if (length > maximum) this.fail(`the length of ${what} is ${length}`);
    return this.take(length, what).toString('utf8');
  }

  value(type: number, what: string): GgufValue {
    if (type === stringType) return this.string(what);
    if (type === arrayType) return this.array(what);
    return this.#scalar(type, what);
  }

  array(what: string): GgufArray {
    const type = this.uint32(`the element type of ${what}`);
    if (type === arrayType) this.fail(`${what} is an array of arrays`);
    const each = type === stringType ? 8 : valueBytes[type];
    if (each === undefined) this.fail(`${what} has the unknown element type ${type}`);
    const count = this.count(each, `the length of ${what}`);
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) {
      values.push(type === stringType ? this.string(`${what}[${i}]`) : this.#scalar(type, what));
    }
    return values as GgufArray;
  }

  #scalar(type: number, what: string): boolean | number | bigint {
    const length = valueBytes[type];
    if (length === undefined) this.fail(`${what} has the unknown type ${type}`);
    const bytes = this.take(length, what);
    switch (type) {
      case 0:
        return bytes.readUInt8();
      case 1:
        return bytes.readInt8();
      case 2:
        return bytes.readUInt16LE();
      case 3:
        return bytes.readInt16LE();
      case 4:
        return bytes.readUInt32LE();
      case 5:
        return bytes.readInt32LE();
      case 6:
        return bytes.readFloatLE();
      case 7:
        return bytes.readUInt8() !== 0;
      case 10:
        return narrow(bytes.readBigUInt64LE());
      case 11:
        return narrow(bytes.readBigInt64LE());
      default:
        return bytes.readDoubleLE();
    }
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * Reads the header of `file`; the tensors' offsets are from the start of the file. Throws a GgufError for everything
 * that is wrong with the file, the file missing included.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function readGguf(file: string): Gguf {
  const descriptor = open(file);
  try {
    return readHeader(new Reader(file, descriptor), file);
  } finally {
    fs.closeSync(descriptor);
  }
}

function open(file: string): number {
  try {
    const descriptor = fs.openSync(file, 'r');
    if (fs.fstatSync(descriptor).isFile()) return descriptor;
    fs.closeSync(descriptor);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be opened (${code})`;
    throw new GgufError(`The model file ${file} ${reason}. Choose another model file.`);
  }
  throw new GgufError(`The model file ${file} is not a file. Choose a GGUF file.`);
}

function readHeader(reader: Reader, file: string): Gguf {
  if (reader.size < 24 || reader.take(4, 'the magic').toString('latin1') !== 'GGUF') {
    throw new GgufError(`${reader.file} is not a GGUF file. Choose a model file that ends in .gguf.`);
  }
  const version = reader.uint32('the version');
  if (version !== 2 && version !== 3) {
    const detail = version > 0xffff ? 'is big-endian' : `has GGUF version ${version}`;
    throw new GgufError(
      `${reader.file} ${detail}; only little-endian versions 2 and 3 are known. Convert it again.`,
    );
  }
  // The shortest tensor entry: name length, dimensions, one extent, type, offset; the shortest key: length, type, byte.
  const tensorCount = reader.count(32, 'the number of tensors');
  const keyCount = reader.count(13, 'the number of metadata keys');
  const metadata = readMetadata(reader, keyCount);
  const tensors = readTensors(reader, tensorCount);
  placeTensors(reader, tensors, alignmentOf(reader, metadata));
  return { file, version, metadata, tensors };
}

function readMetadata(reader: Reader, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = reader.string(`metadata key ${i}`, 65535);
    if (metadata.has(key)) reader.fail(`the metadata key "${key}" occurs twice`);
    const type = reader.uint32(`the type of "${key}"`);
    metadata.set(key, reader.value(type, `"${key}"`));
  }
  return metadata;
}

function readTensors(reader: Reader, count: number): TensorDescription[] {
  const tensors: TensorDescription[] = [];
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    const name = reader.string(`the name of tensor ${i}`, maximumName);
    if (names.has(name)) reader.fail(`the tensor "${name}" occurs twice`);
    names.add(name);
    const dimensions = reader.uint32(`the dimensions of "${name}"`);
    if (dimensions < 1 || dimensions > 4) reader.fail(`the tensor "${name}" has ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, () => reader.size64(`the shape of "${name}"`));
    const type = reader.uint32(`the type of "${name}"`);
    const offset = reader.size64(`the offset of "${name}"`);
    tensors.push({ name, type, shape, offset, bytes: tensorBytes(reader, name, type, shape) });
  }
  return tensors;
}

function tensorBytes(reader: Reader, name: string, type: number, shape: number[]): number {
  const layout = tensorTypes[type];
  if (!layout) {
    throw new GgufError(
      `${reader.file}: the tensor "${name}" has the unknown type ${type}. Convert the model to TQ2_0 or another known type.`,
    );
  }
  const elements = shape.reduce((product, extent) => product * extent, 1);
  if (elements < 1 || elements > Number.MAX_SAFE_INTEGER) {
    reader.fail(`the tensor "${name}" has the shape ${shape.join(' x ')}`);
  }
  if (shape[0]! % layout.block !== 0) {
    reader.fail(
      `the tensor "${name}" has rows of ${shape[0]}, not a multiple of ${layout.name}'s block of ${layout.block}`,
    );
  }
  return (elements / layout.block) * layout.bytes + (layout.tail ?? 0);
}

function alignmentOf(reader: Reader, metadata: Map<string, GgufValue>): number {
  const alignment = metadata.get('general.alignment') ?? 32;
  const good =
    typeof alignment === 'number' &&
    alignment >= 1 &&
    alignment <= 1 << 20 &&
    Number.isInteger(Math.log2(alignment));
  if (!good) reader.fail(`"general.alignment" is ${String(alignment)}`);
  return alignment;
}

/** Makes the offsets absolute and holds each tensor to the file. */
function placeTensors(reader: Reader, tensors: TensorDescription[], alignment: number): void {
  const data = Math.ceil(reader.position / alignment) * alignment;
  for (const tensor of tensors) {
    if (tensor.offset % alignment !== 0) {
      reader.fail(`the tensor "${tensor.name}" lies at ${tensor.offset}, not a multiple of ${alignment}`);
    }
    tensor.offset += data;
    if (tensor.offset + tensor.bytes > reader.size) {
      reader.fail(
        `the tensor "${tensor.name}" ends at ${tensor.offset + tensor.bytes}, but the file ends at ${reader.size}`,
      );
    }
  }
}
