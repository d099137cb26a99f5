// The folder of the models that were downloaded or imported: what lies there, how a file gets into it, and how it goes.

import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { whenFree } from '../held';
import { unreadable, Unwritable, unwritable } from '../wording';
import { type Found, walk } from './folders';
import { isPart, lock, partOf } from './parts';

/** A file there; `unfinished` where it is not whole, or not yet. */
export interface Stored {
  file: string;
  bytes: number;
  unfinished: boolean;
}

const depth = 4;

/** What takes room in the folder, models first. */
export async function stored(folder: string): Promise<Stored[]> {
  const files: string[] = [];
  await walk(folder, depth, (file) => files.push(file) > 0);
  const models = files.filter((file) => /\.gguf$/i.test(file) || isPart(file));
  const list = await Promise.all(
    models.map((file) =>
      fs.stat(file).then(
        ({ size: bytes }) => [{ file, bytes, unfinished: isPart(file) }],
        // A link that leads nowhere, or what has become whole meanwhile.
        () => [],
      ),
    ),
  );
  return list.flat().sort((a, b) => Number(a.unfinished) - Number(b.unfinished));
}

export async function downloaded(folder: string): Promise<Found[]> {
  const models = (await stored(folder)).filter((each) => !each.unfinished);
  return models.map(({ file }) => ({ file, origin: 'downloaded' }));
}

/** Deletes a model with what was measured of it beside it, and the folders that are empty then; not what is being written just now. */
export async function remove(file: string, folder: string): Promise<void> {
  const release = isPart(file) ? await lock(file) : undefined;
  try {
    await whenFree(() => fs.rm(file));
  } catch (error) {
    throw unwritable(file, error);
  } finally {
    await release?.();
  }
  await fs.rm(file.replace(/\.gguf$/i, '.tuning.json'), { force: true });
  // However the setting writes the folder: with a slash at its end, or on Windows with any slashes.
  const inside = path.resolve(folder) + path.sep;
  for (let above = path.dirname(file); above.startsWith(inside); above = path.dirname(above))
    if (
      !(await fs.rmdir(above).then(
        () => true,
        () => false,
      ))
    )
      return;
}

/** Copies a file from elsewhere into the folder, whole or not at all; returns its path there. Another one of its name stays. */
export async function importFile(source: string, folder: string): Promise<string> {
  const known = await placeOf(source, folder);
  if (known.isThere) return known.file;
  const part = partOf(known.file, randomBytes(8).toString('hex'));
  try {
    await fs.mkdir(path.dirname(part), { recursive: true });
    const release = await lock(part);
    try {
      await fs.copyFile(source, part, fs.constants.COPYFILE_FICLONE);
      // Another window may have brought one of that name meanwhile.
      const { file, isThere } = await placeOf(source, folder);
      if (!isThere) await whenFree(() => fs.rename(part, file));
      return file;
    } finally {
      await fs.rm(part, { force: true });
      await release();
    }
  } catch (error) {
    // Of two files the system does not say which one is the matter.
    await fs.access(source, fs.constants.R_OK).catch((reason: unknown) => {
      throw unreadable(source, reason);
    });
    const { size } = await fs.stat(source);
    throw error instanceof Unwritable ? error : unwritable(known.file, error, Math.ceil(size / 1e6));
  }
}

/** Where the same file lies in the folder, or where it may lie. */
async function placeOf(source: string, folder: string): Promise<{ file: string; isThere: boolean }> {
  // By another name it would be in no list.
  const [, name, ext = '.gguf'] = /^(.*?)(\.gguf)?$/is.exec(path.basename(source)) as unknown as string[];
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? `${name}${ext}` : `${name} (${number})${ext}`;
    const file = path.join(folder, 'imported', numbered);
    const found = await fs.stat(file).catch(() => undefined);
    if (!found) return { file, isThere: false };
    if (await areEqual(file, source).catch(() => false)) return { file, isThere: true };
  }
}

const comparedBytes = 1 << 22;

/** Byte by byte, for weights that were trained again may differ anywhere. */
async function areEqual(...names: [string, string]): Promise<boolean> {
  const files: fs.FileHandle[] = [];
  try {
    for (const name of names) files.push(await fs.open(name));
    const [size, other] = await Promise.all(files.map(async (file) => (await file.stat()).size));
    const buffers = files.map(() => Buffer.alloc(comparedBytes));
    for (let at = 0; size === other && at < size!; at += comparedBytes) {
      const [one, two] = await Promise.all(
        files.map(async (file, i) => {
          const { bytesRead } = await file.read(buffers[i]!, 0, comparedBytes, at);
          return buffers[i]!.subarray(0, bytesRead);
        }),
      );
      if (!one!.equals(two!)) return false;
    }
    return size === other;
  } finally {
    for (const file of files) await file.close();
  }
}
