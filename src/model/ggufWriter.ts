// Writes GGUF files, version 3, whole or not at all: metadata, then tensors whose bytes come piece by piece.

import * as fs from 'node:fs';
import { whenFreeNow } from '../held';
import { unwritable } from '../wording';

/** A tensor to write: its ggml type, its shape with columns first, and its `bytes`, which `data` brings in order. */
export interface WrittenTensor {
  name: string;
  type: number;
  shape: number[];
  bytes: number;
  data: () => Iterable<Buffer>;
}

interface PlacedTensor extends WrittenTensor {
  offset: number;
}

const alignment = 32;

/**
 * Writes under another name first and renames at the end. Returns the file's size in bytes; throws an Error that says
 * why the file cannot be written.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function writeGguf(
  file: string,
  metadata: [key: string, value: Buffer][],
  unplaced: WrittenTensor[],
): number {
  const tensors = placed(unplaced);
  const header = headerOf(metadata, tensors);
  const bytes = header.length + tensors.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0);
  const target = fs.existsSync(file) ? fs.realpathSync(file) : file;
  const unfinished = `${target}.part`;
  try {
    writeAll(unfinished, header, tensors);
    whenFreeNow(() => fs.renameSync(unfinished, target));
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw unwritable(file, error, Math.ceil(bytes / 1e6));
  }
  return bytes;
}

function placed(tensors: WrittenTensor[]): PlacedTensor[] {
  let end = 0;
  return tensors.map((tensor) => {
    const offset = aligned(end);
    end = offset + tensor.bytes;
    return { ...tensor, offset };
  });
}

function aligned(position: number): number {
  return Math.ceil(position / alignment) * alignment;
}

function writeAll(file: string, header: Buffer, tensors: PlacedTensor[]): void {
  const descriptor = fs.openSync(file, 'w');
  const write = (bytes: Buffer): void => {
    for (let done = 0; done < bytes.length;) done += fs.writeSync(descriptor, bytes, done);
  };
  try {
    write(header);
    let position = 0;
    for (const tensor of tensors) {
      write(Buffer.alloc(tensor.offset - position));
      for (const chunk of tensor.data()) write(chunk);
      position = tensor.offset + tensor.bytes;
    }
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Everything before the tensors' data. */
function headerOf(metadata: [key: string, value: Buffer][], tensors: PlacedTensor[]): Buffer {
  const bytes = Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(metadata.length),
    ...metadata.flatMap(([key, value]) => [text(key), value]),
    ...tensors.flatMap(({ name, shape, type, offset }) => [
      text(name),
      uint32(shape.length),
      ...shape.map(uint64),
      uint32(type),
      uint64(offset),
    ]),
  ]);
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

export function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

// Values of metadata: each with its type in front.

export function count(value: number): Buffer {
  return Buffer.concat([uint32(4), uint32(value)]);
}

export function float(value: number): Buffer {
  return Buffer.concat([uint32(6), float32(value)]);
}

export function string(value: string): Buffer {
  return Buffer.concat([uint32(8), text(value)]);
}

export function flag(value: boolean): Buffer {
  return Buffer.concat([uint32(7), Buffer.from([value ? 1 : 0])]);
}

export function array(type: number, values: Buffer[]): Buffer {
  return Buffer.concat([uint32(9), uint32(type), uint64(values.length), ...values]);
}
