// The folder of the models that were downloaded or imported: what lies there, how a file gets into it, and how it goes.

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { whenFree } from '../held';
import { unwritable } from '../wording';
import { type Found, walk } from './folders';

/** A file there; `unfinished` of a download that was broken off. */
export interface Stored {
  file: string;
  bytes: number;
  unfinished: boolean;
}

const depth = 4;
const unfinished = /\.[0-9a-f]{16}\.part$/;

/** What takes room in the folder, models first. */
export async function stored(folder: string): Promise<Stored[]> {
  const files: string[] = [];
  await walk(folder, depth, (file) => files.push(file) > 0);
  const models = files.filter((file) => /\.gguf$/i.test(file) || unfinished.test(file));
  const list = await Promise.all(
    models.map(async (file) => ({
      file,
      bytes: (await fs.stat(file)).size,
      unfinished: unfinished.test(file),
    })),
  );
  return list.sort((a, b) => Number(a.unfinished) - Number(b.unfinished));
}

export async function downloaded(folder: string): Promise<Found[]> {
  const models = (await stored(folder)).filter((each) => !each.unfinished);
  return models.map(({ file }) => ({ file, origin: 'downloaded' }));
}

/** Deletes a model with what was measured of it, and the folders that are empty then. */
export async function remove(file: string, folder: string): Promise<void> {
  try {
    await whenFree(() => fs.rm(file));
  } catch (error) {
    throw unwritable(file, error);
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
  const { name, ext } = path.parse(source);
  const inFolder = (number: number): string =>
    path.join(folder, 'imported', number === 1 ? `${name}${ext}` : `${name} (${number})${ext}`);
  let number = 1;
  while (await isAnother(inFolder(number), source)) number++;
  const target = inFolder(number);
  const part = `${target}.copy`;
  try {
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.copyFile(source, part, fs.constants.COPYFILE_FICLONE);
    await whenFree(() => fs.rename(part, target));
  } catch (error) {
    await fs.rm(part, { force: true });
    const { size } = await fs.stat(source).catch(() => ({ size: 0 }));
    throw unwritable(target, error, Math.ceil(size / 1e6));
  }
  return target;
}

const comparedBytes = 1 << 20;

/** Whether a file is there, and is not the same one; told by their sizes and by how they begin. */
async function isAnother(file: string, source: string): Promise<boolean> {
  const [there, own] = await Promise.all([file, source].map((each) => fs.stat(each).catch(() => undefined)));
  if (!there || !own) return false;
  if (there.size !== own.size) return true;
  const [begun, ownBegun] = await Promise.all([file, source].map(beginning));
  return !begun!.equals(ownBegun!);
}

async function beginning(file: string): Promise<Buffer> {
  const opened = await fs.open(file);
  try {
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(comparedBytes), 0, comparedBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await opened.close();
  }
}
