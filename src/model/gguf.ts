// Reads the header of a GGUF file, version 2 or 3: metadata and tensor places, every length checked against the file.

import { t } from '@vscode/l10n';
import * as fs from 'node:fs';
import { grouped } from '../numbers';
import { whyUnread } from '../wording';
import { takeInstead, tensorTypeName, tensorTypes } from './tensorTypes';

type GgufArray = string[] | boolean[] | number[] | bigint[];
/** 64-bit integers that a double cannot hold stay `bigint`. */
type GgufValue = string | boolean | number | bigint | GgufArray;

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
  /** Which file it was, and as of when: another one when somebody has written to it, or put another in its place. */
  state: string;
  version: number;
  metadata: Map<string, GgufValue>;
  /** Where each value lies in the file, its type in front: from, to. */
  places: Map<string, readonly [number, number]>;
  tensors: TensorDescription[];
}

/** A file that is not a usable GGUF file; the message names the file, the place in it, and what to do. */
export class GgufError extends Error {}

interface Scalar {
  bytes: number;
  read: (from: Buffer, at: number) => boolean | number | bigint;
}

/** Metadata values of a fixed size, by their type ids; 8 is a string, 9 an array. */
const scalars: Record<number, Scalar> = {
  0: { bytes: 1, read: (from, at) => from.readUInt8(at) },
  1: { bytes: 1, read: (from, at) => from.readInt8(at) },
  2: { bytes: 2, read: (from, at) => from.readUInt16LE(at) },
  3: { bytes: 2, read: (from, at) => from.readInt16LE(at) },
  4: { bytes: 4, read: (from, at) => from.readUInt32LE(at) },
  5: { bytes: 4, read: (from, at) => from.readInt32LE(at) },
  6: { bytes: 4, read: (from, at) => from.readFloatLE(at) },
  7: { bytes: 1, read: (from, at) => from.readUInt8(at) !== 0 },
  10: { bytes: 8, read: (from, at) => narrow(from.readBigUInt64LE(at)) },
  11: { bytes: 8, read: (from, at) => narrow(from.readBigInt64LE(at)) },
  12: { bytes: 8, read: (from, at) => from.readDoubleLE(at) },
};
const stringType = 8;
const arrayType = 9;
/** Numbers of types that need a second look. */
const q2 = 42;
const pq2 = 142;
const ptq1 = 143;
/** Longest name that ggml stores is 63 bytes; a header that claims much more is not one. */
const maximumName = 1024;
/** Far more than any model's: a header that claims more is not read into memory. */
const most = {
  headerBytes: 1 << 26,
  textBytes: 1 << 24,
  listItems: 1 << 22,
  keys: 1 << 16,
  tensors: 1 << 16,
};
const window = 1 << 20;
/** The letters GGUF. */
const magic = 0x46554747;

const damaged = (): string =>
  t`The file is damaged or incomplete: download or export it again, or choose another model file.`;
const putTogether = (): string =>
  t`Put the parts together with "llama-gguf-split --merge FIRST-PART WHOLE.gguf", and choose the whole.`;

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

  /** `what` is a finding for who made the file, in English whoever reads it: other languages quote it. */
  fail(what: string): never {
    throw new GgufError(t`${this.file}: ${what}. ${partByName(this.file) ?? damaged()}`);
  }

  /** Goes over the next `length` bytes, and returns where they begin in the buffer, which holds them until the next call. */
  #next(length: number, what: What): number {
    if (this.#position + length > this.#bufferStart + this.#buffer.length) this.#fill(length, what);
    const start = this.#position - this.#bufferStart;
    this.#position += length;
    return start;
  }

  #fill(length: number, what: What): void {
    if (length > this.remaining)
      this.fail(
        `${worded(what)} needs ${length} bytes at ${this.#position}, but the file ends at ${this.size}`,
      );
    if (this.#position + length > most.headerBytes)
      this.fail(`${worded(what)} lies behind the first ${most.headerBytes} bytes, where no header reaches`);
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
      if (read === 0)
        this.fail(`${worded(what)} cannot be read at ${this.#position}: the file has been cut short`);
      filled += read;
    }
    this.#buffer = buffer;
    this.#bufferStart = this.#position;
  }

  uint32(what: What): number {
    const at = this.#next(4, what);
    return this.#buffer.readUInt32LE(at);
  }

  /** A 64-bit count or offset, refused where a double cannot hold it. */
  size64(what: What): number {
    const at = this.#next(8, what);
    const high = this.#buffer.readUInt32LE(at + 4);
    if (high >= 2 ** 21) this.fail(`${worded(what)} is ${this.#buffer.readBigUInt64LE(at)}`);
    return high * 2 ** 32 + this.#buffer.readUInt32LE(at);
  }

  /** A count of things of at least `each` bytes, at most `maximum`, that must still fit into the file. */
  count(each: number, maximum: number, what: What): number {
    const count = this.size64(what);
    if (count > this.remaining / each) {
      this.fail(`${worded(what)} is ${count}, but only ${this.remaining} bytes are left in the file`);
    }
    if (count > maximum) this.fail(`${worded(what)} is ${count}, more than ${maximum}`);
    return count;
  }

  string(what: What, maximum = most.textBytes): string {
    const length = this.count(1, maximum, () => `the length of ${worded(what)}`);
    const start = this.#next(length, what);
    return this.#buffer.toString('utf8', start, start + length);
  }

  value(type: number, what: string): GgufValue {
    if (type === stringType) return this.string(what);
    if (type === arrayType) return this.array(what);
    const scalar = scalars[type] ?? this.fail(`${what} has the unknown type ${type}`);
    const at = this.#next(scalar.bytes, what);
    return scalar.read(this.#buffer, at);
  }

  array(what: string): GgufArray {
    const type = this.uint32(`the element type of ${what}`);
    if (type === arrayType) this.fail(`${what} is an array of arrays`);
    if (type === stringType) return this.#strings(what);
    const scalar = scalars[type] ?? this.fail(`${what} has the unknown element type ${type}`);
    const count = this.count(scalar.bytes, most.listItems, `the length of ${what}`);
    const start = this.#next(count * scalar.bytes, what);
    const values = new Array<unknown>(count);
    for (let i = 0; i < count; i++) values[i] = scalar.read(this.#buffer, start + i * scalar.bytes);
    return values as GgufArray;
  }

  #strings(what: string): string[] {
    const count = this.count(8, most.listItems, `the length of ${what}`);
    const values: string[] = [];
    const item = (): string => `${what}[${values.length}]`;
    while (values.length < count) values.push(this.string(item));
    return values;
  }
}

/** Names a value in an error; a function where there are so many that their names would take longer than they do. */
type What = string | (() => string);

function worded(what: What): string {
  return typeof what === 'string' ? what : what();
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * Reads the header of `file`; the tensors' offsets are from the start of the file. Throws a GgufError for everything
 * that is wrong with the file, the file missing included; with `parts` a part of a split model is none of it.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function readGguf(file: string, parts = false): Gguf {
  try {
    const descriptor = open(file);
    try {
      const state = stateOf(fs.fstatSync(descriptor, { bigint: true }));
      return readHeader(new Reader(file, descriptor), state, parts);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new GgufError(t`The model file ${file} ${whyUnread(file, error)}. Choose another model file.`);
  }
}

function stateOf({ ino, size, mtimeNs, ctimeNs }: fs.BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}

/** Throws a GgufError if the file is not what it was any more: what was read of it since may be anything. */
export function expectUnchanged({ file, state }: Gguf): void {
  const now = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  if (!now || stateOf(now) !== state)
    throw new GgufError(
      t`The model file ${file} was changed while it was loaded. Load it again when it is whole.`,
    );
}

/** Nothing but a file is opened, and nothing is waited for: a pipe without a writer would hold the process for ever. */
function open(file: string): number {
  const status = fs.statSync(file);
  if (!status.isFile())
    throw new GgufError(t`The model file ${file} is not a file, but ${kindOf(status)}. Choose a GGUF file.`);
  return fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
}

function kindOf(status: fs.Stats): string {
  if (status.isDirectory()) return t`a folder`;
  if (status.isFIFO()) return t`a pipe`;
  return status.isSocket() ? t`a socket` : t`a device`;
}

function readHeader(reader: Reader, state: string, parts: boolean): Gguf {
  const { file } = reader;
  if (reader.size === 0)
    throw new GgufError(
      t`The model file ${file} is empty. Download or export it again, or choose another one.`,
    );
  if (reader.size < 5 || reader.uint32('the magic') !== magic) {
    throw new GgufError(
      t`${file} is not a GGUF file. ${partByName(file) ?? t`Its content is something else, whatever its name says. Choose another model file.`}`,
    );
  }
  const version = reader.uint32('the version');
  if (version !== 2 && version !== 3) {
    throw new GgufError(
      version > 0xffff
        ? t`${file} is big-endian; only little-endian versions 2 and 3 are known. Convert it again.`
        : t`${file} has GGUF version ${grouped(version)}; only little-endian versions 2 and 3 are known. Convert it again.`,
    );
  }
  // The shortest tensor entry: name length, dimensions, one extent, type, offset; the shortest key: length, type, byte.
  const tensorCount = reader.count(32, most.tensors, 'the number of tensors');
  const keyCount = reader.count(13, most.keys, 'the number of metadata keys');
  const places = new Map<string, readonly [number, number]>();
  const metadata = readMetadata(reader, keyCount, places);
  if (!parts) refusePart(file, metadata);
  const tensors = readTensors(reader, tensorCount);
  if (!isPrism(metadata)) refuseForkTypes(reader, tensors);
  placeTensors(reader, tensors, alignmentOf(reader, metadata));
  return { file, state, version, metadata, places, tensors };
}

/** A model may come in several files, of which each is a GGUF file with some of the tensors. */
function refusePart(file: string, metadata: Map<string, GgufValue>): void {
  const [part, parts] = ['split.no', 'split.count'].map((key) => Number(metadata.get(key) ?? 0));
  if (parts! > 1)
    throw new GgufError(
      t`${file} is part ${grouped(part! + 1)} of ${grouped(parts!)} of a split model. ${putTogether()}`,
    );
}

/** What to do with a file that cannot be read, where its name says that it is a part of one. */
function partByName(file: string): string | undefined {
  const [, part, parts] = /-(\d{5})-of-(\d{5})\.gguf$/i.exec(file) ?? [];
  if (!(Number(parts) > 1)) return undefined;
  return t`By its name it is part ${grouped(Number(part))} of ${grouped(Number(parts))} of a split model. ${putTogether()}`;
}

function readMetadata(reader: Reader, count: number, places: Gguf['places']): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = reader.string(`metadata key ${i}`, 65535);
    if (metadata.has(key)) reader.fail(`the metadata key "${key}" occurs twice`);
    const from = reader.position;
    const type = reader.uint32(`the type of "${key}"`);
    metadata.set(key, reader.value(type, `"${key}"`));
    places.set(key, [from, reader.position]);
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

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function tensorBytes(reader: Reader, name: string, type: number, shape: number[]): number {
  const layout = tensorTypes[type];
  if (!layout) {
    const known = tensorTypeName(type);
    throw new GgufError(
      known.startsWith('type ')
        ? t`${reader.file}: the tensor "${name}" has the unknown type ${String(type)}. ${takeInstead(type)}`
        : t`${reader.file}: the tensor "${name}" has the type ${known}, which ggml has given up. ${takeInstead(type)}`,
    );
  }
  const elements = elementsOf(shape);
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

/** Whether the file says of itself that it comes from PrismML's tools. */
function isPrism(metadata: Map<string, GgufValue>): boolean {
  return [...metadata.keys()].some((key) => key.startsWith('prism.'));
}

/** Another fork of llama.cpp has given the number of PTQ1_0 to a type of its own. */
function refuseForkTypes({ file }: Reader, tensors: TensorDescription[]): void {
  const tensor = tensors.find(({ type }) => type === ptq1);
  if (!tensor) return;
  throw new GgufError(
    t`${file}: the tensor "${tensor.name}" has the type ${String(ptq1)}, which is PTQ1_0 only where "prism." metadata says so. ${takeInstead(ptq1)}`,
  );
}

/**
 * Early files of PrismML have PQ2_0, with 128 weights to the block, under the number of Q2_0 with 64: they are what
 * fits between the places of the tensors. A file has but one of the two.
 */
function settleTwoBits(reader: Reader, tensors: TensorDescription[], alignment: number, size: number): void {
  const inOrder = [...tensors].sort((a, b) => a.offset - b.offset);
  const endOf = ({ offset, shape }: TensorDescription, type: number): number =>
    offset + (elementsOf(shape) / tensorTypes[type]!.block) * tensorTypes[type]!.bytes;
  const fit = (type: number): boolean =>
    inOrder.every((tensor, i) => {
      if (tensor.type !== q2) return true;
      const next = inOrder[i + 1];
      const free = (next?.offset ?? size) - endOf(tensor, type);
      return tensor.shape[0]! % tensorTypes[type]!.block === 0 && free >= 0 && (!next || free < alignment);
    });
  // Of a file that is cut short is told elsewhere.
  if (fit(q2) || tensors.some((tensor) => tensor.type === q2 && endOf(tensor, pq2) > size)) return;
  if (!fit(pq2)) reader.fail('its tensors of type Q2_0 have blocks of neither 64 nor 128 weights');
  for (const tensor of tensors) {
    if (tensor.type !== q2) continue;
    tensor.type = pq2;
    tensor.bytes = tensorBytes(reader, tensor.name, pq2, tensor.shape);
  }
}

/** Makes the offsets absolute and holds each tensor to its own place in the file. */
function placeTensors(reader: Reader, tensors: TensorDescription[], alignment: number): void {
  const data = Math.ceil(reader.position / alignment) * alignment;
  settleTwoBits(reader, tensors, alignment, reader.size - data);
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
  const inOrder = [...tensors].sort((a, b) => a.offset - b.offset);
  for (const [i, tensor] of inOrder.entries()) {
    const before = inOrder[i - 1];
    if (before && before.offset + before.bytes > tensor.offset)
      reader.fail(`the tensors "${before.name}" and "${tensor.name}" lie over each other`);
  }
}
