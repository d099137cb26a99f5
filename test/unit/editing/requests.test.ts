// One request at work: the newest wins, the same place is joined, what is late or cancelled is told apart.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node';
import { Requests, within } from '../../../src/editing/requests';
import type { CompleteParams, Completion } from '../../../src/protocol';
import { answer, placeOf } from './marked';

/** An engine that answers when told to, and ends a cancelled request a moment later. */
class Engine {
  readonly prefixes: string[] = [];
  readonly kept: string[] = [];
  most = 0;
  private atWork = 0;
  private finish: (completion: Completion) => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;
  readonly requests = new Requests(
    (params, token) => this.complete(params, token),
    (_, completion) => void this.kept.push(completion.text),
  );

  send(marked: string, onRequest = false) {
    const place = placeOf(marked);
    const { prefix, suffix } = place;
    const prompt = { path: 'a.ts', languageId: 'typescript', prefix, suffix, related: [] };
    const limits = { maxTokens: 8, maxLines: 1, minConfidence: 0 };
    return this.requests.send(place, onRequest, () => ({ prompt, limits }));
  }

  async answers(text: string): Promise<void> {
    await pause(0);
    this.finish(answer(text));
  }

  async fails(message: string): Promise<void> {
    await pause(0);
    this.fail(new Error(message));
  }

  private async complete(params: CompleteParams, token: CancellationToken): Promise<Completion> {
    this.prefixes.push(params.prompt.prefix);
    this.most = Math.max(this.most, ++this.atWork);
    try {
      return await new Promise<Completion>((resolve, reject) => {
        this.finish = resolve;
        this.fail = reject;
        token.onCancellationRequested(() =>
          setTimeout(() => resolve(answer('', { reason: 'cancelled' })), 5),
        );
      });
    } finally {
      this.atWork--;
    }
  }
}

describe('requests', () => {
  it('are answered, and the answer is kept', async () => {
    const engine = new Engine();
    const request = engine.send('a|');
    await engine.answers('b');
    assert.equal((await request.answer)?.text, 'b');
    assert.deepEqual(engine.kept, ['b']);
  });

  it('end when a newer one comes, which is sent when they have ended', async () => {
    const engine = new Engine();
    const older = engine.send('a|');
    await pause(0);
    const newer = engine.send('ab|');
    assert.equal(await older.answer, undefined);
    await pause(10);
    await engine.answers('c');
    assert.equal((await newer.answer)?.text, 'c');
    assert.deepEqual(engine.prefixes, ['a', 'ab']);
    assert.deepEqual(engine.kept, ['c']);
    assert.equal(engine.most, 1);
  });

  it('are never sent when a newer one came before their turn', async () => {
    const engine = new Engine();
    const first = engine.send('a|');
    await pause(0);
    const others = ['ab|', 'abc|', 'abcd|'].map((marked) => engine.send(marked));
    await pause(20);
    await engine.answers('e');
    assert.equal(await first.answer, undefined);
    assert.deepEqual(await Promise.all(others.map(async (other) => (await other.answer)?.text)), [
      undefined,
      undefined,
      'e',
    ]);
    assert.deepEqual(engine.prefixes, ['a', 'abcd']);
    assert.equal(engine.most, 1);
  });

  it('are joined for the same place', async () => {
    const engine = new Engine();
    const [one, two] = [engine.send('a|'), engine.send('a|')];
    await engine.answers('b');
    assert.equal((await one.answer)?.text, 'b');
    assert.equal((await two.answer)?.text, 'b');
    assert.deepEqual(engine.prefixes, ['a']);
  });

  it('go on when one that was joined is cancelled by the one before', async () => {
    const engine = new Engine();
    const [one, two] = [engine.send('a|'), engine.send('a|')];
    one.cancel();
    await engine.answers('b');
    assert.equal((await two.answer)?.text, 'b');
  });

  it('end when the last to join cancels, and are sent anew when asked again', async () => {
    const engine = new Engine();
    const one = engine.send('a|');
    await pause(0);
    one.cancel();
    const two = engine.send('a|');
    assert.equal(await one.answer, undefined);
    await pause(10);
    await engine.answers('b');
    assert.equal((await two.answer)?.text, 'b');
    assert.deepEqual(engine.prefixes, ['a', 'a']);
  });

  it('by the user do not join one that is not, but the other way round', async () => {
    const engine = new Engine();
    const automatic = engine.send('a|');
    await pause(0);
    engine.send('a|', true);
    assert.equal(await automatic.answer, undefined);
    await pause(10);
    const joined = engine.send('a|');
    await engine.answers('b');
    assert.equal((await joined.answer)?.text, 'b');
    assert.deepEqual(engine.prefixes, ['a', 'a']);
  });

  it('end when their document changes, and only then', async () => {
    const engine = new Engine();
    const request = engine.send('a|');
    await pause(0);
    engine.requests.cancel('file:///other.ts');
    engine.requests.cancel('file:///a.ts');
    assert.equal(await request.answer, undefined);
    assert.deepEqual(engine.kept, []);
  });

  it('fail as the engine fails, and the next one is sent', async () => {
    const engine = new Engine();
    const request = engine.send('a|');
    const failed = assert.rejects(request.answer, /broken/);
    await engine.fails('broken');
    await failed;
    const next = engine.send('ab|');
    await engine.answers('c');
    assert.equal((await next.answer)?.text, 'c');
  });
});

describe('waiting for an answer', () => {
  const never = new Promise<string>(() => undefined);
  const token = new CancellationTokenSource().token;

  it('ends with it', async () => assert.equal(await within(Promise.resolve('a'), token, 1000), 'a'));
  it('ends with the time', async () => assert.equal(await within(never, token, 10), 'late'));
  it('has no end for the user', async () => assert.equal(await within(pause(30, 'a'), token, Infinity), 'a'));
  it('fails with it', () => assert.rejects(within(Promise.reject(new Error('no')), token, 1000), /no/));

  it('ends with the cancellation', async () => {
    const source = new CancellationTokenSource();
    setTimeout(() => source.cancel(), 5);
    assert.equal(await within(never, source.token, 1000), 'cancelled');
    assert.equal(await within(never, source.token, 1000), 'cancelled');
  });
});
