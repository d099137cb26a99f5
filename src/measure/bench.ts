// Measures prefill and decode of the loaded model at several thread counts, against the machine's own limits.

import { t } from '@vscode/l10n';
import { grouped } from '../numbers';
import type { BenchParams, BenchProgress } from '../protocol';
import type { BenchReport, BenchRow } from '../reports';
import { Engine } from '../engine/engine';
import { cpuName, threadCounts } from '../engine/environment';
import { takenCores, timesNow } from '../engine/load';
import { median, rounded } from '../statistics';

/** Each figure is the median of so many runs; the spread is shown beside it. */
const runs = 5;

/** Tokens per second of each run. */
interface Speed {
  prefill: number[];
  decode: number[];
}

/** Of a whole benchmark, so much time at most for each level and number of threads, in milliseconds, beyond two runs. */
const budgetMs = 1500;
/** A level of which one run takes longer is not measured. */
const longestRunMs = 3000;
/** Prompts whose first token is timed, as far as they fit. */
const promptLengths = [32, 128, 512, 1024, 2048, 4096];

/**
 * Takes some seconds; completions wait. Throws an Error when the tokens do not fit into the model's context, and soon after
 * it is cancelled.
 */
export async function bench(
  engine: Engine,
  params: BenchParams,
  onProgress: (progress: BenchProgress) => void = () => undefined,
  signal?: AbortSignal,
): Promise<BenchReport> {
  const { info } = engine;
  const { addon } = engine.loaded;
  const before = timesNow();
  const report: BenchReport = {
    schema: 'ryzanstein/bench/1',
    date: new Date().toISOString(),
    cpu: cpuName(addon.cpu()),
    model: info,
    results: [],
    limits: { readGBs: {}, int8GMACs: { 1: rounded(kernelSpeed(engine) / 2) } },
  };
  const given = params.threads.length > 0 ? params.threads : [info.threads];
  const cases = params.whole ? wholeCases(engine, params) : given.map((threads): Case => ({ threads }));
  const steps = cases.length + (params.whole ? 1 : 0);
  const budget = params.whole ? budgetMs : Infinity;
  const most = Math.max(...cases.map(({ threads }) => threads));
  const measure = async (engineFor: EngineFor): Promise<void> => {
    for (const [done, { threads, kernel = info.kernel }] of cases.entries()) {
      onProgress({ done, steps, next: { kernel, threads } });
      const other = await engineFor({ threads, kernel });
      add(threads, kernel, await measureSpeed(other, params, runs, { threads, budget, signal }));
    }
  };
  await withEngines(engine, most, measure, signal);
  if (params.whole) onProgress({ done: cases.length, steps });
  if (params.whole) report.firstToken = await firstTokens(engine, signal);
  report.takenCores = rounded(takenCores(before, timesNow()));
  return report;

  function add(threads: number, kernel: string, speed: Speed): void {
    const readGBs = (report.limits.readGBs[threads] ??= readSpeed(engine, threads));
    const decode = spread(speed.decode);
    const limit = (readGBs * 1e9) / info.passBytes;
    const row = (work: BenchRow['work'], tokensPerSecond: BenchRow['tokensPerSecond']): BenchRow => ({
      shape: info.name,
      model: info.name,
      type: info.type,
      work,
      promptTokens: params.promptTokens,
      generateTokens: params.generateTokens,
      threads,
      kernel,
      engine: 'ryzanstein',
      tokensPerSecond,
    });
    report.results.push(row('prefill', spread(speed.prefill)));
    report.results.push({ ...row('decode', decode), fractionOfLimit: rounded(decode.median / limit) });
  }
}

interface Case {
  threads: number;
  kernel?: string;
}

/** Every number of threads with the kernel in use, and every other kernel that is right and fast enough with all of them. */
function wholeCases({ loaded, info, model }: Engine, { promptTokens }: BenchParams): Case[] {
  const { addon } = loaded;
  const { levels, physicalCores } = addon.cpu();
  const counts = threadCounts(physicalCores, info.threads).map((threads): Case => ({ threads }));
  const { width, ffn } = model.hyperparameters;
  const speeds = addon.benchKernels({ rows: ffn, columns: width, tokens: 32, milliseconds: 20 });
  const others = levels.flatMap(({ name, supported }): Case[] => {
    if (!supported || name === info.kernel) return [];
    const gops = speeds.find(({ level }) => level === name)?.gops ?? 0;
    const runMs = (2 * info.multiplied * promptTokens) / (gops * info.threads * 1e6);
    if (!(runMs < longestRunMs) || addon.selftest(name).mismatches > 0) return [];
    return [{ threads: info.threads, kernel: name }];
  });
  return [...counts, ...others];
}

async function firstTokens(
  engine: Engine,
  signal?: AbortSignal,
): Promise<NonNullable<BenchReport['firstToken']>> {
  const lengths = promptLengths.filter((length) => length < engine.rooms.rested);
  return engine.withSession(async (session) => {
    const all = [];
    for (const promptTokens of lengths) {
      const ids = textIds(engine, promptTokens);
      const samples: number[] = [];
      const end = Date.now() + budgetMs;
      for (let run = 0; run <= runs && (run < 3 || Date.now() < end); run++) {
        session.truncate(0);
        // The first token is chosen of what the prompt gave: no pass is between them.
        const { milliseconds } = await session.evaluate(ids);
        signal?.throwIfAborted();
        if (run > 0) samples.push(milliseconds);
      }
      all.push({ promptTokens, milliseconds: spread(samples) });
    }
    return all;
  }, signal);
}

/** Computes with so many threads of its own, and by this kernel. */
type EngineFor = (how: { threads: number; kernel: string }) => Promise<Engine>;

/**
 * `work` may ask for engines of the same model, with up to `most` threads. Another one is loaded only where this one has
 * not so many or another kernel: it takes as much memory again.
 */
export async function withEngines<T>(
  engine: Engine,
  most: number,
  work: (engineFor: EngineFor) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { addon, native } = engine.loaded;
  let other: Engine | undefined;
  const engineFor: EngineFor = async ({ threads, kernel }) => {
    if (kernel === native.kernel && threads <= native.threads) return engine;
    if (kernel === other?.info.kernel) return other;
    await other?.close();
    other = undefined;
    return (other = await Engine.load(
      addon,
      { modelFile: engine.info.file, threads: most, kernel },
      engine.queue,
      signal,
    ));
  };
  try {
    return await work(engineFor);
  } finally {
    await other?.close();
  }
}

/** The first run warms the caches and is not counted; two are, however long they take. */
export async function measureSpeed(
  engine: Engine,
  { promptTokens, generateTokens }: Pick<BenchParams, 'promptTokens' | 'generateTokens'>,
  times: number,
  { threads, budget = Infinity, signal }: { threads: number; budget?: number; signal?: AbortSignal },
): Promise<Speed> {
  const { contextLength } = engine.info;
  if (promptTokens < 1 || generateTokens < 1 || promptTokens + generateTokens > contextLength) {
    throw new Error(
      t`${grouped(promptTokens)} prompt and ${grouped(generateTokens)} generated tokens do not fit into the context of ${grouped(contextLength)}. Ask for fewer.`,
    );
  }
  const ids = textIds(engine, promptTokens);
  const end = Date.now() + budget;
  return engine.withSession(
    async (session) => {
      const speed: Speed = { prefill: [], decode: [] };
      for (let run = 0; run <= times && (run < 3 || Date.now() < end); run++) {
        session.truncate(0);
        const prefill = await session.evaluate(ids);
        signal?.throwIfAborted();
        const decode = await session.generate({ max: generateTokens, stopIds: new Int32Array() });
        signal?.throwIfAborted();
        if (run === 0) continue;
        speed.prefill.push((ids.length / prefill.milliseconds) * 1000);
        speed.decode.push((decode.ids.length / decode.milliseconds) * 1000);
      }
      return speed;
    },
    signal,
    threads,
  );
}

/** Ids that stand for text: spread over the vocabulary by a fixed rule. */
function textIds(engine: Engine, count: number): Int32Array {
  const { tokenizer } = engine.model;
  const text = [...Array(tokenizer.size).keys()].filter((id) => tokenizer.piece(id).length > 0);
  return Int32Array.from({ length: count }, (_, i) => text[(i * 7919) % text.length]!);
}

/**
 * GB/s of reading as much as the weights are, which decode cannot exceed: those of a small model stay in a cache, where
 * reading is faster than from memory.
 */
export function readSpeed(engine: Engine, threads: number): number {
  const megabytes = Math.min(Math.max(Math.round(engine.info.bytes / 2 ** 20), 1), 256);
  return rounded(engine.loaded.addon.readBandwidth({ megabytes, threads, milliseconds: 200 }));
}

/** GOPS of the selected kernel's ternary product on one thread, of the shape of the model's widest matrix. */
function kernelSpeed(engine: Engine): number {
  const { width, ffn } = engine.model.hyperparameters;
  const speeds = engine.loaded.addon.benchKernels({
    rows: ffn,
    columns: width,
    tokens: 32,
    milliseconds: 100,
  });
  return speeds.find((speed) => speed.level === engine.info.kernel)?.gops ?? 0;
}

export function spread(samples: readonly number[]): BenchRow['tokensPerSecond'] {
  return {
    median: rounded(median(samples) ?? 0),
    min: rounded(samples.length > 0 ? Math.min(...samples) : 0),
    max: rounded(samples.length > 0 ? Math.max(...samples) : 0),
  };
}
