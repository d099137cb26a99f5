// Writes GGUF files of others, every byte of the tensors as it was: one of the parts of a split model, or one that states something more.

import { t } from '@vscode/l10n';
import { grouped } from '../numbers';
import * as fs from 'node:fs';
import { type Gguf, GgufError, readGguf } from './gguf';
import { writeGguf, type WrittenTensor } from './ggufWriter';

const pieceBytes = 1 << 20;

/** One file with the first part's metadata and the tensors of all. Throws a GgufError where the files are not all parts of one model, and an Error where the whole cannot be written. */
export function joinParts(files: readonly string[], whole: string): void {
  const parts = files.map((file) => readGguf(file, true));
  for (const [i, { file, metadata }] of parts.entries()) {
    const [number, count] = ['split.no', 'split.count'].map((key) => metadata.get(key));
    if (number !== i || count !== parts.length)
      throw new GgufError(
        t`${file} is not part ${grouped(i + 1)} of ${grouped(parts.length)} of a split model.`,
      );
  }
  const first = parts[0]!;
  const metadata = metadataOf(first).filter(([key]) => !key.startsWith('split.'));
  const expected = first.metadata.get('split.tensors.count');
  const tensors = parts.flatMap((part) => part.tensors.map((tensor) => written(part, tensor)));
  if (typeof expected === 'number' && expected !== tensors.length)
    throw new GgufError(
      t`${first.file} is of a model of ${grouped(expected)} tensors, of which ${grouped(tensors.length)} are there.`,
    );
  writeGguf(whole, metadata, tensors);
}

/** Has the file itself state a value, which stands behind its type, in the place of one that it stated before. */
export function restate(gguf: Gguf, key: string, value: Buffer): void {
  const metadata = metadataOf(gguf).filter(([stated]) => stated !== key);
  const tensors = gguf.tensors.map((tensor) => written(gguf, tensor));
  writeGguf(gguf.file, [...metadata, [key, value]], tensors);
}

/** Who writes places the tensors, as a file is read that does not state it. */
const alignmentKey = 'general.alignment';

function metadataOf(gguf: Gguf): [key: string, value: Buffer][] {
  return [...gguf.places]
    .filter(([key]) => key !== alignmentKey)
    .map(([key, [from, to]]) => [key, Buffer.concat([...bytesOf(gguf, from, to)])]);
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
      if (read === 0) throw new GgufError(t`${file} became shorter while it was read.`);
      yield piece.subarray(0, read);
      at += read;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
