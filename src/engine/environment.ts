// The machine as a report of it shows it: system, processor, memory, and the limits of a container around us.

import * as fs from 'node:fs';
import * as os from 'node:os';
import type { Environment } from '../reports';
import { rounded } from '../statistics';
import type { CpuReport } from './addon';

const giga = 2 ** 30;

export function environmentOf(cpu: CpuReport): Environment {
  return {
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    cpu: cpuName(cpu),
    vendor: cpu.vendor,
    physicalCores: cpu.physicalCores,
    fastCores: cpu.fastCores,
    logicalCores: cpu.logicalCores,
    availableCores: os.availableParallelism(),
    memoryGB: rounded(os.totalmem() / giga),
    flags: cpu.flags,
    container: { cpuLimit: cpuLimit(), memoryLimitGB: memoryLimit() },
  };
}

/** What the CPU says of itself; one of ARM says nothing, and then what the system says. */
export function cpuName(cpu: CpuReport): string {
  return cpu.brand || (os.cpus()[0]?.model ?? 'unknown');
}

/** Cores of the fastest kind, less where the process may not use all of them. */
export function defaultThreads(cpu: CpuReport): number {
  const allowed = Math.min(os.availableParallelism(), Math.floor(cpuLimit() ?? Infinity));
  return Math.max(1, Math.min(cpu.fastCores, allowed));
}

/** The numbers of threads to measure, in order: each up to eight, then a quarter more each time, the cores, and the one in use. */
export function threadCounts(physicalCores: number, inUse: number): number[] {
  const counts = [physicalCores, inUse];
  for (let count = 1; count < physicalCores; count = Math.max(count + 1, Math.floor(count * 1.25)))
    counts.push(count);
  return [...new Set(counts)].sort((a, b) => a - b);
}

/** Cores that the control group grants, null for no limit. Linux, control groups of version 2 and 1. */
function cpuLimit(): number | null {
  const [quota, period] = (read('/sys/fs/cgroup/cpu.max') ?? '').trim().split(' ');
  if (quota && period && quota !== 'max') return rounded(Number(quota) / Number(period));
  const old = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') ?? -1);
  const oldPeriod = Number(read('/sys/fs/cgroup/cpu/cpu.cfs_period_us') ?? 0);
  return old > 0 && oldPeriod > 0 ? rounded(old / oldPeriod) : null;
}

function memoryLimit(): number | null {
  const bytes = process.constrainedMemory();
  return bytes > 0 && bytes < os.totalmem() ? rounded(bytes / giga) : null;
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
