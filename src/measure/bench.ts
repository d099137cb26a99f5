// Measures prefill and decode of the loaded model at several thread counts, against the machine's own limits.

import type { BenchParams } from '../protocol';
import type { BenchReport, BenchRow } from '../reports';
import { Engine } from '../engine/engine';
import { cpuName } from '../engine/environment';
import { median, rounded } from '../statistics';

/** Each figure is the median of so many runs; the spread is shown beside it. */
const runs = 5;

/** Tokens per second of each run. */
export interface Speed {
  prefill: number[];
  decode: number[];
}

/** Takes some seconds; completions wait. Throws an Error when the tokens do not fit into the model's context. */
export async function bench(engine: Engine, params: BenchParams): Promise<BenchReport> {
  const { addon, info } = engine;
  const report: BenchReport = {
    schema: 'ryzanstein/bench/1',
    date: new Date().toISOString(),
    cpu: cpuName(addon.cpu()),
    results: [],
    limits: { readGBs: {}, int8GMACs: { 1: rounded(kernelSpeed(engine) / 2) } },
  };
  for (const threads of params.threads.length > 0 ? params.threads : [info.threads]) {
    const readGBs = readSpeed(engine, threads);
    report.limits.readGBs[threads] = readGBs;
    const speed = await withThreads(engine, threads, (other) => measureSpeed(other, params, runs));
    const decode = spread(speed.decode);
    const most = (readGBs * 1e9) / info.bytes;
    const row = (work: BenchRow['work'], tokensPerSecond: BenchRow['tokensPerSecond']): BenchRow => ({
      shape: info.name,
      model: info.name,
      type: info.type,
      work,
      promptTokens: params.promptTokens,
      generateTokens: params.generateTokens,
      threads,
      kernel: info.kernel,
      engine: 'ryzanstein',
      tokensPerSecond,
    });
    report.results.push(row('prefill', spread(speed.prefill)));
    report.results.push({ ...row('decode', decode), fractionOfLimit: rounded(decode.median / most) });
  }
  return report;
}

/** Runs `work` on the same model with another number of threads. */
export async function withThreads<T>(
  engine: Engine,
  threads: number,
  work: (other: Engine) => Promise<T>,
): Promise<T> {
  if (threads === engine.info.threads) return work(engine);
  const { file, kernel } = engine.info;
  const other = await Engine.load(engine.addon, { modelFile: file, threads, kernel });
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

/** The first run warms the caches and is not counted. */
export async function measureSpeed(
  engine: Engine,
  { promptTokens, generateTokens }: Pick<BenchParams, 'promptTokens' | 'generateTokens'>,
  times: number,
): Promise<Speed> {
  const { contextLength } = engine.info;
  if (promptTokens < 1 || generateTokens < 1 || promptTokens + generateTokens > contextLength) {
    throw new Error(
      `${promptTokens} prompt and ${generateTokens} generated tokens do not fit into the context of ${contextLength}. Ask for fewer.`,
    );
  }
  const ids = textIds(engine, promptTokens);
  return engine.withSession(async (session) => {
    const speed: Speed = { prefill: [], decode: [] };
    for (let run = 0; run <= times; run++) {
      session.truncate(0);
      const prefill = await session.evaluate(ids);
      const decode = await session.generate({ max: generateTokens, stopIds: new Int32Array() });
      if (run === 0) continue;
      speed.prefill.push((ids.length / prefill.milliseconds) * 1000);
      speed.decode.push((decode.ids.length / decode.milliseconds) * 1000);
    }
    return speed;
  });
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
  return rounded(engine.addon.readBandwidth({ megabytes, threads, milliseconds: 200 }));
}

/** GOPS of the selected kernel's ternary product on one thread, of the shape of the model's widest matrix. */
export function kernelSpeed(engine: Engine): number {
  const { width, ffn } = engine.model.hyperparameters;
  const speeds = engine.addon.benchKernels({ rows: ffn, columns: width, tokens: 32, milliseconds: 100 });
  return speeds.find((speed) => speed.level === engine.info.kernel)?.gops ?? 0;
}

export function spread(samples: readonly number[]): BenchRow['tokensPerSecond'] {
  return {
    median: rounded(median(samples) ?? 0),
    min: rounded(samples.length > 0 ? Math.min(...samples) : 0),
    max: rounded(samples.length > 0 ? Math.max(...samples) : 0),
  };
}
