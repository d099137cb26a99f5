// A model from the hub: all of its files, one after another, and where it comes in parts the whole that the engine reads.

import { promises as fs } from 'node:fs';
import { type HubModel, modelPlaceOf, placeOf } from './catalogue';
import { download, type DownloadOptions, expectRoom } from './download';
import { filesOf, type Hub } from './hub';
import { joinedPartOf, lock } from './parts';

/** Makes one file of several. */
export type Join = (parts: string[], whole: string, signal: AbortSignal) => Promise<void>;

/** Returns the path of the model. What is there already is not asked for again. */
export async function getModel(
  hub: Hub,
  { repository, file }: HubModel,
  folder: string,
  { signal, onProgress, ...options }: DownloadOptions,
  join: Join,
): Promise<string> {
  const whole = modelPlaceOf(folder, { repository, file });
  if (await sizeOf(whole)) return whole;
  const files = await filesOf(hub, repository, file, signal);
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  const targets = files.map(({ path }) => placeOf(folder, { repository, file: path }));
  await fs.mkdir(folder, { recursive: true });
  // Parts and whole are there at the same time for a while.
  if (files.length > 1) await expectRoom(folder, 2 * bytes);
  let before = 0;
  for (const [i, each] of files.entries()) {
    if ((await sizeOf(targets[i]!)) !== each.bytes)
      await download(hub, each, targets[i]!, {
        ...{ ...options, signal },
        onProgress: (progress) => onProgress?.({ ...progress, done: before + progress.done, bytes }),
      });
    before += each.bytes;
  }
  if (files.length > 1) {
    const release = await lock(joinedPartOf(whole));
    try {
      await join(targets, whole, signal);
    } finally {
      await release();
    }
    for (const target of targets) await fs.rm(target, { force: true });
  }
  return whole;
}

async function sizeOf(file: string): Promise<number | undefined> {
  return fs.stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
}
