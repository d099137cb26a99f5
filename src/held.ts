// Files that other programs may hold, and that are written whole or not at all. Windows lets nobody rename or delete a file that another program holds open, as a scanner does that looks at each new one: then it is tried again for a while.

import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const pauseMs = 50;
const mostTries = 40;
/** What Windows says of a file that is open elsewhere, and of one that goes when it is closed there. */
const held = ['EBUSY', 'EPERM', 'EACCES'];

/** Whether it may be that a file is only held, and free in a moment. */
export function isHeld(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'win32' && held.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Does what a program that holds the file may be in the way of. */
export async function whenFree<T>(work: () => Promise<T>, platform = process.platform): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error, platform) || tries === mostTries) throw error;
    }
    await pause(pauseMs);
  }
}

/** The same for a process that has nothing else to do meanwhile. */
export function whenFreeNow<T>(work: () => T, platform = process.platform): T {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let tries = 1; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (!isHeld(error, platform) || tries === mostTries) throw error;
    }
    Atomics.wait(clock, 0, 0, pauseMs);
  }
}

/** Of a file that nobody needs any more; where it cannot go, it stays. */
export function removeIfFree(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Another program holds it.
  }
}

/** Writes a file whole, and its folder where that is missing; if it cannot, what was there before stays. */
export function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    removeIfFree(unfinished);
    throw error;
  }
}
