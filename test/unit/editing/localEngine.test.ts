// The local backend with engines that start slowly, die, talk garbage, hang or refuse: what it tells and when it gives up.

import assert from 'node:assert/strict';
import childProcess from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { Problem } from '../../../src/editing/backend';
import { cannotCompute, type LoadParams } from '../../../src/protocol';
import { type Behaviour, runtimeFolder, Trial } from './fakeEngine';
import { answer } from './marked';

const never = new CancellationTokenSource().token;

function withTrial(
  title: string,
  behaviour: Behaviour,
  work: (trial: Trial) => Promise<void>,
  more?: object,
): void {
  it(title, async () => {
    const trial = new Trial(behaviour, more);
    try {
      await work(trial);
    } catch (error) {
      throw new Error(`${String(error)}\nlog:\n  ${trial.log.join('\n  ')}`, { cause: error });
    } finally {
      trial.end();
    }
  });
}

const failsWith = (kind: string, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.kind === kind && words.test(error.message);

const alive = (processId: number): boolean => {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
};

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function gone(processId: number): Promise<void> {
  for (let waited = 0; alive(processId) && waited < 5000; waited += 10) await pause(10);
  assert.ok(!alive(processId), `process ${processId} still runs`);
}

for (const isShared of [true, false])
  describe(`the engine on this machine, ${isShared ? 'shared with other windows' : 'where none can be shared'}`, () =>
    behaves(isShared));

function behaves(isShared: boolean): void {
  const isWindows = process.platform === 'win32';
  const place = isWindows ? 'LOCALAPPDATA' : 'XDG_RUNTIME_DIR';
  const before = process.env[place];
  const open = path.join(runtimeFolder, 'open');
  beforeEach(() => {
    mkdirSync(open, { recursive: true });
    chmodSync(open, 0o777);
    mkdirSync(path.join(open, 'ryzanstein'), { recursive: true });
    chmodSync(path.join(open, 'ryzanstein'), 0o777);
    // On Windows no folder is too open, but there may be none.
    process.env[place] = isShared ? runtimeFolder : isWindows ? '' : open;
  });
  afterEach(() => {
    process.env[place] = before;
    if (before === undefined) delete process.env[place];
  });

  withTrial('starts nothing before the first request', {}, async (trial) => {
    await pause(50);
    assert.equal(trial.client.processId, undefined);
    assert.equal((await trial.complete(never)).text, 'ok');
    assert.equal(trial.names, 'starting ready');
  });

  withTrial('starts one process for requests that come together', {}, async (trial) => {
    const answers = await Promise.all([1, 2, 3].map(() => trial.complete(never)));
    assert.equal(answers.length, 3);
    assert.equal(trial.loads, 1);
  });

  withTrial(
    'waits for a slow start',
    { load: 'after(() => answer({ name: "slow" }), 700)' },
    async (trial) => {
      assert.equal((await trial.complete(never)).text, 'ok');
      assert.equal(trial.names, 'starting ready');
    },
  );

  withTrial(
    'tells how far a load is, and has patience as long as it goes on',
    {
      load: `
        for (let percent = 10; percent < 100; percent += 10)
          after(() => send({ jsonrpc: '2.0', method: 'loadProgress', params: { percent } }), 24 * percent);
        after(() => answer({ name: 'large' }), 2400);`,
    },
    async (trial) => {
      assert.equal((await trial.complete(never)).text, 'ok');
      const told = trial.states.map((state) => (state.name === 'starting' ? state.percent : state.name));
      assert.deepEqual(told, [undefined, 10, 20, 30, 40, 50, 60, 70, 80, 90, 'ready']);
    },
    // A process begins within this, also on a busy machine.
    { loadPatienceMs: 1800 },
  );

  it('listens to a debugger where a port is named, and else not', async () => {
    const port = await freePort();
    const isListening = async (): Promise<boolean> => {
      const trial = new Trial({});
      try {
        await trial.complete(never);
        return await fetch(`http://127.0.0.1:${port}/json/version`).then(
          ({ ok }) => ok,
          () => false,
        );
      } finally {
        trial.client.restart('the port is to be free');
        trial.end();
      }
    };
    process.env.RYZANSTEIN_INSPECT = String(port);
    try {
      assert.equal(await isListening(), true);
    } finally {
      delete process.env.RYZANSTEIN_INSPECT;
    }
    assert.equal(await isListening(), false);
  });

  withTrial(
    'hears of the answers before that to its own request',
    {
      complete: `
        const tell = (token, value) => send({ jsonrpc: '2.0', method: '$/progress', params: { token, value } });
        tell(params.sooner - 1, { completion: { text: 'of the one before' } });
        tell(params.sooner, { completion: { text: 'line' } });
        answer({ text: 'line and rest' });`,
    },
    async (trial) => {
      const told: string[] = [];
      for (let asked = 0; asked < 2; asked++) {
        const { text } = await trial.complete(never, ({ completion }) => void told.push(completion.text));
        assert.equal(text, 'line and rest');
      }
      assert.deepEqual(told, ['line', 'line']);
    },
  );

  withTrial(
    'does not send a request that was cancelled during the start',
    { load: 'after(() => answer({ name: "slow" }), 200)', complete: 'process.exit(9)' },
    async (trial) => {
      const source = new CancellationTokenSource();
      const request = trial.complete(source.token);
      source.cancel();
      await assert.rejects(request, failsWith('request', /Cancelled/));
      assert.equal(trial.client.state.name, 'ready');
    },
  );

  withTrial('tells of a kill -9 and starts again at the next request', {}, async (trial) => {
    await trial.complete(never);
    const first = trial.client.processId ?? 0;
    process.kill(first, 'SIGKILL');
    await gone(first);
    await pause(50);
    assert.equal(trial.client.state.name, 'idle');
    assert.equal((await trial.complete(never)).text, 'ok');
    assert.notEqual(trial.client.processId, first);
    assert.equal(trial.names, 'starting ready idle starting ready');
  });

  withTrial(
    'fails the request during which the engine dies',
    { complete: 'process.exit(7)' },
    async (trial) => {
      await assert.rejects(
        trial.complete(never),
        failsWith('request', isShared ? /has ended/ : /ended by itself \(code 7\)/),
      );
    },
  );

  withTrial(
    'gives up at the fourth death within five minutes, until told otherwise',
    { complete: 'process.exit(7)' },
    async (trial) => {
      // Each request has a second process.
      await assert.rejects(
        trial.complete(never),
        failsWith('request', isShared ? /has ended/ : /ended by itself/),
      );
      await assert.rejects(trial.complete(never), failsWith('engine', /4 times within five minutes/));
      await assert.rejects(trial.complete(never), failsWith('engine', /4 times/));
      assert.equal(trial.loads, 4, 'no fifth process');
      assert.equal(trial.states.filter(({ name }) => name === 'failed').length, 1);
      trial.client.restart('a test wants it');
      await assert.rejects(
        trial.complete(never),
        failsWith('request', isShared ? /has ended/ : /ended by itself/),
      );
      assert.equal(trial.loads, 6);
    },
  );

  const diesOnce = `
    const { existsSync, writeFileSync } = require('node:fs');
    const died = __filename + '.died';
    if (existsSync(died)) return answer(${JSON.stringify(answer('ok'))});
    writeFileSync(died, '');
    process.exit(7);`;
  withTrial(
    'asks a new process where the one at work dies, unless nobody waits any more',
    { complete: diesOnce },
    async (trial) => {
      assert.equal((await trial.complete(never)).text, 'ok');
      assert.equal(trial.names, 'starting ready idle starting ready');
      const source = new CancellationTokenSource();
      const dead = new Trial({ complete: 'after(() => process.exit(7), 100)' });
      const request = dead.complete(source.token);
      await dead.client.loadModel();
      source.cancel();
      await assert.rejects(request, failsWith('request', isShared ? /has ended/ : /ended by itself/));
      assert.equal(dead.loads, 1);
      dead.end();
    },
  );

  withTrial('counts deaths during the start, too', { load: 'process.exit(1)' }, async (trial) => {
    await assert.rejects(
      trial.client.loadModel(),
      failsWith('request', isShared ? /has ended/ : /ended by itself/),
    );
    await assert.rejects(trial.complete(never), failsWith('engine', /4 times/));
    assert.equal(trial.loads, 4);
    assert.equal(trial.client.state.name, 'failed');
  });

  withTrial('is asked again where no process could be started for a moment', {}, async (trial) => {
    const { fork, spawn } = childProcess;
    const refuse = (): never => {
      throw new Error('spawn UNKNOWN');
    };
    Object.assign(childProcess, { fork: refuse, spawn: refuse });
    try {
      await assert.rejects(
        trial.complete(never),
        failsWith('request', /^The engine could not be run: spawn UNKNOWN\.$/),
      );
    } finally {
      Object.assign(childProcess, { fork, spawn });
    }
    assert.equal(trial.client.state.name, 'idle');
    assert.equal((await trial.complete(never)).text, 'ok');
  });

  const garbage: [string, string][] = [
    ['a text', 'send("garbage")'],
    ['an object of another kind', 'send({ hello: 1 })'],
    ['nothing', 'send(null)'],
  ];
  for (const [what, complete] of garbage)
    withTrial(`ends an engine that sends ${what}`, { complete }, async (trial) => {
      await assert.rejects(
        trial.complete(never),
        failsWith('request', isShared ? /has ended/ : /was ended \(SIGKILL\)/),
      );
    });

  withTrial(
    'goes on when the engine prints what it likes',
    { start: 'console.log("{]"); process.stderr.write("noise\\n");' },
    async (trial) => {
      assert.equal((await trial.complete(never)).text, 'ok');
      await pause(50);
      assert.equal(trial.log.includes('noise'), !isShared);
    },
  );

  withTrial('ends an engine that gives up its channel', { complete: 'hangUp()' }, async (trial) => {
    await assert.rejects(trial.complete(never), failsWith('request', /ended/));
  });

  const two = { load: () => ({ modelFile: 'fake.gguf', second: 'small.gguf', threads: 0 }) };
  withTrial(
    'completes while the chosen model is loaded, where there is a second one, and does nothing else',
    { load: 'after(() => answer({ name: "large" }), 700)', bench: 'answer({ results: [] })' },
    async (trial) => {
      let isMeasured = false;
      void trial.client
        .bench(() => ({ promptTokens: 1, generateTokens: 1, threads: [] }), never)
        .then(() => {
          isMeasured = true;
        });
      await assert.rejects(trial.complete(never), failsWith('request', /runs a benchmark/));
      await trial.client.loadModel();
      await pause(50);
      assert.ok(isMeasured);
      trial.client.restart('again');
      assert.equal((await trial.complete(never)).text, 'ok');
      assert.equal(trial.names, 'starting ready idle starting');
      await trial.client.loadModel();
      assert.equal(trial.client.state.name, 'ready');
    },
    two,
  );

  const refusing = {
    load: 'params.modelFile === "small.gguf" ? answer({ name: "small" }) : refuse("fake.gguf: bad magic.")',
  };
  const instead = (): LoadParams => ({ modelFile: 'small.gguf', threads: 0 });
  withTrial(
    'loads another model in the place of one that is refused, and says why',
    refusing,
    async (trial) => {
      await assert.rejects(trial.client.loadModel(), failsWith('model', /^fake.gguf: bad magic\.$/));
      assert.equal((await trial.complete(never)).text, 'ok');
      const { state } = trial.client;
      assert.ok(state.name === 'ready' && state.model.name === 'small');
      assert.equal(state.refused?.message, 'fake.gguf: bad magic.');
      assert.equal(trial.names, 'starting starting ready');
    },
    { ...two, instead },
  );

  withTrial(
    'loads another model in the place of one whose loading ends the engine again, as that of one too large does',
    {
      load: `
        if (params.modelFile === 'small.gguf') answer({ name: 'small' });
        else after(() => process.kill(process.pid, 'SIGKILL'), 50);`,
    },
    async (trial) => {
      await assert.rejects(
        trial.client.loadModel(),
        failsWith('model', /^The engine ended twice while it loaded fake\.gguf: /),
      );
      assert.equal((await trial.complete(never)).text, 'ok');
      await trial.client.loadModel();
      const { state } = trial.client;
      assert.ok(state.name === 'ready' && state.model.name === 'small');
      assert.match(state.refused?.message ?? '', /more memory/);
      assert.equal(trial.loads, 2);
      assert.equal(trial.names, 'starting idle starting starting ready');
    },
    { ...two, instead },
  );

  withTrial(
    'blames no model for an end that is not repeated, as where another window restarts the engine',
    {
      load: `
        const { existsSync, writeFileSync } = require('node:fs');
        const died = __filename + '.died';
        if (existsSync(died)) return answer({ name: 'large' });
        writeFileSync(died, '');
        process.exit(7);`,
    },
    async (trial) => {
      await trial.client.loadModel();
      assert.equal(trial.names, 'starting idle starting ready');
    },
    { ...two, instead },
  );

  withTrial(
    'blames no model, and loads no other, where there is nothing to compute with',
    { load: `refuse("There is no engine for this system.", ${cannotCompute})` },
    async (trial) => {
      await assert.rejects(trial.client.loadModel(), failsWith('engine', /^There is no engine/));
      assert.equal(trial.names, 'starting failed');
    },
    { ...two, instead },
  );

  withTrial(
    'loads another model where the chosen one is not there, and gives up where that is refused as well',
    refusing,
    async (trial) => {
      assert.equal((await trial.complete(never)).text, 'ok');
      const { state } = trial.client;
      assert.equal(state.name === 'ready' && state.refused?.message, 'There is none.');
      const both = new Trial({ load: 'refuse(`${params.modelFile} is odd.`)' }, { instead });
      await assert.rejects(both.client.loadModel(), failsWith('model', /fake\.gguf is odd/));
      await assert.rejects(both.client.loadModel(), failsWith('model', /small\.gguf is odd/));
      assert.equal(both.names, 'starting starting failed');
      both.end();
    },
    {
      instead,
      load: () => {
        throw new Problem('model', 'There is none.');
      },
    },
  );

  withTrial(
    'tells once that a model cannot be loaded, and does not try again',
    { load: 'refuse("fake.gguf: bad magic.")' },
    async (trial) => {
      await assert.rejects(trial.complete(never), failsWith('model', /^fake.gguf: bad magic\.$/));
      await assert.rejects(trial.complete(never), failsWith('model', /bad magic/));
      assert.equal(trial.loads, 1);
      assert.equal(trial.names, 'starting failed');
      assert.equal(trial.client.processId, undefined);
    },
  );

  withTrial(
    'starts no process when there is no model',
    {},
    async (trial) => {
      await assert.rejects(trial.complete(never), failsWith('model', /^There is none\.$/));
      assert.equal(trial.names, 'failed');
    },
    {
      load: () => {
        throw new Problem('model', 'There is none.');
      },
    },
  );

  withTrial(
    'says that the engine is missing',
    {},
    async (trial) => {
      await assert.rejects(trial.complete(never), failsWith('engine', /missing. Reinstall/));
    },
    { file: '/nowhere/engine.js' },
  );

  withTrial(
    'passes an error of one request on and goes on',
    { complete: 'refuse("The prompt is odd.")' },
    async (trial) => {
      await assert.rejects(trial.complete(never), failsWith('request', /^The prompt is odd\.$/));
      assert.equal(trial.client.state.name, 'ready');
    },
  );

  withTrial(
    'passes a cancellation down',
    {
      complete: 'globalThis.cancel = () => answer({ text: "", reason: "cancelled" })',
      cancelled: 'globalThis.cancel()',
    },
    async (trial) => {
      const source = new CancellationTokenSource();
      const request = trial.complete(source.token);
      while (trial.client.state.name !== 'ready') await pause(5);
      await pause(50);
      source.cancel();
      assert.equal((await request).reason, 'cancelled');
    },
  );

  withTrial(
    'ends an engine that does not heed a cancellation',
    { complete: '' },
    async (trial) => {
      const source = new CancellationTokenSource();
      const request = trial.complete(source.token);
      request.catch(() => undefined);
      while (trial.client.state.name !== 'ready') await pause(5);
      await pause(20);
      source.cancel();
      await assert.rejects(request, failsWith('request', isShared ? /has ended/ : /was ended \(SIGKILL\)/));
      assert.equal(trial.client.state.name, 'idle');
    },
    { patienceMs: 100 },
  );

  withTrial(
    'is occupied during a benchmark, and leaves it when that is cancelled',
    { bench: '' },
    async (trial) => {
      const source = new CancellationTokenSource();
      const params = () => ({ promptTokens: 1, generateTokens: 1, threads: [] });
      const bench = trial.client.bench(params, source.token);
      bench.catch(() => undefined);
      assert.equal(trial.client.occupation, 'benchmark');
      while (trial.client.state.name !== 'ready') await pause(5);
      source.cancel();
      await assert.rejects(bench, Problem);
      assert.equal(trial.client.occupation, undefined);
      assert.equal((await trial.complete(never)).text, 'ok');
    },
  );

  withTrial(
    'completes nothing while the model is evaluated, and goes on when that is cancelled',
    {
      evaluate:
        'globalThis.cancel = () => refuse("aborted"); send({ jsonrpc: "2.0", method: "evaluateProgress", params: { done: 1, holes: 9 } })',
      cancelled: 'globalThis.cancel()',
    },
    async (trial) => {
      await trial.complete(never);
      const source = new CancellationTokenSource();
      const params = { files: [], holes: 9, seed: 1 };
      const evaluation = trial.client.evaluate(params, source.token, () => source.cancel());
      assert.equal(trial.client.occupation, 'evaluation');
      await assert.rejects(
        trial.client.diagnose(never),
        failsWith('request', /^The engine evaluates the model\./),
      );
      await assert.rejects(trial.complete(never), failsWith('request', /^The engine evaluates the model\.$/));
      await assert.rejects(evaluation, failsWith('request', /^aborted$/));
      assert.equal(trial.client.occupation, undefined);
      assert.equal((await trial.complete(never)).text, 'ok');
      assert.equal(trial.loads, 1, 'it is the same process');
    },
  );

  withTrial(
    'tells when a diagnosis begins and when it ends, also where it is cancelled',
    { diagnose: 'globalThis.cancel = () => refuse("aborted")', cancelled: 'globalThis.cancel()' },
    async (trial) => {
      await trial.complete(never);
      const source = new CancellationTokenSource();
      const told = trial.occupations.length;
      const diagnosis = trial.client.diagnose(source.token);
      diagnosis.catch(() => undefined);
      await pause(20);
      source.cancel();
      await assert.rejects(diagnosis, failsWith('request', /^aborted$/));
      assert.deepEqual(trial.occupations.slice(told), ['diagnosis', undefined]);
      assert.equal((await trial.complete(never)).text, 'ok');
      assert.equal(trial.loads, 1, 'it is the same process');
    },
  );

  const thresholds = { languages: { go: { quiet: 0.9, normal: 0.8, eager: 0.7 } } };
  withTrial(
    'knows at once how sure is sure enough, whoever had that measured',
    {
      evaluate: `
        send({ jsonrpc: '2.0', method: 'model', params: ${JSON.stringify({ name: 'fake', thresholds })} });
        answer({})`,
    },
    async (trial) => {
      await trial.complete(never);
      await trial.client.evaluate({ files: [], holes: 9, seed: 1 }, never, () => undefined);
      const { state } = trial.client;
      assert.deepEqual(state.name === 'ready' && state.model.thresholds, thresholds);
      trial.client.reload('as the test wants it');
      assert.equal(trial.client.state.name, 'idle');
    },
  );

  let shortLater = false;
  withTrial(
    'gives its memory back also where that becomes short long after the last use',
    {},
    async (trial) => {
      await trial.client.loadModel();
      await pause(250);
      assert.equal(trial.client.state.name, 'ready', 'memory was not short');
      shortLater = true;
      const isIdle = (): boolean => trial.client.state.name === 'idle';
      for (let left = 500; !isIdle() && left > 0; left--) await pause(10);
      assert.ok(isIdle());
    },
    { idleMs: 100, isMemoryShort: () => shortLater },
  );

  let short = false;
  withTrial(
    'gives its memory back when it was idle and memory is short, and comes back when it is needed',
    {},
    async (trial) => {
      await trial.complete(never);
      const first = trial.client.processId ?? 0;
      await pause(150);
      assert.ok(alive(first), 'memory was not short');
      short = true;
      await trial.complete(never);
      trial.client.unloadIfIdle();
      assert.equal(trial.client.processId, first, 'it was not idle');
      await pause(150);
      assert.deepEqual([trial.client.processId, trial.client.state.name], [undefined, 'idle']);
      await gone(first);
      assert.equal((await trial.complete(never)).text, 'ok');
    },
    { idleMs: 100, isMemoryShort: (available?: number) => short && available === 5 },
  );

  withTrial('ends its process when disposed of', {}, async (trial) => {
    await trial.complete(never);
    const processId = trial.client.processId ?? 0;
    assert.ok(alive(processId));
    trial.client.dispose();
    await gone(processId);
    await assert.rejects(trial.complete(never), failsWith('engine', /shutting down/));
  });
}
