// Whether memory is short on this machine, by what the system calls available; on macOS, where Node knows only what is free, by what the engine is told.

import os from 'node:os';

/** Memory counts as short when less than this share of it is available. */
const shortShare = 0.1;

/** What there is of it for this process, in bytes: that of the machine, or what a container grants. */
export function memoryBytes(): number {
  // 0 or more than there is where there is no limit.
  return Math.min(os.totalmem(), process.constrainedMemory() || Infinity);
}

export function isMemoryShort(
  available = process.availableMemory?.() ?? os.freemem(),
  total = memoryBytes(),
): boolean {
  return available < total * shortShare;
}
