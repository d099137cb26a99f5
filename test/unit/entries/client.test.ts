// Clients of one engine process, each over a connection of its own: one copy of a model, the newest request of each wins, the one in front comes first.

import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { type Addon, addonFile, loadAddon, type NativeModel } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { Clients } from '../../../src/entries/clients';
import {
  benchRequest,
  busyNotification,
  type Completion,
  completeRequest,
  evaluateRequest,
  focusNotification,
  knownNotification,
  type LoadParams,
  loadProgress,
  loadRequest,
  modelNotification,
  prefillRequest,
  remarkNotification,
  type Prompt,
} from '../../../src/protocol';
import type { ModelInfo } from '../../../src/reports';
import { temporaryFile } from '../model/ggufFile';

const modelFile = path.resolve('test/fixtures/tiny.gguf');
const limits = { maxTokens: 16, maxLines: 1, minConfidence: 0 };
const long = 'def f(x):\n    return x + 1\n\n\n'.repeat(60);

function prompt(prefix: string): Prompt {
  return { path: 'a.py', languageId: 'python', prefix, suffix: '\n', related: [] };
}

interface Asking extends MessageConnection {
  /** As when its window is closed or killed. */
  leave: () => void;
  /** Ends what carries the messages, of which the process has not heard yet. */
  breakOff: () => void;
}

/** A process without its pipes, and how many copies of models there are in it. */
class Office {
  copies = 0;
  loads = 0;
  /** Models are never loaded, but given up. */
  isSlow = false;
  givenUp = 0;
  readonly clients: Clients;
  private readonly asking: Asking[] = [];

  constructor() {
    const real = loadAddon(addonFile(path.resolve('dist')));
    const load: Addon['load'] = async (...params) => {
      this.loads++;
      if (this.isSlow)
        return new Promise((_, reject) =>
          params[3].signal!.addEventListener('abort', () =>
            reject(new Error(`Given up, ${++this.givenUp}.`)),
          ),
        );
      const native = await real.load(...params);
      this.copies++;
      const free = native.free.bind(native);
      const value = (): void => {
        this.copies--;
        free();
      };
      return Object.defineProperty<NativeModel>(native, 'free', { value });
    };
    this.clients = new Clients(() => ({ ...real, load }));
  }

  connect(): Asking {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const leave = this.clients.add(createMessageConnection(up, down));
    const connection = createMessageConnection(down, up);
    connection.listen();
    const breakOff = (): void => [up, down].forEach((stream) => stream.destroy());
    const asking = Object.assign(connection, { leave, breakOff });
    this.asking.push(asking);
    return asking;
  }

  async client(params: Partial<LoadParams> = {}): Promise<Asking> {
    const asking = this.connect();
    await asking.sendRequest(loadRequest, { modelFile, threads: 1, ...params });
    return asking;
  }

  /** Keeps all turns until what it returns is called. */
  hold(): () => void {
    let release = (): void => undefined;
    void this.clients.models.turns.run({}, {}, () => new Promise<void>((resolve) => (release = resolve)));
    return () => release();
  }

  async close(): Promise<void> {
    for (const { leave } of this.asking) leave();
    for (let waited = 0; this.copies > 0 && waited < 5000; waited += 10) await pause(10);
    assert.equal(this.copies, 0, 'a model is left that nobody uses');
  }
}

async function withOffice(work: (office: Office) => Promise<void>): Promise<void> {
  const office = new Office();
  await work(office).finally(() => office.close());
}

const complete = (client: MessageConnection, prefix: string): Promise<Completion> =>
  client.sendRequest(completeRequest, { prompt: prompt(prefix), limits });

const readAhead = (client: MessageConnection, prefix = long) =>
  client.sendRequest(prefillRequest, { prompt: prompt(prefix) });

/** What the model says where nobody else asks. */
async function alone(prefix: string): Promise<Completion> {
  const engine = await Engine.load(loadAddon(addonFile(path.resolve('dist'))), { modelFile, threads: 1 });
  return engine.complete(prompt(prefix), limits).finally(() => engine.close());
}

/** All that was sent before has been read when this is answered. */
const allRead = (client: MessageConnection) =>
  assert.rejects(client.sendRequest('the message behind them'), /Unhandled method/);

/** What nobody catches would end the process. */
async function expectAllCaught(work: () => Promise<void>): Promise<void> {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on('unhandledRejection', note);
  await work();
  process.off('unhandledRejection', note);
  assert.deepEqual(uncaught, []);
}

describe('a client of the engine', () => {
  it('has its older requests cancelled by its newest one, whose answer is as it is alone', () =>
    withOffice(async (office) => {
      const prefixes = [long, `${long}x = `, `${long}y = `, 'def f(a, b):\n    '];
      const client = await office.client();
      // No request gets its turn before the newest has come.
      const release = office.hold();
      const asked = prefixes.map((prefix) => complete(client, prefix));
      await allRead(client);
      const older = await Promise.all(asked.slice(0, -1));
      for (const { shown, hidden, text } of older)
        assert.deepEqual([shown, hidden, text], [false, 'cancelled', '']);
      release();
      const newest = await asked.at(-1)!;
      assert.notEqual(newest.reason, 'cancelled');
      assert.equal(newest.text, (await alone(prefixes.at(-1)!)).text);
    }));

  it('has its reading ahead cancelled by what it wants completed', () =>
    withOffice(async (office) => {
      const client = await office.client();
      // A machine that halts for a moment would have read all before the message that cancels it is read.
      const release = office.hold();
      const ahead = readAhead(client);
      const completion = complete(client, 'x = ');
      await allRead(client);
      release();
      assert.notEqual((await completion).reason, 'cancelled');
      await ahead;
      const { promptTokens, reusedTokens } = await readAhead(client);
      assert.ok(reusedTokens < promptTokens - 1, 'all was read, as if nothing had been cancelled');
    }));

  it('cancels a request by its token', () =>
    withOffice(async (office) => {
      const source = new CancellationTokenSource();
      const client = await office.client();
      const answer = client.sendRequest(completeRequest, { prompt: prompt(long), limits }, source.token);
      source.cancel();
      assert.equal((await answer).hidden, 'cancelled');
      assert.notEqual((await complete(client, 'x = ')).reason, 'cancelled');
    }));
});

describe('several clients of the engine', () => {
  it('share one copy of a model, however they come by it, and are told how far it is', () =>
    withOffice(async (office) => {
      const two = [office.connect(), office.connect()];
      const told = [0, 0];
      two.forEach((client, i) =>
        client.onNotification(loadProgress, ({ percent }) => void (told[i] = percent)),
      );
      await Promise.all(
        two.map((client) => client.sendRequest(loadRequest, { modelFile, threads: 1, infilling: 'auto' })),
      );
      assert.deepEqual([office.loads, office.copies], [1, 1]);
      assert.ok(told[0]! > 0 && told[0] === told[1], told.join());
      const third = await office.client();
      assert.equal(office.loads, 1);
      // One has it as its second model.
      const other = temporaryFile('other.gguf', fs.readFileSync(modelFile));
      await office.client({ modelFile: other, second: modelFile });
      assert.deepEqual([office.loads, office.copies], [2, 2]);
      // Another setting, or another file in its place, is another model.
      await office.client({ threads: 2 });
      assert.equal(office.copies, 3);
      fs.writeFileSync(other, Buffer.concat([fs.readFileSync(modelFile), Buffer.alloc(32)]));
      await office.client({ modelFile: other });
      assert.equal(office.copies, 4);
      for (const client of [...two, third]) client.leave();
      assert.equal((await complete(await office.client(), 'x = ')).text, (await alone('x = ')).text);
      assert.equal(office.loads, 4);
    }));

  it('are all told what is measured of a model that they use, and those that do not use it are not', () =>
    withOffice(async (office) => {
      const other = temporaryFile('other.gguf', fs.readFileSync(modelFile));
      const [one, two, beside, elsewhere, gone] = [
        await office.client(),
        await office.client(),
        await office.client({ modelFile: other, second: modelFile }),
        await office.client({ threads: 2 }),
        await office.client(),
      ];
      const told = [one, two, beside, elsewhere].map((client) => {
        const models: ModelInfo[] = [];
        client.onNotification(modelNotification, (model) => void models.push(model));
        return models;
      });
      gone.leave();
      const engine = await office.clients.models.open({ modelFile, threads: 1 }, {});
      const thresholds = { languages: { go: { normal: 0.8 } } };
      const { tuning } = engine.loaded;
      engine.loaded.tuning = { ...tuning, confidence: { ...tuning.confidence, thresholds } };
      await Promise.all([one, two, beside, elsewhere].map(allRead));
      assert.deepEqual(
        told.map((models) => models.map((model) => [model.thresholds, model.second?.thresholds])),
        [[[thresholds, undefined]], [[thresholds, undefined]], [[undefined, thresholds]], []],
      );
      assert.equal(engine.loaded.listeners.size, 3);
      await engine.close();
    }));

  it('keep what they use when a model cannot be loaded', () =>
    withOffice(async (office) => {
      const client = await office.client();
      const bad = temporaryFile('bad.gguf', Buffer.from('GGUF but no more than that'));
      for (let i = 0; i < 2; i++)
        await assert.rejects(client.sendRequest(loadRequest, { modelFile: bad, threads: 1 }), /bad\.gguf/);
      assert.notEqual((await complete(client, 'x = ')).reason, 'cancelled');
      assert.deepEqual([office.loads, office.copies], [1, 1]);
    }));

  it('give back all but the last model that they have chosen, in whatever order they are loaded or refused', () =>
    withOffice(async (office) => {
      const bad = temporaryFile('bad.gguf', Buffer.from('GGUF but no more than that'));
      const [one, two] = [1, 2].map((i) => temporaryFile(`${i}.gguf`, fs.readFileSync(modelFile)));
      const orders = [
        [one!, two!],
        [bad, one!],
        [one!, bad],
        [bad, bad],
        [one!, two!, bad, one!],
      ];
      for (const files of orders) {
        for (const isSlow of [false, true]) {
          const client = isSlow ? office.connect() : await office.client();
          office.isSlow = isSlow;
          const loads = files.map((file) =>
            client.sendRequest(loadRequest, { modelFile: file, threads: 1 }).catch(() => undefined),
          );
          await allRead(client);
          office.isSlow = false;
          // What was begun last is loaded first.
          if (isSlow) await client.sendRequest(loadRequest, { modelFile, threads: 1 });
          await Promise.all(loads);
          assert.equal(office.copies, 1, files.map((file) => path.basename(file)).join());
          assert.equal((await complete(client, 'x = ')).text, (await alone('x = ')).text);
          client.leave();
          for (let waited = 0; office.copies > 0 && waited < 5000; waited += 5) await pause(5);
          assert.equal(office.copies, 0);
        }
      }
    }));

  it('cancel nothing of each other, and have a cache each', () =>
    withOffice(async (office) => {
      const [one, other] = [await office.client(), await office.client()];
      const answers = await Promise.all([complete(one, long), complete(other, 'x = ')]);
      assert.deepEqual(
        answers.map(({ reason }) => reason === 'cancelled'),
        [false, false],
      );
      const [first, again] = [await complete(other, long), await complete(one, long)];
      assert.ok(first.reusedTokens < first.promptTokens / 2, `${first.reusedTokens} were known`);
      assert.equal(again.reusedTokens, again.promptTokens - 1);
    }));

  it('are served in the order of their focus, then of their coming', () =>
    withOffice(async (office) => {
      const clients = [await office.client(), await office.client(), await office.client()];
      const order: number[] = [];
      const askAll = async (): Promise<number[]> => {
        const release = office.hold();
        order.length = 0;
        const answered = clients.map((client, i) => complete(client, 'x = ').then(() => order.push(i)));
        for (const client of clients) await allRead(client);
        release();
        await Promise.all(answered);
        return order;
      };
      assert.deepEqual(await askAll(), [0, 1, 2]);
      await clients[2]!.sendNotification(focusNotification);
      assert.deepEqual(await askAll(), [2, 0, 1]);
      await clients[1]!.sendNotification(focusNotification);
      assert.deepEqual(await askAll(), [1, 2, 0]);
    }));

  it('let the one in front pass in the midst of their work, whose outcome is as it is alone', () =>
    withOffice(async (office) => {
      const [front, back] = [await office.client(), await office.client()];
      const second = await office.client();
      await front.sendNotification(focusNotification);
      await allRead(front);
      const prefixes = [long, `${long}def g(a, b):\n    `, `${long.slice(4)}import `];
      const expected = await Promise.all(prefixes.map(alone));
      let passed = 0;
      for (const [i, prefix] of prefixes.entries()) {
        let isDone = false;
        const slow = complete(back, prefix).finally(() => (isDone = true));
        const waiting = complete(second, prefix);
        for (let n = 0; !isDone && n < 100; n++) {
          await complete(front, `# ${n}\nx = `);
          if (!isDone) passed++;
        }
        for (const { text, confidence, tokens, reason } of await Promise.all([slow, waiting]))
          assert.deepEqual(
            [text, confidence, tokens, reason],
            [expected[i]!.text, expected[i]!.confidence, expected[i]!.tokens, expected[i]!.reason],
          );
      }
      assert.ok(passed > 3, `${passed} answers came before those of the others`);
    }));

  it('hear when one of them begins and ends work that keeps the process from answering', () =>
    withOffice(async (office) => {
      const [working, other] = [await office.client(), await office.client()];
      const heard: boolean[] = [];
      other.onNotification(busyNotification, ({ isBusy }) => void heard.push(isBusy));
      await working.sendRequest(benchRequest, { promptTokens: 16, generateTokens: 4, threads: [1] });
      await allRead(other);
      assert.deepEqual(heard, [true, false]);
      const bench = working.sendRequest(benchRequest, {
        promptTokens: 900,
        generateTokens: 60,
        threads: [1],
      });
      const late = office.connect();
      const told = new Promise<boolean>((resolve) =>
        late.onNotification(busyNotification, ({ isBusy }) => resolve(isBusy)),
      );
      assert.equal(await told, true);
      await bench;
    }));

  it('do not suffer from what one is told that has gone', () =>
    withOffice(async (office) => {
      const survivor = await office.client();
      const going = office.connect();
      await expectAllCaught(async () => {
        void going.sendRequest(loadRequest, { modelFile, threads: 2 }).catch(() => undefined);
        await allRead(going);
        going.breakOff();
        for (let waited = 0; office.copies < 2 && waited < 5000; waited += 10) await pause(10);
        office.clients.warn('something happened');
        await pause(50);
      });
      assert.notEqual((await complete(survivor, 'x = ')).reason, 'cancelled');
    }));

  it('do not suffer from what one tells that makes no sense', () =>
    withOffice(async (office) => {
      const [survivor, odd] = [await office.client(), await office.client()];
      const { model } = await complete(odd, 'x = ');
      await expectAllCaught(async () => {
        for (const params of [null, undefined, {}, { model, answer: null }])
          await odd.sendNotification(knownNotification.method, params);
        await allRead(odd);
        await pause(20);
      });
      assert.notEqual((await complete(survivor, 'x = ')).reason, 'cancelled');
    }));

  it('have a model given up that is being loaded when the last of them goes that waits for it', () =>
    withOffice(async (office) => {
      const remarks: string[] = [];
      const survivor = await office.client();
      survivor.onNotification(remarkNotification, ({ message }) => void remarks.push(message));
      const own = temporaryFile('large.gguf', fs.readFileSync(modelFile));
      const other = temporaryFile('second.gguf', fs.readFileSync(modelFile));
      office.isSlow = true;
      const waiting = [{}, {}, { second: other }, { second: modelFile }].map(async (more) => {
        const client = office.connect();
        void client.sendRequest(loadRequest, { modelFile: own, threads: 1, ...more }).catch(() => undefined);
        await allRead(client);
        return client;
      });
      const [first, second, both, behind] = await Promise.all(waiting);
      for (let waited = 0; office.loads < 3 && waited < 5000; waited += 10) await pause(10);
      first!.leave();
      await pause(50);
      assert.equal(office.givenUp, 0);
      both!.leave();
      behind!.leave();
      second!.leave();
      for (let waited = 0; office.givenUp < 2 && waited < 5000; waited += 10) await pause(10);
      await pause(50);
      assert.deepEqual([office.givenUp, office.loads, remarks], [2, 3, []]);
      office.isSlow = false;
      const again = await office.client({ modelFile: own });
      assert.equal((await complete(again, 'x = ')).text, (await complete(survivor, 'x = ')).text);
    }));

  it('get what one that is killed had, at once, whatever it had begun', () =>
    withOffice(async (office) => {
      const survivor = await office.client();
      const file = path.resolve('test/unit/entries/client.test.ts');
      const works: ((client: Asking) => Promise<unknown>)[] = [
        (client) => complete(client, long),
        (client) => readAhead(client),
        (client) =>
          client.sendRequest(benchRequest, { promptTokens: 900, generateTokens: 100, threads: [1] }),
        (client) =>
          client.sendRequest(evaluateRequest, { files: [{ file, path: 'a.ts' }], holes: 100, seed: 1 }),
      ];
      const before = (await complete(survivor, 'x = ')).text;
      for (const work of works) {
        const own = temporaryFile('own.gguf', fs.readFileSync(modelFile));
        const client = await office.client({ modelFile: own, second: modelFile });
        assert.equal(office.copies, 2);
        const ended = work(client).catch(() => undefined);
        await pause(30);
        client.leave();
        const left = performance.now();
        assert.equal((await complete(survivor, 'x = ')).text, before);
        await ended;
        for (let waited = 0; office.copies > 1 && waited < 5000; waited += 5) await pause(5);
        assert.equal(office.copies, 1);
        const took = performance.now() - left;
        assert.ok(took < 2000, `it took ${took.toFixed(0)} ms`);
      }
    }));
});
