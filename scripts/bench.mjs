// `npm run bench`: our engine and llama.cpp in turn on the same synthetic models, against the limits of this machine.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { openPeer, peerName } from './peer/llama.mjs';
import { buildNative, bundle } from './build.mjs';
import { setUpBuild, setUpLlama } from './setup.mjs';
import { findProgram, program, root, run, step, whenChanged } from './steps.mjs';

const folder = path.join(root, 'out', 'bench');
const controlTokens = 7;
const batches = [1, 2, 4, 8, 16];
/** Tokens that our engine evaluates in one pass of a prefill, as native/model/session.cpp cuts them. */
const chunk = 64;

/** What people run, in ten minutes with the level that is chosen; `--whole` takes more models, and every level. */
const models = [
  ['code-30m', 'tq2_0'],
  ['bitnet-2b-4t', 'tq2_0'],
  ['qwen2.5-coder-0.5b', 'q8_0'],
  ['qwen2.5-coder-0.5b', 'q4_k_m'],
];
const moreModels = [
  ['qwen2.5-coder-0.5b', 'q4_0'],
  ...['q8_0', 'q4_k_m', 'q4_0'].map((type) => ['qwen2.5-coder-1.5b', type]),
];

await program(import.meta.url, async (args) => {
  const options = optionsOf(args);
  await setUpBuild();
  await setUpLlama().catch((error) => console.error(error.message));
  await buildNative();
  await bundle();
  await buildPrograms();
  const engine = await ourEngine();
  const peer = peerName();
  if (!peer) console.error('WITHOUT PEER: llama.cpp is not installed here, so only our engine is measured.');
  const report = {
    schema: 'ryzanstein/bench/1',
    date: new Date().toISOString(),
    cpu: engine.addon.cpu().brand,
    results: [],
    limits: limitsOf(engine.addon, options),
  };
  for (const [shape, type] of options.models)
    await measureModel(report, { engine, peer, shape, type, ...options });
  const file = path.join(root, 'bench.json');
  writeFileSync(file, `${JSON.stringify(report)}\n`);
  if (options.charts !== undefined) await writeCharts(report, path.join(root, options.charts));
  console.log(
    `${report.cpu}\n${JSON.stringify(report.limits)}\n${tableOf(report.results)}\nAll of it is in ${file}.`,
  );
});

/** `--quick` is a look whether all of it runs, no measurement. */
function optionsOf(args) {
  const list = { type: 'string' };
  const { values } = parseArgs({
    args,
    options: {
      shapes: list,
      types: list,
      levels: list,
      threads: list,
      repetitions: list,
      quick: { type: 'boolean' },
      whole: { type: 'boolean' },
      charts: list,
    },
  });
  const quick = values.quick ?? false;
  const whole = values.whole ?? false;
  const several = (text) => text?.split(',').filter((part) => part !== '');
  // A shape of six numbers has commas of its own, so shapes are parted by blanks as well.
  const shapes = values.shapes?.split(/[\s;]+/);
  const types = several(values.types);
  return {
    models:
      shapes || types
        ? (shapes ?? ['code-30m']).flatMap((shape) => (types ?? ['tq2_0']).map((type) => [shape, type]))
        : quick
          ? ['tq2_0', 'q4_k_m'].map((type) => ['256,2,512,4,2,1000', type])
          : [...models, ...(whole ? moreModels : [])],
    levels: several(values.levels),
    whole,
    threads: several(values.threads)?.map(Number) ?? [1, 2],
    repetitions: Number(values.repetitions ?? (quick ? 3 : 5)),
    prompt: quick ? 64 : 512,
    generate: quick ? 8 : 64,
    megabytes: quick ? 64 : 600,
    charts: values.charts,
  };
}

/** The charts of docs/speed.md, into a folder. */
async function writeCharts(report, target) {
  const { build } = await import('esbuild');
  const outfile = path.join(folder, 'speed.cjs');
  const entryPoints = [path.join(root, 'src', 'report', 'speedPage.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  mkdirSync(target, { recursive: true });
  for (const [name, svg] of Object.entries(createRequire(import.meta.url)(outfile).speedCharts(report)))
    writeFileSync(path.join(target, name), svg);
}

/** The programs of scripts/peer, compiled for this very CPU. */
async function buildPrograms() {
  mkdirSync(folder, { recursive: true });
  const outputs = ['out/bench/llama_speed', 'out/bench/int8_peak'];
  await whenChanged('bench', { inputs: ['scripts/peer'], outputs }, () =>
    step('Building the programs of the benchmark', async () => {
      const flags = ['-std=c++17', '-O3', '-funroll-loops', '-march=native', '-pthread'];
      for (const output of outputs) {
        const source = `scripts/peer/${path.basename(output)}.cpp`;
        await run(findProgram('g++', 'clang++'), [...flags, source, '-o', output, '-ldl']);
      }
    }),
  );
}

/** The parts of our engine that a measurement steps through, bundled for it. */
async function ourEngine() {
  const { build } = await import('esbuild');
  const outfile = path.join(folder, 'engine.cjs');
  const contents = ['engine/addon', 'model/gguf', 'model/description']
    .map((name) => `export * from './src/${name}';`)
    .join('\n');
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
  });
  const parts = createRequire(import.meta.url)(outfile);
  return { ...parts, addon: parts.loadAddon(parts.addonFile(path.join(root, 'dist'))) };
}

function limitsOf(addon, { threads, megabytes }) {
  const limits = { readGBs: {}, int8GMACs: {} };
  for (const count of threads) {
    limits.readGBs[count] = rounded(addon.readBandwidth({ megabytes, threads: count, milliseconds: 1000 }));
    const peak = spawnSync(path.join(folder, 'int8_peak'), [String(count), '300'], { encoding: 'utf8' });
    if (peak.status !== 0) throw new Error(`int8_peak failed: ${peak.stderr || peak.error?.message}`);
    [limits.int8Instruction, limits.int8GMACs[count]] = peak.stdout
      .trim()
      .split('\n')
      .map((line, i) => (i === 0 ? line : Number(line)));
  }
  return limits;
}

/** Every level at every number of threads, each run of ours followed by one of the peer's. */
async function measureModel(report, bench) {
  const { engine, shape, type, prompt, generate, threads, repetitions } = bench;
  const file = await synthetic(shape, type);
  const gguf = engine.readGguf(file);
  const { hyperparameters } = engine.describeModel(gguf);
  const ids = hyperparameters.vocabulary - controlTokens;
  const tokens = Int32Array.from({ length: prompt }, (_, i) => (i * 7919) % ids);
  const peer = bench.peer && (await openPeer(path.join(folder, 'llama_speed'), file, prompt + generate));
  const matrices = gguf.tensors.filter(
    ({ name, shape }) => name !== 'token_embd.weight' && shape.length === 2,
  );
  const common = { shape, model: path.basename(file), type: type.toUpperCase(), promptTokens: prompt };
  try {
    for (const count of threads) {
      const size = Math.max(1, Math.round(statSync(file).size / (1 << 20)));
      // A small model stays in a cache, where reading is faster: its limit is read at its own size.
      const readGBs = engine.addon.readBandwidth({ megabytes: size, threads: count, milliseconds: 300 });
      const speeds = (bytes) => ({
        prefill: { tokens: prompt, work: total(matrices.map(({ shape }) => shape[0] * shape[1])) / 1e9 },
        decode: { tokens: generate, work: bytes / 1e9 },
        facts: {
          gigaMacsPerToken: total(matrices.map(({ shape }) => shape[0] * shape[1])) / 1e9,
          gigabytesPerPass: bytes / 1e9,
          tokensPerPass: chunk,
        },
        limits: { prefill: report.limits.int8GMACs[count], decode: readGBs },
      });
      const rows = (times, bytes, facts, others) =>
        ['prefill', 'decode'].map((work) => {
          const { limits, facts: sizes, ...works } = speeds(bytes);
          const tokensPerSecond = spread(times.map((time) => (works[work].tokens / time[work]) * 1000));
          const theirs = others && spread(others.map((time) => (works[work].tokens / time[work]) * 1000));
          return {
            ...common,
            work,
            generateTokens: generate,
            threads: count,
            ...facts,
            ...sizes,
            tokensPerSecond,
            ...(theirs && { ratioToPeer: rounded(tokensPerSecond.median / theirs.median), peer: bench.peer }),
            fractionOfLimit: rounded((tokensPerSecond.median * works[work].work) / limits[work]),
          };
        });
      const allTheirs = [];
      for (const kernel of levelsOf(engine.addon, bench, gguf)) {
        console.error(`${shape}, ${type}, ${count} threads, ${kernel ?? 'the level that is chosen'}`);
        const native = await engine.addon.load(file, gguf.tensors, hyperparameters, {
          threads: count,
          ...(kernel && { kernel }),
        });
        const session = native.session({ contextLength: prompt + generate });
        const ours = [];
        const theirs = [];
        // The first round warms the caches and is not counted.
        for (let round = 0; round <= repetitions; round++) {
          session.truncate(0);
          const prefill = await session.evaluate(tokens);
          const decode = await session.generate({ max: generate, stopIds: new Int32Array() });
          const their = peer && (await peer.run(prompt, generate, count, ids));
          if (round === 0) continue;
          ours.push({ prefill: prefill.milliseconds, decode: decode.milliseconds });
          if (their) theirs.push(their);
        }
        const facts = { engine: 'ryzanstein', kernel: native.kernel };
        report.results.push(...rows(ours, native.bytes, facts, peer && theirs));
        allTheirs.push(...theirs);
        session.free();
        native.free();
      }
      const bytes = total(gguf.tensors.map((tensor) => tensor.bytes));
      if (peer) report.results.push(...rows(allTheirs, bytes, { engine: bench.peer, kernel: peer.kernel }));
      const native = await engine.addon.load(file, gguf.tensors, hyperparameters, { threads: count });
      console.error(`${shape}, ${type}, ${count} threads, batches and beside a busy process`);
      const facts = { ...common, engine: 'ryzanstein', threads: count, kernel: native.kernel };
      report.results.push(
        ...(await measureBatches(native, tokens, bench)).map((row) => ({ ...facts, ...row })),
      );
      report.results.push({ ...facts, ...(await measureBesideBusy(native, tokens, bench)) });
      native.free();
    }
  } finally {
    peer?.close();
  }
}

/** What a pass over several drafted tokens costs behind the prompt, in passes over a single one. */
async function measureBatches(native, tokens, { prompt, repetitions }) {
  const session = native.session({ contextLength: prompt + Math.max(...batches) });
  await session.evaluate(tokens);
  const times = new Map(batches.map((batch) => [batch, []]));
  for (let round = 0; round <= 4 * repetitions; round++) {
    for (const batch of batches) {
      const start = performance.now();
      await session.evaluateAll(tokens.subarray(0, batch));
      if (round > 0) times.get(batch).push(performance.now() - start);
      session.truncate(prompt);
    }
  }
  session.free();
  const one = spread(times.get(1)).median;
  return batches.map((batch) => ({
    work: 'verify',
    generateTokens: batch,
    tokensPerSecond: spread(times.get(batch).map((time) => (batch / time) * 1000)),
    passesOfOne: rounded(spread(times.get(batch)).median / one),
  }));
}

/** Decode alone and while another process keeps one core busy, in turn; the share of the speed that stays. */
async function measureBesideBusy(native, tokens, { prompt, generate, repetitions }) {
  const session = native.session({ contextLength: prompt + generate });
  const busy = spawn(process.execPath, ['-e', 'for (;;) {}']);
  const times = { SIGSTOP: [], SIGCONT: [] };
  const decode = async () => {
    session.truncate(prompt - 1);
    await session.evaluate(tokens.subarray(prompt - 1));
    return (await session.generate({ max: generate, stopIds: new Int32Array() })).milliseconds;
  };
  try {
    await session.evaluate(tokens);
    for (let round = 0; round < 2 * repetitions; round++) {
      for (const signal of ['SIGSTOP', 'SIGCONT']) {
        busy.kill(signal);
        // Until the scheduler and our threads have come to terms with it.
        for (let untimed = 300; untimed > 0;) untimed -= await decode();
        times[signal].push(await decode());
      }
    }
  } finally {
    busy.kill('SIGKILL');
    session.free();
  }
  const share = spread(times.SIGSTOP).median / spread(times.SIGCONT).median;
  return {
    work: 'busy',
    generateTokens: generate,
    tokensPerSecond: spread(times.SIGCONT.map((time) => (generate / time) * 1000)),
    shareOfAlone: rounded(share),
  };
}

async function synthetic(shape, type) {
  const name = path.join('out', 'bench', `${shape.replaceAll(',', '-')}-${type}.gguf`);
  const inputs = ['measure/synthesize', 'measure/randomWeights', 'model/ggufWriter'].map(
    (part) => `src/${part}.ts`,
  );
  await whenChanged(path.basename(name), { inputs, outputs: [name] }, () =>
    step(`Writing ${name}`, () =>
      run(process.execPath, ['dist/cli.js', 'synthesize', '--shape', shape, '--type', type, '--out', name]),
    ),
  );
  return path.join(root, name);
}

/** The levels asked for, else the chosen one (undefined), or all that run here; the reference would take minutes for a large model. */
function levelsOf(addon, { levels, whole }, gguf) {
  if (!levels && !whole) return [undefined];
  const large = total(gguf.tensors.map(({ bytes }) => bytes)) > 1e8;
  const all = addon.cpu().levels.filter(({ supported }) => supported);
  const names = all
    .map(({ name }) => name)
    .filter((name) => levels?.includes(name) ?? !(large && name === 'scalar'));
  if (names.length === 0)
    throw new Error(`None of ${levels} runs here; known are ${all.map(({ name }) => name)}.`);
  return names;
}

function tableOf(results) {
  const head = [
    'model',
    'work',
    'threads',
    'engine',
    'kernel',
    'tokens/s',
    'range',
    'of peer',
    'of limit',
    '',
  ];
  const rows = results.map((row) => {
    const { median, min, max } = row.tokensPerSecond;
    const work = `${row.work} ${row.work === 'prefill' ? row.promptTokens : row.generateTokens}`;
    const speed = [median.toFixed(1), `${min.toFixed(1)}..${max.toFixed(1)}`];
    const ratio = row.ratioToPeer === undefined ? '' : `${row.ratioToPeer.toFixed(2)}x`;
    const percent = (share) => (share === undefined ? '' : `${(share * 100).toFixed(0)} %`);
    const remark =
      row.passesOfOne !== undefined
        ? `${row.passesOfOne} passes of one token`
        : row.shareOfAlone !== undefined
          ? `${percent(row.shareOfAlone)} of the speed alone`
          : '';
    const shares = [ratio, percent(row.fractionOfLimit), remark];
    return [row.model, work, String(row.threads), row.engine, row.kernel, ...speed, ...shares];
  });
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    median: rounded(sorted[sorted.length >> 1]),
    min: rounded(sorted[0]),
    max: rounded(sorted.at(-1)),
  };
}

function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function rounded(value) {
  return Math.round(value * 100) / 100;
}
