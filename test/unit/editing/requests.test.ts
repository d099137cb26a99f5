// One request at work: one that still fits is joined, else a newer one takes its place; what is late and what is cancelled are told apart.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc/node';
import { machineClock } from '../../../src/editing/clock';
import { Requests, within } from '../../../src/editing/requests';
import { CompletionCache } from '../../../src/editing/completionCache';
import type { CompleteParams, Completion, Sooner } from '../../../src/protocol';
import { answer, placeOf } from './marked';

/** An engine that answers when told to, and ends a cancelled request a moment later. */
class Engine {
  readonly prefixes: string[] = [];
  most = 0;
  private atWork = 0;
  private finish: (completion: Completion) => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;
  private tell: (sooner: Sooner) => void = () => undefined;
  readonly cache = new CompletionCache();
  readonly requests = new Requests(
    {
      complete: (params, token, onSooner) => {
        this.tell = onSooner;
        return this.complete(params.prompt.prefix, token);
      },
      prefill: async (params, token) => {
        await this.complete(`(ahead) ${params.prompt.prefix}`, token);
        return { promptTokens: 0, reusedTokens: 0, prefillMs: 0 };
      },
    },
    this.cache,
    machineClock,
  );

  send(marked: string, { onRequest = false, after = 0, expected = 0 } = {}) {
    const params = paramsOf(marked);
    return this.requests.send(placeOf(marked), { onRequest, after, expected, params: () => params });
  }

  /** Asks once more after each key that is typed at the mark. */
  type(marked: string, keys: string, more = {}) {
    const requests = [...keys].map((_, i) =>
      this.send(marked.replace('|', `${keys.slice(0, i + 1)}|`), more),
    );
    return requests.at(-1)!;
  }

  /** What is known to fit, without the engine. */
  known(marked: string): string | undefined {
    return this.cache.find(placeOf(marked))?.text;
  }

  async tells(text: string, isLast = false, more: Partial<Completion> = {}): Promise<void> {
    await pause(0);
    this.tell({ completion: answer(text, more), isLast });
  }

  async answers(text: string): Promise<void> {
    await pause(0);
    this.finish(answer(text));
  }

  async fails(message: string): Promise<void> {
    await pause(0);
    this.fail(new Error(message));
  }

  private async complete(prefix: string, token: CancellationToken): Promise<Completion> {
    this.prefixes.push(prefix);
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

function paramsOf(marked: string): CompleteParams {
  const { prefix, suffix } = placeOf(marked);
  const prompt = { path: 'a.ts', languageId: 'typescript', prefix, suffix, related: [] };
  return { prompt, limits: { maxTokens: 8, maxLines: 1, minConfidence: 0 } };
}

describe('requests', () => {
  it('are answered, and the answer is kept', async () => {
    const engine = new Engine();
    const request = engine.send('a|');
    await engine.answers('b');
    assert.equal((await request.answer)?.text, 'b');
    assert.equal(engine.known('a|'), 'b');
  });

  it('tell of a first line, which is kept until the whole takes its place', async () => {
    const engine = new Engine();
    const request = engine.send('a|');
    await engine.tells('line');
    assert.deepEqual(await request.soonest().then((fit) => [fit?.text, fit?.how]), ['line', 'first line']);
    assert.equal(engine.known('al|'), 'ine');
    await engine.answers('line\nrest');
    assert.equal((await request.answer)?.text, 'line\nrest');
    assert.equal(engine.known('aline|'), '\nrest');
    assert.equal(engine.known('a|'), 'line\nrest');
    assert.deepEqual(engine.prefixes, ['a']);
  });

  it('go on while their first line is typed, which joins them', async () => {
    const engine = new Engine();
    const first = engine.send('a|');
    await engine.tells('line');
    const second = engine.type('a|', 'line');
    await engine.answers('line\nrest');
    assert.deepEqual(await second.answer.then((fit) => [fit?.text, fit?.how]), ['\nrest', 'joined']);
    assert.equal((await first.answer)?.text, 'line\nrest');
    assert.deepEqual(engine.prefixes, ['a']);
  });

  it('are late at once where nothing is expected in time, but for a user, and their answer is kept all the same', async () => {
    const engine = new Engine();
    const hidden = { shown: false, hidden: 'confidence' } as const;
    const waited = engine.send('a|', { onRequest: true });
    await engine.tells('line', true, hidden);
    await engine.answers('first');
    assert.equal(await waited.inTime.then((fit) => fit !== 'late' && fit?.text), 'first');
    const request = engine.send('b|');
    await engine.tells('line', false, hidden);
    const waiting = await Promise.race([request.inTime, pause(10, 'waiting')]);
    await engine.tells('line', true, hidden);
    assert.deepEqual([waiting, await request.inTime], ['waiting', 'late']);
    assert.equal(engine.known('b|'), undefined);
    await engine.answers('second');
    assert.equal((await request.soonest())?.text, 'second');
    assert.equal(engine.known('b|'), 'second');
  });

  it('tell of no first line when they are cancelled before, and of the answer where there is none', async () => {
    const engine = new Engine();
    const cancelled = engine.send('a|');
    await pause(0);
    cancelled.cancel();
    await engine.tells('line');
    assert.equal(await cancelled.soonest(), undefined);
    assert.equal(engine.known('a|'), undefined);
    await pause(10);
    const plain = engine.send('b|');
    await engine.answers('c');
    assert.equal((await plain.soonest())?.how, 'computed');
  });

  it('end when a newer one comes, which is sent when they have ended', async () => {
    const engine = new Engine();
    const older = engine.send('a|');
    await pause(0);
    const newer = engine.send('b|');
    assert.equal(await older.answer, undefined);
    await pause(10);
    await engine.answers('c');
    assert.equal((await newer.answer)?.text, 'c');
    assert.deepEqual(engine.prefixes, ['a', 'b']);
    assert.equal(engine.known('b|'), 'c');
    assert.equal(engine.most, 1);
  });

  it('are never sent when a newer one came before their turn', async () => {
    const engine = new Engine();
    const first = engine.send('a|');
    await pause(0);
    const others = ['b|', 'bc|', 'bcd|'].map((marked) => engine.send(marked));
    await pause(20);
    await engine.answers('e');
    assert.equal(await first.answer, undefined);
    assert.deepEqual(await Promise.all(others.map(async (other) => (await other.answer)?.text)), [
      undefined,
      undefined,
      'e',
    ]);
    assert.deepEqual(engine.prefixes, ['a', 'bcd']);
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

  it('end when the last to join cancels, and are sent again when asked again', async () => {
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
    engine.send('a|', { onRequest: true });
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
    assert.equal(engine.known('a|'), undefined);
  });

  it('go on while what is typed may be how they begin, and are joined by it', async () => {
    const engine = new Engine();
    const first = engine.send('const a = |;');
    await pause(0);
    const last = engine.type('const a = |;', 'fir');
    await engine.answers('first + second');
    assert.equal((await first.answer)?.text, 'first + second');
    const fit = await last.answer;
    assert.deepEqual([fit?.text, fit?.how], ['st + second', 'joined']);
    assert.equal(engine.prefixes.length, 1);
  });

  it('are joined behind a bracket that the editor has closed', async () => {
    const engine = new Engine();
    engine.send('print|\n');
    await pause(0);
    const request = engine.send('print(|)\n');
    await engine.answers('(a, b);');
    const fit = await request.answer;
    assert.deepEqual([fit?.text, fit?.overwrites, engine.prefixes.length], ['a, b);', 1, 1]);
  });

  it('are sent after one that was waited for in vain', async () => {
    const engine = new Engine();
    engine.send('const a = |;');
    await pause(0);
    const last = engine.type('const a = |;', 'x');
    await engine.answers('first');
    await engine.answers('yz');
    assert.equal((await last.answer)?.text, 'yz');
    assert.deepEqual(engine.prefixes, ['const a = ', 'const a = x']);
    assert.equal(engine.most, 1);
  });

  it('do not wait for one that is far from its end', async () => {
    const engine = new Engine();
    const first = engine.send('a|');
    await pause(0);
    const last = engine.type('a|', 'b', { expected: 60_000 });
    assert.equal(await first.answer, undefined);
    await pause(10);
    await engine.answers('c');
    assert.equal((await last.answer)?.text, 'c');
    assert.deepEqual(engine.prefixes, ['a', 'ab']);
  });

  it('give up one that was waited for too long', async () => {
    const engine = new Engine();
    const first = engine.send('a|');
    await pause(0);
    const last = engine.type('a|', 'b');
    assert.equal(await first.answer, undefined);
    await pause(0);
    await engine.answers('c');
    assert.equal((await last.answer)?.text, 'c');
  });

  it('by the user wait for none that was typed into', async () => {
    const engine = new Engine();
    const first = engine.send('a|');
    await pause(0);
    engine.send('ab|', { onRequest: true });
    assert.equal(await first.answer, undefined);
  });

  it('that are held back are sent when no newer one comes', async () => {
    const engine = new Engine();
    const last = engine.type('a|', 'bcd', { after: 20 });
    await pause(5);
    assert.deepEqual(engine.prefixes, []);
    await pause(40);
    await engine.answers('e');
    assert.equal((await last.answer)?.text, 'e');
    assert.deepEqual(engine.prefixes, ['abcd']);
  });

  it('end what is read ahead of them, which never ends them', async () => {
    const engine = new Engine();
    const ahead = engine.requests.prefill(paramsOf('a|'));
    await pause(0);
    const request = engine.send('a|');
    await ahead;
    await pause(0);
    await engine.requests.prefill(paramsOf('a|'));
    await engine.answers('b');
    assert.equal((await request.answer)?.text, 'b');
    assert.deepEqual(engine.prefixes, ['(ahead) a', 'a']);
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

  it('ends with it', async () =>
    assert.equal(await within(Promise.resolve('a'), token, 1000, machineClock), 'a'));
  it('ends with the time', async () => assert.equal(await within(never, token, 10, machineClock), 'late'));
  it('has no end for the user', async () =>
    assert.equal(await within(pause(30, 'a'), token, Infinity, machineClock), 'a'));
  it('fails with it', () =>
    assert.rejects(within(Promise.reject(new Error('no')), token, 1000, machineClock), /no/));

  it('ends with the cancellation', async () => {
    const source = new CancellationTokenSource();
    setTimeout(() => source.cancel(), 5);
    assert.equal(await within(never, source.token, 1000, machineClock), 'cancelled');
    assert.equal(await within(never, source.token, 1000, machineClock), 'cancelled');
  });
});
