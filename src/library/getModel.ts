// A model from the hub: all of its files, one after another, and where it comes in parts the whole that the engine reads.

import { promises as fs } from 'node:fs';
import { type HubModel, modelPlaceOf, placeOf } from './catalogue';
import { download, type DownloadOptions, expectRoom, isThere } from './download';
import { filesOf, type Hub } from './hub';
import { joinedPartOf, lock } from './parts';
import { unwritable } from '../wording';

/** Makes one file of several. */
export type Join = (parts: string[], whole: string, signal: AbortSignal) => Promise<void>;

/** Returns the path of the model. What is there already is not asked for again, if it is what the hub has. */
export async function getModel(
  hub: Hub,
  { repository, file }: HubModel,
  folder: string,
  { signal, onProgress, ...options }: DownloadOptions,
  join: Join,
): Promise<string> {
  const whole = modelPlaceOf(folder, { repository, file });
  const files = await filesOf(hub, repository, file, signal);
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  const targets = files.map(({ path }) => placeOf(folder, { repository, file: path }));
  await fs.mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw unwritable(folder, error);
  });
  // Parts and whole are there at the same time for a while.
  if (files.length > 1) await expectRoom(folder, 2 * bytes);
  let before = 0;
  for (const [i, each] of files.entries()) {
    if (!(await isThere(each, targets[i]!, { signal, onProgress })))
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
