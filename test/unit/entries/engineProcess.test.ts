// The engine as a process: it answers over the child's IPC, survives garbage and a slow start, and dies with its host.

import * as assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  type ResponseError,
} from 'vscode-jsonrpc/node';
import {
  benchProgress,
  type BenchProgress,
  benchRequest,
  cannotCompute,
  completeRequest,
  diagnoseRequest,
  evaluateProgress,
  evaluateRequest,
  examineRequest,
  knownNotification,
  loadProgress,
  loadRequest,
  type Prompt,
  soonerProgress,
  usageRequest,
} from '../../../src/protocol';
import { customShape, synthesize } from '../../../src/measure/synthesize';
import { readGguf } from '../../../src/model/gguf';
import { tuningOf } from '../../../src/model/tuning';
import { temporaryFile } from '../model/ggufFile';

const bundle = path.resolve('dist/engine.js');
const modelFile = path.resolve('test/fixtures/tiny.gguf');
const limits = { maxTokens: 16, maxLines: 1, minConfidence: 0 };

const listedLevels = [
  ...fs.readFileSync('native/kernels/levels.inc', 'utf8').matchAll(/^RYZANSTEIN_LEVEL\("([^"]+)"/gm),
].map(([, name]) => name!);

function prompt(prefix: string): Prompt {
  return { path: 'a.py', languageId: 'python', prefix, suffix: '\n', related: [] };
}

interface Process {
  child: ChildProcess;
  connection: MessageConnection;
  output: () => string;
}

function start(environment: NodeJS.ProcessEnv = {}): Process {
  const env = { ...process.env, ...environment };
  const child = fork(bundle, [], { stdio: ['ignore', 'pipe', 'ignore', 'ipc'], env });
  let output = '';
  child.stdout!.on('data', (chunk) => (output += String(chunk)));
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  return { child, connection, output: () => output };
}

async function withProcess(
  work: (process: Process) => Promise<void>,
  environment?: NodeJS.ProcessEnv,
): Promise<void> {
  const started = start(environment);
  try {
    await work(started);
    assert.equal(started.output(), '', 'the engine wrote to its standard output');
  } finally {
    started.connection.dispose();
    started.child.kill('SIGKILL');
  }
}

const load = { modelFile, threads: 1 };

describe('engine process', () => {
  before(() => assert.ok(fs.existsSync(bundle), `${bundle} is missing: run "npm run build" first`));

  it('loads and completes', () =>
    withProcess(async ({ connection }) => {
      const info = await connection.sendRequest(loadRequest, load);
      assert.deepEqual([info.architecture, info.threads], ['bitnet', 1]);
      const completion = await connection.sendRequest(completeRequest, {
        prompt: prompt('def f(x):'),
        limits,
      });
      assert.equal(completion.model, info.name);
      assert.ok(completion.promptTokens > 0);
    }));

  it('keeps what it is told of its answers, of the model that gave them and without their text', () =>
    withProcess(async ({ connection }) => {
      const store = path.dirname(temporaryFile('none', Buffer.alloc(0)));
      const file = path.join(store, 'answers.json');
      const { name: model } = await connection.sendRequest(loadRequest, { ...load, store });
      for (let i = 0; i < 40; i++) {
        const answer = { confidence: 0.5, language: 'python', exact: i % 2 === 0, characters: 9 };
        await connection.sendNotification(knownNotification, { model: i < 20 ? 'another' : model, answer });
      }
      await connection.sendRequest(completeRequest, { prompt: prompt('def f(x):'), limits });
      const kept = Object.values(JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown[]>);
      assert.deepEqual([kept.length, kept[0]!.length, kept[0]![1]], [1, 20, [0.5, 'python', 0, 9]]);
    }));

  it('tells what it takes, which grows with what it does', () =>
    withProcess(async ({ connection }) => {
      const before = await connection.sendRequest(usageRequest);
      await connection.sendRequest(loadRequest, load);
      await connection.sendRequest(completeRequest, { prompt: prompt('def f(x):\n    return '), limits });
      const after = await connection.sendRequest(usageRequest);
      assert.ok(before.memoryBytes > 1e6 && after.memoryBytes < 4e9, JSON.stringify(after));
      assert.ok(after.cpuMs > before.cpuMs, JSON.stringify([before, after]));
    }));

  it('tells how much of a model is loaded', () =>
    withProcess(async ({ connection }) => {
      const told: number[] = [];
      connection.onNotification(loadProgress, ({ percent }) => void told.push(percent));
      await connection.sendRequest(loadRequest, load);
      assert.ok(told.length > 0 && told.every((percent, i) => percent > (told[i - 1] ?? 0)), told.join());
      assert.ok(told.at(-1)! <= 100, told.join());
    }));

  it('goes on with a model whose file is cut, overwritten and removed', () =>
    withProcess(async ({ connection }) => {
      const bytes = fs.readFileSync(modelFile);
      const file = temporaryFile('in-use.gguf', bytes);
      await connection.sendRequest(loadRequest, { ...load, modelFile: file });
      const complete = async (name: string): Promise<string> =>
        (await connection.sendRequest(completeRequest, { prompt: prompt(`def ${name}(x):`), limits })).text;
      const [first, second] = [await complete('one'), await complete('another')];
      fs.truncateSync(file, 100);
      assert.equal(await complete('one'), first);
      fs.writeFileSync(file, Buffer.alloc(bytes.length, 0x5a));
      assert.equal(await complete('another'), second);
      fs.unlinkSync(file);
      assert.equal(await complete('one'), first);
      await assert.rejects(
        connection.sendRequest(loadRequest, { ...load, modelFile: file }),
        /in-use\.gguf does not exist/,
      );
      assert.equal(await complete('another'), second);
    }));

  it('tells of the first line of a block in the name that the request gave it', () =>
    withProcess(async ({ connection }) => {
      await connection.sendRequest(loadRequest, load);
      const told: string[] = [];
      for (const name of [7, 8])
        connection.onProgress(
          soonerProgress,
          name,
          ({ completion }) => void told.push(`${name} ${completion.text}`),
        );
      const block = { maxTokens: 60, maxLines: 6, minConfidence: 0 };
      const place = prompt('import os\n\ndef read(path):\n    ');
      const unnamed = await connection.sendRequest(completeRequest, { prompt: place, limits: block });
      assert.deepEqual(told, []);
      await connection.sendRequest(completeRequest, { prompt: place, limits: block, sooner: 8 });
      assert.deepEqual(told, [`8 ${unnamed.text.split('\n')[0]}`]);
    }));

  it('answers requests that were sent before it was ready, in their order', () =>
    withProcess(async ({ connection }) => {
      const [info, completion] = await Promise.all([
        connection.sendRequest(loadRequest, load),
        connection.sendRequest(completeRequest, { prompt: prompt('x = '), limits }),
      ]);
      assert.equal(completion.model, info.name);
    }));

  it('has the second model answer before the chosen one is loaded, and both after that', () =>
    withProcess(async ({ connection }) => {
      const large = temporaryFile('large.gguf', Buffer.of());
      const shape = customShape('512,8,1536,8,8,32000')!;
      synthesize(large, { name: 'large', shape, architecture: 'llama', type: 'q8_0', seed: 1 });
      const happened: string[] = [];
      connection.onProgress(soonerProgress, 1, ({ completion, isLast }) => {
        happened.push(`${completion.isSecond ? 'second' : 'chosen'}${isLast ? ', last' : ''}`);
      });
      const place = { prompt: prompt('import os\n\ndef read(path):\n    '), limits };
      const [info, answer] = await Promise.all([
        connection
          .sendRequest(loadRequest, { ...load, modelFile: large, second: modelFile })
          .then((loaded) => {
            happened.push('loaded');
            return loaded;
          }),
        connection.sendRequest(completeRequest, { ...place, sooner: 1, deadline: 300 }),
      ]);
      assert.deepEqual(happened, ['second, last', 'loaded']);
      assert.ok(info.name !== info.second?.name && info.second?.bytes);
      assert.deepEqual([answer.model, answer.other?.model].sort(), [info.name, info.second.name].sort());
      assert.deepEqual(
        await connection
          .sendRequest(completeRequest, { ...place, deadline: 1 })
          .then(({ model, other }) => [model, other?.model]),
        [answer.model, answer.other?.model],
      );
      for (const isSecond of [true, undefined] as const) {
        const { completion, tokens } = await connection.sendRequest(examineRequest, { ...place, isSecond });
        assert.equal(completion.model, isSecond ? info.second.name : info.name);
        assert.equal(tokens.length, completion.tokens);
      }
    }));

  it('words errors, and lives on', () =>
    withProcess(async ({ connection }) => {
      const complete = connection.sendRequest(completeRequest, { prompt: prompt('x'), limits });
      await assert.rejects(complete, /^Error: No model is loaded/);
      const bad = temporaryFile('bad.gguf', Buffer.from('GGUF but no more than that'));
      await assert.rejects(
        connection.sendRequest(loadRequest, { ...load, modelFile: bad }),
        /^Error: .*bad\.gguf/,
      );
      // Its kind does not make the model one that cannot be used.
      await assert.rejects(
        connection.sendRequest(loadRequest, { ...load, kernel: 'abacus' }),
        (error: ResponseError<void>) =>
          error.code === cannotCompute && /kernel abacus: it has scalar/.test(error.message),
      );
      await assert.rejects(connection.sendRequest('nothing'), /Unhandled method nothing/);
      assert.ok((await connection.sendRequest(loadRequest, load)).loadMs >= 0);
    }));

  it('says in a code of its own that there is no addon, whatever the model', () =>
    withProcess(
      async ({ connection }) => {
        const isOfEngine = (error: ResponseError<void>): boolean => error.code === cannotCompute;
        await assert.rejects(connection.sendRequest(loadRequest, load), isOfEngine);
      },
      { RYZANSTEIN_ADDON: '/nowhere/ryzanstein.node' },
    ));

  it('evaluates the model on files, and tells of each hole', () =>
    withProcess(async ({ connection }) => {
      const text = 'def total(items):\n    return sum(item.price for item in items)\n\n\n'.repeat(12);
      const file = temporaryFile('source.py', Buffer.from(text));
      const made = temporaryFile('made.py', Buffer.from(`x = "${'x'.repeat(5000)}"\n`));
      const files = [file, made, '/nowhere.py'].map((name, i) => ({ file: name, path: `src/${i}.py` }));
      await connection.sendRequest(loadRequest, load);
      const told: string[] = [];
      connection.onNotification(evaluateProgress, ({ done, holes }) => void told.push(`${done} of ${holes}`));
      const evaluate = () => connection.sendRequest(evaluateRequest, { files, holes: 5, seed: 3 });
      const { model, threads, holes, promptTokens, results } = await evaluate();
      assert.deepEqual([model.length > 0, threads, holes, promptTokens > 0], [true, 1, 5, true]);
      assert.deepEqual(told, ['1 of 5', '2 of 5', '3 of 5', '4 of 5', '5 of 5']);
      for (const { path: shown, line, column, expected } of results) {
        const lines = text.split('\n').slice(line - 1);
        assert.equal(shown, 'src/0.py');
        assert.ok(
          lines
            .join('\n')
            .slice(column - 1)
            .startsWith(expected),
          `${line}:${column}`,
        );
      }
      assert.deepEqual((await evaluate()).results, results);
    }));

  it('tunes the model to files first where that is asked for, and completes with it afterwards', () =>
    withProcess(async ({ connection }) => {
      const tuned = temporaryFile('own.gguf', fs.readFileSync(modelFile));
      const files = ['src/model/merges.ts', 'src/model/gguf.ts', 'src/engine/slots.ts'].map((file) => ({
        file: path.resolve(file),
        path: file,
      }));
      const params = { files, holes: 60, seed: 1, tune: true };
      await connection.sendRequest(loadRequest, { ...load, modelFile: tuned });
      const told: number[] = [];
      connection.onNotification(evaluateProgress, ({ done, holes }) => void told.push(done / holes));
      const { holes, file, calibration } = await connection.sendRequest(evaluateRequest, params);
      assert.deepEqual([holes, file], [60, tuned]);
      assert.match(calibration ?? '', /as it was; .* takes 100 answers/);
      assert.deepEqual(
        told,
        Array.from({ length: 120 }, (_, i) => (i + 1) / 120),
      );
      const { cache } = tuningOf(readGguf(tuned));
      assert.equal(cache.strengths?.length, 5);
      const completion = await connection.sendRequest(completeRequest, { prompt: prompt('x = '), limits });
      assert.notEqual(completion.reason, 'cancelled');
    }));

  it('stops evaluating within a hole when it is cancelled, and completes at once', () =>
    withProcess(async ({ connection }) => {
      const file = path.resolve('test/unit/entries/engineProcess.test.ts');
      await connection.sendRequest(loadRequest, load);
      const source = new CancellationTokenSource();
      const params = { files: [{ file, path: 'a.ts' }], holes: 100, seed: 1 };
      let done = 0;
      connection.onNotification(evaluateProgress, (progress) => {
        done = progress.done;
        source.cancel();
      });
      await assert.rejects(connection.sendRequest(evaluateRequest, params, source.token), /aborted/);
      assert.ok(done < 10, `${done} holes were done`);
      const completion = connection.sendRequest(completeRequest, { prompt: prompt('x = '), limits });
      assert.notEqual((await completion).reason, 'cancelled');
    }));

  it('survives garbage on the wire', () =>
    withProcess(async ({ child, connection }) => {
      const garbage = [null, 7, 'text', [], {}, { jsonrpc: '2.0' }, { jsonrpc: '2.0', id: 1, method: 3 }];
      const odd = [
        { jsonrpc: '2.0', id: 77, method: 'complete' },
        { jsonrpc: '2.0', id: 78, method: 'load', params: 'x' },
      ];
      const answers = [
        { jsonrpc: '2.0', id: 9, result: 1 },
        { jsonrpc: '2.0', method: 'unknown/notification' },
      ];
      for (const message of [...garbage, ...odd, ...answers]) child.send(message as object);
      const info = await connection.sendRequest(loadRequest, load);
      for (const message of garbage) child.send(message as object);
      await assert.rejects(connection.sendRequest(completeRequest, {} as never));
      const completion = await connection.sendRequest(completeRequest, { prompt: prompt('x = '), limits });
      assert.equal(completion.model, info.name);
    }));

  it('carries cancellation down to the engine', () =>
    withProcess(async ({ connection }) => {
      await connection.sendRequest(loadRequest, load);
      const source = new CancellationTokenSource();
      const long = prompt('def f(x):\n    return x + 1\n\n\n'.repeat(60));
      const answer = connection.sendRequest(completeRequest, { prompt: long, limits }, source.token);
      source.cancel();
      assert.equal((await answer).hidden, 'cancelled');
    }));

  it('measures and reports', async function () {
    this.timeout(120_000);
    await withProcess(async ({ connection }) => {
      await connection.sendRequest(loadRequest, load);
      const told: BenchProgress[] = [];
      connection.onNotification(benchProgress, (progress) => void told.push(progress));
      const report = await connection.sendRequest(benchRequest, {
        promptTokens: 64,
        generateTokens: 8,
        threads: [1],
      });
      assert.deepEqual(
        report.results.map((row) => row.work),
        ['prefill', 'decode'],
      );
      const { kernel } = report.results[0]!;
      assert.deepEqual(told, [{ done: 0, steps: 1, next: { kernel, threads: 1 } }]);
      assert.ok(report.results.every((row) => row.tokensPerSecond.min > 0 && row.kernel !== ''));
      const diagnosis = await connection.sendRequest(diagnoseRequest);
      assert.equal(diagnosis.tmac.error, 0);
      assert.ok(diagnosis.tmac.cases > 0);
      const names = diagnosis.simd.levels.map(({ name }) => name);
      assert.ok(names.length > 0);
      assert.deepEqual(
        names,
        listedLevels.filter((name) => names.includes(name)),
      );
      const selected = diagnosis.simd.levels.filter((level) => level.selected);
      assert.deepEqual(
        selected.map((level) => [level.name, level.selftest]),
        [[diagnosis.simd.active, 'ok']],
      );
      assert.equal(diagnosis.threading.scaling[0]!.threads, 1);
      assert.ok(diagnosis.throughput.tokensPerSecond > 0);
      const tooLong = connection.sendRequest(benchRequest, {
        promptTokens: 5000,
        generateTokens: 8,
        threads: [],
      });
      await assert.rejects(tooLong, /do not fit into the context of 1,024/);
    });
  });

  it('ends soon after its host was killed', async () => {
    const host = temporaryFile('host.cjs', Buffer.from(hostProgram));
    const child = spawn(process.execPath, [host, bundle, modelFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const engine = await new Promise<number>((resolve) =>
      child.stdout.once('data', (text) => resolve(Number(text))),
    );
    assert.ok(isAlive(engine));
    child.kill('SIGKILL');
    const killed = performance.now();
    while (isAlive(engine) && performance.now() - killed < 10_000) await pause(20);
    const took = performance.now() - killed;
    // A second is the promise where a core is free; a busy machine may not have run the engine by then.
    assert.ok(took < 5000, `the engine lived for ${took.toFixed(0)} ms more`);
  });

  it('is no program for a terminal', async () => {
    const child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 2);
    assert.match(said, /started by the extension/);
  });
});

/** Forks the engine, keeps it at work, and says its process id. */
const hostProgram = `
const { fork } = require('node:child_process');
const child = fork(process.argv[2], [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
const send = (id, method, params) => child.send({ jsonrpc: '2.0', id, method, params });
send(1, 'load', { modelFile: process.argv[3], threads: 1 });
child.on('message', ({ id }) => {
  if (id === 1) process.stdout.write(String(child.pid));
  send(id + 1, 'bench', { promptTokens: 900, generateTokens: 100, threads: [1] });
});
`;

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return !isZombie(processId);
  } catch {
    return false;
  }
}

/** Where nobody reaps orphans, a dead process still has an entry. */
function isZombie(processId: number): boolean {
  const status = `/proc/${processId}/stat`;
  return fs.existsSync(status) && /\) Z /.test(fs.readFileSync(status, 'utf8'));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
