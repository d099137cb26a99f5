// Clients of one engine, each over a connection of its own: the newest request of a client wins, and disturbs no other client.

import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import {
  CancellationTokenSource,
  createMessageConnection,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { Engine } from '../../../src/engine/engine';
import { Client } from '../../../src/entries/client';
import { type Completion, completeRequest, prefillRequest, type Prompt } from '../../../src/protocol';

const limits = { maxTokens: 16, maxLines: 1, minConfidence: 0 };
const long = 'def f(x):\n    return x + 1\n\n\n'.repeat(60);

function prompt(prefix: string): Prompt {
  return { path: 'a.py', languageId: 'python', prefix, suffix: '\n', related: [] };
}

/** The side of a client whose requests an engine answers. */
function connect(engine: Engine): MessageConnection {
  const [up, down] = [new PassThrough(), new PassThrough()];
  const served = createMessageConnection(up, down);
  new Client(served, () => Promise.resolve(engine)).serve();
  served.listen();
  const asking = createMessageConnection(down, up);
  asking.listen();
  return asking;
}

const complete = (client: MessageConnection, prefix: string): Promise<Completion> =>
  client.sendRequest(completeRequest, { prompt: prompt(prefix), limits });

async function withEngine(work: (engine: Engine) => Promise<void>): Promise<void> {
  const addon = loadAddon(addonFile(path.resolve('dist')));
  const engine = await Engine.load(addon, { modelFile: 'test/fixtures/tiny.gguf', threads: 1 });
  await work(engine).finally(() => engine.close());
}

describe('a client of the engine', () => {
  it('has its older requests cancelled by its newest one, whose answer is as it is alone', () =>
    withEngine(async (engine) => {
      // The older ones take so long that the next one comes while they are at work or wait.
      const prefixes = [long, `${long}x = `, `${long}y = `, 'def f(a, b):\n    '];
      const client = connect(engine);
      // No request gets its turn before the newest has come.
      let release = (): void => undefined;
      const held = engine.withSession(() => new Promise<void>((resolve) => (release = resolve)));
      const asked = prefixes.map((prefix) => complete(client, prefix));
      await assert.rejects(client.sendRequest('the message behind them'), /Unhandled method/);
      release();
      await held;
      const answers = await Promise.all(asked);
      for (const older of answers.slice(0, -1))
        assert.deepEqual([older.shown, older.hidden, older.text], [false, 'cancelled', '']);
      assert.notEqual(answers.at(-1)!.reason, 'cancelled');
      await withEngine(async (other) => {
        const alone = await other.complete(prompt(prefixes.at(-1)!), limits);
        assert.equal(answers.at(-1)!.text, alone.text);
      });
    }));

  it('has its reading ahead cancelled by what it wants completed', () =>
    withEngine(async (engine) => {
      const client = connect(engine);
      const readAhead = () => client.sendRequest(prefillRequest, { prompt: prompt(long) });
      const ahead = readAhead();
      assert.notEqual((await complete(client, 'x = ')).reason, 'cancelled');
      await ahead;
      const { promptTokens, reusedTokens } = await readAhead();
      assert.ok(reusedTokens < promptTokens - 1, 'all was read, as if nothing had been cancelled');
    }));

  it('cancels nothing of another client, which waits for its turn', () =>
    withEngine(async (engine) => {
      const [one, other] = [connect(engine), connect(engine)];
      const answers = await Promise.all([complete(one, long), complete(other, 'x = ')]);
      assert.deepEqual(
        answers.map(({ reason }) => reason === 'cancelled'),
        [false, false],
      );
    }));

  it('cancels a request by its token', () =>
    withEngine(async (engine) => {
      const source = new CancellationTokenSource();
      const client = connect(engine);
      const answer = client.sendRequest(completeRequest, { prompt: prompt(long), limits }, source.token);
      source.cancel();
      assert.equal((await answer).hidden, 'cancelled');
      assert.notEqual((await complete(client, 'x = ')).reason, 'cancelled');
    }));
});
