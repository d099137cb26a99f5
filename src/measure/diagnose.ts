// The report on this machine and model: every figure measured while it is made, every finding derived from a figure.

import { t } from '@vscode/l10n';
import { coresOf, grouped, percent, threadsOf } from '../numbers';
import type { Diagnosis, Issue, LevelReport, ScalingRow, Target } from '../reports';
import { measureSpeed, readSpeed, spread, withEngines } from './bench';
import { measureMachine } from './machine';
import { rounded } from '../statistics';
import type { Engine } from '../engine/engine';
import { environmentOf, threadCounts } from '../engine/environment';
import { takenCores, timesNow } from '../engine/load';
import { disturbanceWords } from '../wording';

const promptTokens = 256;
const generateTokens = 48;
const runs = 3;
/** So much time for each number of threads, in milliseconds, beyond two runs. */
const budgetMs = 1000;
/** A number of threads with which one run takes longer is not measured, unless it is in use. */
const longestRunMs = 1000;
/** Reading the weights at this share of the memory's speed means that memory is what binds. */
const memoryBound = 0.6;
const efficiencyTarget = 0.85;
const decodeTarget = 10;
const firstTokenTarget = 700;

type KernelSpeeds = Diagnosis['tmac']['kernels'];

/** Takes some seconds, with a large model half a minute; completions wait. Rejects soon after it is cancelled. */
export async function diagnose(engine: Engine, signal?: AbortSignal): Promise<Diagnosis> {
  const { info } = engine;
  const { addon } = engine.loaded;
  const cpu = addon.cpu();
  const selftests = cpu.levels
    .filter((level) => level.supported)
    .map((level) => ({ name: level.name, ...addon.selftest(level.name) }));
  const levels: LevelReport[] = cpu.levels.map((level) => {
    const test = selftests.find(({ name }) => name === level.name);
    const selected = level.name === info.kernel;
    if (!test) return { ...level, selected, selftest: 'not run' };
    const { cases, mismatches } = test;
    return { ...level, selected, selftest: mismatches > 0 ? 'failed' : 'ok', cases, mismatches };
  });
  const before = timesNow();
  const kernels = kernelSpeeds(engine);
  const { scaling, throughput, firstTokenMs } = await measureThreads(engine, cpu.physicalCores, signal);
  const taken = rounded(takenCores(before, timesNow()));
  const report: Measured = {
    schema: 'ryzanstein/diagnose/1',
    date: new Date().toISOString(),
    environment: environmentOf(cpu),
    machine: measureMachine(addon),
    simd: { active: info.kernel, levels },
    tmac: {
      error: Math.max(0, ...selftests.map((test) => test.maximumError)),
      cases: selftests.reduce((sum, test) => sum + test.cases, 0),
      kernels,
    },
    threading: { scaling, takenCores: taken },
    rooms: engine.rooms,
    throughput,
    model: info,
  };
  return {
    ...report,
    targets: targetsOf(report, firstTokenMs),
    issues: issuesOf(report),
  };
}

function kernelSpeeds(engine: Engine): KernelSpeeds {
  const { width, ffn } = engine.model.hyperparameters;
  return engine.loaded.addon
    .benchKernels({ rows: ffn, columns: width, tokens: 32, milliseconds: 50 })
    .map(({ level, gops }) => ({ level, gops: rounded(gops) }));
}

/** Prefill and decode by the number of threads. */
async function measureThreads(
  engine: Engine,
  physicalCores: number,
  signal?: AbortSignal,
): Promise<Pick<Diagnosis, 'throughput'> & { scaling: ScalingRow[]; firstTokenMs: number }> {
  const { info } = engine;
  const counts = threadCounts(physicalCores, info.threads);
  const speeds = await withEngines(
    engine,
    counts.at(-1)!,
    (engineFor) =>
      speedsBy(counts, info.threads, async (threads) => {
        const how = { threads, budget: budgetMs, signal };
        const other = await engineFor({ threads, kernel: info.kernel });
        const speed = await measureSpeed(other, { promptTokens, generateTokens }, runs, how);
        return { prefill: spread(speed.prefill).median, decode: spread(speed.decode).median };
      }),
    signal,
  );
  const single = speeds.get(1);
  const scaling = [...speeds].map(([threads, { prefill, decode }]): ScalingRow => {
    const speedup = single && prefill / single.prefill;
    const readLimit = (readSpeed(engine, threads) * 1e9) / info.passBytes;
    return {
      ...{ threads, prefill, decode, readLimit: rounded(readLimit) },
      ms: rounded((promptTokens / prefill) * 1000),
      gops: rounded((2 * info.multiplied * prefill) / 1e9),
      ...(speedup !== undefined && { speedup: rounded(speedup), efficiency: rounded(speedup / threads) }),
      bound: decode > memoryBound * readLimit ? 'memory' : 'compute',
    };
  });
  const { prefill, decode } = speeds.get(info.threads)!;
  return {
    scaling,
    throughput: {
      ...{ tokensPerSecond: decode, prefillTokensPerSecond: prefill },
      ...{ model: info.name, threads: info.threads },
    },
    firstTokenMs: rounded((promptTokens / prefill) * 1000),
  };
}

/** Tokens per second. */
type Speeds = Record<'prefill' | 'decode', number>;

/**
 * What is measured with the number of threads in use, and with each other one, the most first, with which a run does not
 * take long: with fewer threads it takes as many times as long, at most. By number, the fewest first.
 */
export async function speedsBy(
  counts: readonly number[],
  inUse: number,
  measure: (threads: number) => Promise<Speeds>,
): Promise<Map<number, Speeds>> {
  const speeds = new Map([[inUse, await measure(inUse)]]);
  for (const threads of [...counts].reverse()) {
    const expected = [...speeds].map(([known, speed]) => runMs(speed) * Math.max(1, known / threads));
    if (!speeds.has(threads) && Math.min(...expected) <= longestRunMs)
      speeds.set(threads, await measure(threads));
  }
  return new Map([...speeds].sort(([a], [b]) => a - b));
}

function runMs({ prefill, decode }: Speeds): number {
  return (promptTokens / prefill + generateTokens / decode) * 1000;
}

export type Measured = Omit<Diagnosis, 'targets' | 'issues'>;

function targetsOf(report: Measured, firstTokenMs: number): Target[] {
  const vector = report.simd.levels.some(
    (level) => level.selected && level.name !== 'scalar' && level.selftest === 'ok',
  );
  const { threads, efficiency } = report.threading.scaling.at(-1)!;
  const decode = report.throughput.tokensPerSecond;
  return [
    { phase: 'vector kernel in use and proven (1 = yes)', target: 1, measured: vector ? 1 : 0, met: vector },
    {
      phase: 'largest relative error of the ternary product',
      target: 0,
      measured: report.tmac.error,
      met: report.tmac.error === 0,
    },
    ...(efficiency === undefined
      ? []
      : [
          {
            phase: `prefill efficiency at ${threads} threads`,
            target: efficiencyTarget,
            measured: efficiency,
            met: efficiency >= efficiencyTarget,
          },
        ]),
    {
      phase: 'decode of this model, tokens per second',
      target: decodeTarget,
      measured: decode,
      met: decode >= decodeTarget,
    },
    {
      phase: `first token after ${promptTokens} tokens of prompt, ms`,
      target: firstTokenTarget,
      measured: firstTokenMs,
      met: firstTokenMs <= firstTokenTarget,
    },
  ];
}

export function issuesOf(report: Measured): Issue[] {
  const issues: Issue[] = [];
  const { environment, simd, threading, model } = report;
  for (const level of simd.levels) {
    const { selftest, cases = 0, mismatches = 0 } = level;
    if (selftest !== 'failed') continue;
    issues.push({
      severity: level.selected ? 'error' : 'warning',
      issue: t`The kernel ${level.name} computes wrongly in ${grouped(mismatches)} of ${grouped(cases)} cases.`,
      impact: level.selected ? t`Completions may be wrong.` : t`It must not be chosen.`,
    });
  }
  if (simd.active === 'scalar') {
    issues.push({
      severity: 'warning',
      issue: t`The scalar kernel is in use.`,
      impact: t`Completions take many times as long as with a vector kernel.`,
    });
  }
  const limit = environment.container.cpuLimit;
  if (limit !== null && limit < model.threads) {
    issues.push({
      severity: 'warning',
      issue: t`The container grants ${coresOf(limit)} to ${threadsOf(model.threads)}.`,
      impact: t`Threads wait for each other while one of them is paused.`,
    });
  }
  if (model.threads > environment.physicalCores) {
    issues.push({
      severity: 'warning',
      issue: t`${threadsOf(model.threads)} share ${coresOf(environment.physicalCores)}.`,
      impact: t`Threads wait for each other.`,
    });
  }
  const disturbance = disturbanceWords(threading.takenCores);
  if (disturbance) return [...issues, { severity: 'note', ...disturbance }];
  for (const { threads, efficiency = 1, bound } of threading.scaling) {
    if (threads === 1 || efficiency >= efficiencyTarget || bound === 'memory') continue;
    issues.push({
      severity: 'note',
      issue: t`${threadsOf(threads)} reach ${percent(efficiency)} of linear speed-up, though memory is not the limit.`,
      impact: t`Other programs may use the cores, or threads share one core.`,
    });
  }
  return issues;
}
