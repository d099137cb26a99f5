// Makes one GGUF file of the parts of a split model: the first part's metadata, the tensors of all, every byte as it was.

import * as fs from 'node:fs';
import { type Gguf, GgufError, readGguf } from './gguf';
import { writeGguf, type WrittenTensor } from './ggufWriter';

const pieceBytes = 1 << 20;

/** Throws a GgufError where the files are not all parts of one model, and an Error where the whole cannot be written. */
export function joinParts(files: readonly string[], whole: string): void {
  const parts = files.map((file) => readGguf(file, true));
  for (const [i, { file, metadata }] of parts.entries()) {
    const [number, count] = ['split.no', 'split.count'].map((key) => metadata.get(key));
    if (number !== i || count !== parts.length)
      throw new GgufError(`${file} is not part ${i + 1} of ${parts.length} of a split model.`);
  }
  const first = parts[0]!;
  const metadata = [...first.places]
    .filter(([key]) => !key.startsWith('split.'))
    .map(([key, [from, to]]): [string, Buffer] => [key, Buffer.concat([...bytesOf(first, from, to)])]);
  const expected = first.metadata.get('split.tensors.count');
  const tensors = parts.flatMap((part) => part.tensors.map((tensor) => written(part, tensor)));
  if (typeof expected === 'number' && expected !== tensors.length)
    throw new GgufError(
      `${first.file} is of a model of ${expected} tensors, of which ${tensors.length} are there.`,
    );
  writeGguf(whole, metadata, tensors);
}

function written(part: Gguf, { name, type, shape, offset, bytes }: Gguf['tensors'][number]): WrittenTensor {
  return { ...{ name, type, shape, bytes }, data: () => bytesOf(part, offset, offset + bytes) };
}

function* bytesOf({ file }: Gguf, from: number, to: number): Iterable<Buffer> {
  const descriptor = fs.openSync(file, 'r');
  try {
    for (let at = from; at < to;) {
      const piece = Buffer.alloc(Math.min(pieceBytes, to - at));
      const read = fs.readSync(descriptor, piece, 0, piece.length, at);
      if (read === 0) throw new GgufError(`${file} became shorter while it was read.`);
      yield piece.subarray(0, read);
      at += read;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
