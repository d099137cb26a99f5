// Whether memory is short on this machine: what the system calls available; on macOS and Windows the free memory, which is less.

import os from 'node:os';

/** Memory counts as short when less than this share of it is available. */
const shortShare = 0.1;

export function isMemoryShort(
  available = process.availableMemory?.() ?? os.freemem(),
  total = os.totalmem(),
): boolean {
  return available < total * shortShare;
}
