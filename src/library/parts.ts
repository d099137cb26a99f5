// Files in the folder of models that are not whole yet: what they are called until they are, and who writes to one.

import { t } from '@vscode/l10n';
import { promises as fs } from 'node:fs';
import { whenFree } from '../held';
import { unwritable } from '../wording';
import { HubProblem } from './hub';

/** A file until all of it is there; `key` has sixteen hexadecimal digits, and parts it from others that are to be called so. */
export function partOf(target: string, key: string): string {
  return `${target}.${key}.part`;
}

/** What the engine joins has no key (`writeGguf`). */
export function joinedPartOf(target: string): string {
  return `${target}.part`;
}

export function isPart(file: string): boolean {
  return /(\.[0-9a-f]{16}|\.gguf)\.part$/i.test(file);
}

/** What a part is to be called when it is whole. */
export function wholeOfPart(file: string): string {
  return file.replace(/(\.[0-9a-f]{16})?\.part$/i, '');
}

/** Files that this process writes to. */
const ownLocks = new Set<string>();
/** What has stood still for longer was ended by its network, or with its machine. */
const stillMs = 10 * 60_000;

/** Nobody writes to a file, or deletes it, while another one does; what is returned ends that. A lock whose process has gone counts for nothing, whoever has its number now. */
export async function lock(part: string): Promise<() => Promise<void>> {
  const name = `${part}.lock`;
  for (let tries = 0; ; tries++) {
    try {
      await fs.writeFile(name, String(process.pid), { flag: 'wx' });
      ownLocks.add(name);
      // One that stays counts for nothing when this process has gone.
      return () => {
        ownLocks.delete(name);
        return whenFree(() => fs.rm(name, { force: true })).catch(() => undefined);
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(name, error);
      const owner = Number(await fs.readFile(name, 'utf8').catch(() => ''));
      const isAtWork = owner === process.pid ? ownLocks.has(name) : isAlive(owner) && (await isMoving(part));
      if (tries > 0 || isAtWork)
        throw new HubProblem(
          t`It is being written just now, by a download or an import of this window or another one.`,
        );
      await fs.rm(name, { force: true });
    }
  }
}

/** Whether a file, or its lock, was written to of late. */
async function isMoving(part: string): Promise<boolean> {
  const times = await Promise.all(
    [part, `${part}.lock`].map((file) =>
      fs.stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Date.now() - Math.max(...times) < stillMs;
}

function isAlive(processId: number): boolean {
  if (!(processId > 0)) return false;
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
