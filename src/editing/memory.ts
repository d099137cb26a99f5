// Whether memory is short on this machine, by what the system calls available; on macOS, where Node knows only what is free, by what the engine is told.

import os from 'node:os';

/** Memory counts as short when less than this share of it is available. */
const shortShare = 0.1;

export function isMemoryShort(
  available = process.availableMemory?.() ?? os.freemem(),
  total = os.totalmem(),
): boolean {
  return available < total * shortShare;
}
