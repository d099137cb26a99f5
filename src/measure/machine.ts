// What this machine can do without any model: how fast it reads memory and multiplies integers, measured in half a second.

import type { Addon } from '../engine/addon';
import { defaultThreads } from '../engine/environment';
import type { MachineSpeed } from '../reports';

/** Of a middling model's matrices. */
const shape = { rows: 2048, columns: 2048, tokens: 32, milliseconds: 20 };

const reading = { megabytes: 256, milliseconds: 80 };

export function measureMachine(addon: Addon): MachineSpeed {
  const cpu = addon.cpu();
  const threads = defaultThreads(cpu);
  return {
    cpu: cpu.brand,
    threads,
    // Other work takes a share of a moment, seldom of all three.
    readGBs: Math.max(...[1, 2, 3].map(() => addon.readBandwidth({ ...reading, threads }))),
    gops: Math.max(...addon.benchKernels(shape).map(({ gops }) => gops)),
  };
}
