// Downloads from a local hub with real HTTP and real faults: never a wrong file, and never a byte twice without need.
// As a process of its own, with `download` behind its name, it is a download that can be killed.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { download, type DownloadOptions, type Progress } from '../../../src/library/download';
import { filesOf, type Hub, type HubFile, partsOf, tokenServer } from '../../../src/library/hub';
import { randomSource } from '../random';
import { type Fault, LocalHub } from './localHub';

const never = new AbortController().signal;
const repository = 'org/coder';
const name = 'coder-q8_0.gguf';
const long = process.env.RYZANSTEIN_TEST === 'long';

function randomBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const { below } = randomSource(7);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32LE(below(2 ** 32), i);
  return bytes;
}

if (process.argv[2] === 'download') {
  const [, , , base, target] = process.argv as [string, string, string, string, string];
  const hub: Hub = { base, fetch };
  void filesOf(hub, repository, name, never)
    .then(([file]) => download(hub, file!, target, { signal: never, pauseMs: 10 }))
    .then(() => process.exit(0));
} else
  describe('a download', function () {
    this.timeout(long ? 600_000 : 240_000);
    const content = randomBytes(1_000_000);
    let local: LocalHub;
    let hub: Hub;
    let folder: string;
    let target: string;
    beforeEach(async () => {
      local = new LocalHub({ [repository]: { [name]: content } });
      local.arrived = () => arrived();
      hub = { base: await local.start(), fetch };
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-download-'));
      target = path.join(folder, 'new', name);
    });
    afterEach(async () => {
      await local.stop();
      fs.rmSync(folder, { recursive: true });
    });

    const get = async (options: Partial<DownloadOptions> = {}, own = hub): Promise<void> => {
      const [file] = await filesOf(own, repository, name, never);
      await download(own, file!, target, { signal: never, pauseMs: 1, ...options });
    };
    /** One that has its lock by now, and takes a while; `ended` waits for it. */
    const begun = async (): Promise<{ ended: Promise<void> }> => {
      local.pace = { piece: 100_000, ms: 20 };
      let tell = (): void => undefined;
      const told = new Promise<void>((resolve) => (tell = resolve));
      const ended = get({ onProgress: () => tell() });
      await Promise.race([told, ended]);
      return { ended };
    };
    const left = (): string[] =>
      fs.existsSync(path.dirname(target)) ? fs.readdirSync(path.dirname(target)) : [];
    /** Of what is not whole yet. */
    const arrived = (): number => {
      const part = left().find((each) => each.endsWith('.part'));
      return part === undefined ? 0 : fs.statSync(path.join(path.dirname(target), part)).size;
    };
    const starts = (): number[] => local.asked.map(({ from }) => from);
    const isWhole = (): void => {
      assert.ok(fs.readFileSync(target).equals(content));
      assert.deepEqual(left(), [name]);
    };

    it('puts the whole file in its place, and tells how it goes', async () => {
      const told: Progress[] = [];
      local.pace = { piece: 100_000, ms: 60 };
      await get({ onProgress: (progress) => told.push(progress) });
      isWhole();
      assert.deepEqual(starts(), [0]);
      assert.deepEqual([told[0]?.done, told.at(-1)?.done, told.at(-1)?.bytes], [0, 1_000_000, 1_000_000]);
      assert.ok(told.length > 2 && told.at(-1)!.bytesPerSecond > 100_000);
    });

    it('goes on behind a break where it stopped', async () => {
      local.faults = [{ breakAfter: 300_000 }, { breakAfter: 1 }, {}, {}];
      await get();
      isWhole();
      const [first, second, third] = local.asked;
      assert.deepEqual([first!.from, second!.from, third!.from], [0, 300_000, 300_001]);
      assert.equal(starts().length, 3);
    });

    it('goes on where the answer ended too soon, and gives up where nothing comes any more', async () => {
      local.faults = [{ endAfter: 500_000 }];
      await get();
      isWhole();
      assert.deepEqual(starts(), [0, 500_000]);
      fs.rmSync(target);
      local.asked.length = 0;
      local.faults = [{ endAfter: 500_000 }, ...Array<Fault>(9).fill({ breakAfter: 0 })];
      await assert.rejects(get(), /does not come from http.*: .*kept: try again later/);
      assert.equal(local.asked.length, 7);
      local.faults = [];
      await get();
      isWhole();
      assert.equal(local.asked.at(-1)!.from, 500_000);
    });

    it('is not asked for again when all of it was there at a kill', async () => {
      const [file] = await filesOf(hub, repository, name, never);
      fs.mkdirSync(path.dirname(target));
      fs.writeFileSync(`${target}.${file!.sha256.slice(0, 16)}.part`, content);
      await get();
      isWhole();
      assert.deepEqual(starts(), []);
    });

    it('begins anew where the server cannot go on in the middle, and where more is there than there should be', async () => {
      local.faults = [{ breakAfter: 300_000 }, { ignoresRange: true }];
      await get();
      isWhole();
      assert.deepEqual(starts(), [0, 300_000]);
      fs.rmSync(target);
      const [file] = await filesOf(hub, repository, name, never);
      fs.writeFileSync(`${target}.${file!.sha256.slice(0, 16)}.part`, randomBytes(1_000_001));
      await get();
      isWhole();
    });

    const page = Buffer.from('<html>Log in</html>');
    const html = { 'content-type': 'text/html; charset=utf-8' };
    const pages: [title: string, Fault][] = [
      ['a page of another length', { instead: page }],
      ['a page', { instead: page, headers: html }],
      ['a page that does not say how long it is', { instead: page, endAfter: page.length, headers: html }],
      ['something that does not say what and how long it is', { instead: page, endAfter: page.length }],
    ];
    for (const [title, fault] of pages)
      it(`keeps what has arrived where ${title} comes in place of the rest, and goes on there`, async () => {
        local.faults = [{ breakAfter: 300_000 }, { ...fault, ignoresRange: true }];
        await assert.rejects(get(), /sends 19 bytes|sends a page|does not go on/);
        await get();
        isWhole();
        assert.deepEqual(starts(), [0, 300_000, 300_000]);
      });

    it('writes nothing of a page that comes in place of the file', async () => {
      local.faults = [{ instead: page, endAfter: page.length, headers: html }];
      await assert.rejects(get(), /sends a page in the place of/);
      await get();
      isWhole();
      assert.deepEqual(starts(), [0, 0]);
    });

    const lies: [title: string, faults: Fault[], words: RegExp][] = [
      [
        'other bytes',
        [{ instead: randomBytes(1_000_000).reverse() }],
        /its sha256 differs. Nothing of it was kept/,
      ],
      ['more than there is', [{ more: 10 }], /sends more of/],
      [
        'a page for a log-in',
        [{ instead: Buffer.from('<html>') }],
        /sends 6 bytes of .* where 1,000,000 are missing/,
      ],
      ['another part', [{ breakAfter: 9 }, { contentRange: 'bytes 0-999999/1000000' }], /another part/],
      ['a part of another file', [{ breakAfter: 9 }, { contentRange: 'bytes 9-99/100' }], /another part/],
      ['nothing behind its end', [{ breakAfter: 9 }, { status: 416 }], /has less of/],
    ];
    for (const [title, faults, words] of lies)
      it(`refuses ${title}, and is whole with an honest server afterwards`, async () => {
        local.faults = faults;
        await assert.rejects(get(), words);
        assert.ok(!fs.existsSync(target));
        local.faults = [];
        await get().catch(() => get());
        isWhole();
      });

    it('asks for a token, for terms that were not agreed to, and for what is gone in words of their own', async () => {
      const terms = { 'x-error-code': 'GatedRepo' };
      for (const [status, words, headers = {}] of [
        [401, /set an access token of your account there with "Set Hub Token"/],
        [403, /only to accounts that have agreed to its terms: agree on http:.*\/org\/coder, then/, terms],
        [403, /answers HTTP 403 .*: a proxy or a firewall may be in between\. "Import Model File" takes/],
        [404, /does not have/],
        [400, /answers HTTP 400/],
      ] as const) {
        local.asked.length = 0;
        local.faults = Array<Fault>(9).fill({ status, headers });
        await assert.rejects(get(), words);
        if (status !== 400) assert.equal(local.asked.length, 1);
      }
      local.faults = [{ status: 401 }];
      await assert.rejects(get({}, { ...hub, token: 'secret' }), /does not accept the token/);
    });

    it('waits as long as a busy hub says, and does not where that is too long', async () => {
      local.faults = [{ status: 429, headers: { 'retry-after': '1' } }, { status: 503 }];
      const begin = performance.now();
      await get();
      isWhole();
      assert.ok(performance.now() - begin > 950);
      fs.rmSync(target);
      local.faults = [{ status: 429, headers: { 'retry-after': '3600' } }];
      await assert.rejects(get(), /asked too often: try again in 3,600 s/);
    });

    it('takes a connection on which nothing comes for broken', async () => {
      local.faults = [{ stalls: true }];
      await get({ patienceMs: 100 });
      isWhole();
    });

    it('keeps a token for the server that it was given for, and for none to which others could read it', () => {
      for (const [base, server] of [
        ['https://huggingface.co', 'https://huggingface.co'],
        ['https://HuggingFace.co/mirror/', 'https://huggingface.co'],
        ['https://huggingface.co:8443', 'https://huggingface.co:8443'],
        ['https://huggingface.co@evil.example', 'https://evil.example'],
        ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
        ['http://[::1]:8080/x', 'http://[::1]:8080'],
        ['http://localhost', 'http://localhost'],
        ['http://huggingface.co', undefined],
        ['http://localhost.evil.example', undefined],
        ['http://127.0.0.1.evil.example', undefined],
        ['file:///models', undefined],
        ['huggingface.co', undefined],
      ] as const)
        assert.equal(tokenServer(base), server, base);
    });

    it('follows to another server, which does not get the token', async () => {
      const network = new LocalHub({ [repository]: { [name]: content } });
      local.elsewhere = (await network.start()).replace('127.0.0.1', 'localhost');
      try {
        await get({}, { ...hub, token: 'secret' });
        isWhole();
        assert.deepEqual(network.asked, [{ path: name, from: 0, sent: 1_000_000 }]);
      } finally {
        await network.stop();
      }
    });

    it('ends when it is cancelled, keeps what has arrived, and goes on there', async () => {
      local.pace = { piece: 100_000, ms: 30 };
      const controller = new AbortController();
      const running = get({
        signal: controller.signal,
        onProgress: ({ done }) => done > 0 && controller.abort(new Error('cancelled')),
      });
      await assert.rejects(running, /cancelled/);
      const [part] = left();
      const kept = fs.statSync(path.join(path.dirname(target), part!)).size;
      assert.ok(kept > 0 && kept < 1_000_000, String(kept));
      await get();
      isWhole();
      assert.deepEqual(starts(), [0, kept]);
    });

    it('tells how far it has read what is there already, and can be cancelled meanwhile', async () => {
      local.faults = [{ breakAfter: 900_000 }, ...Array<Fault>(9).fill({ breakAfter: 0 })];
      await assert.rejects(get(), /try again later/);
      local.asked.length = 0;
      const controller = new AbortController();
      const told: Progress[] = [];
      const running = get({
        signal: controller.signal,
        onProgress: (progress) => {
          told.push(progress);
          controller.abort(new Error('cancelled'));
        },
      });
      await assert.rejects(running, /cancelled/);
      assert.equal(told.length, 1);
      assert.ok(told[0]!.done > 0 && told[0]!.done < 900_000, String(told[0]!.done));
      assert.deepEqual(starts(), []);
      local.faults = [];
      await get();
      isWhole();
      assert.deepEqual(starts(), [900_000]);
    });

    it('is done by one window at a time', async () => {
      const { ended } = await begun();
      await assert.rejects(get(), /is being written just now/);
      await ended;
      isWhole();
    });

    it('is not kept from beginning by a lock whose process is another one by now', async () => {
      const { ended } = await begun();
      const lock = path.join(
        path.dirname(target),
        left().find((file) => file.endsWith('.lock'))!,
      );
      await ended;
      local.pace = { piece: 1 << 16, ms: 0 };
      // As this process had it, which has none now, and as another one that lives, of long ago.
      for (const [owner, age] of [
        [process.pid, 0],
        [process.ppid, 3600],
      ] as const) {
        fs.rmSync(target);
        fs.writeFileSync(lock, String(owner));
        fs.utimesSync(lock, Date.now() / 1000 - age, Date.now() / 1000 - age);
        await get();
        isWhole();
      }
    });

    it('is not begun where there is no room for it, and says so where nothing may be written', async () => {
      const [file] = await filesOf(hub, repository, name, never);
      const huge = { ...file!, bytes: 2 ** 52 };
      await assert.rejects(download(hub, huge, target, { signal: never }), /MB are needed in .* MB are free/);
      assert.equal(local.asked.length, 0);
      fs.writeFileSync(path.join(folder, 'file'), '');
      const inFile = path.join(folder, 'file', 'a.gguf');
      await assert.rejects(download(hub, file!, inFile, { signal: never }), /cannot be written/);
    });

    it('is of a file that the hub has, with a size and a digest', async () => {
      const ask = (path_: string, own = hub): Promise<HubFile[]> => filesOf(own, repository, path_, never);
      await assert.rejects(ask('gone.gguf'), /has no file gone\.gguf/);
      for (const body of ['<html>', '{}', '[{"path": "coder-q8_0.gguf", "size": 5}]']) {
        local.apiFault = { body };
        await assert.rejects(ask(name), /does not (answer as a hub|say what)/);
      }
      local.apiFault = { status: 401 };
      await assert.rejects(ask(name), /set an access token/);
      assert.deepEqual(partsOf('a-00001-of-00002.gguf'), ['a-00001-of-00002.gguf', 'a-00002-of-00002.gguf']);
      assert.deepEqual(partsOf('a-00002-of-00002.gguf'), ['a-00002-of-00002.gguf']);
    });

    it('that is killed fifty times is whole in the end, and asks for no byte again that was on the disk', async () => {
      const large = randomBytes(long ? 200_000_000 : 5_000_000);
      await local.stop();
      local = new LocalHub({ [repository]: { [name]: large } });
      const base = await local.start();
      local.pace = { piece: Math.ceil(large.length / 400), ms: 4 };
      const { below } = randomSource(11);
      let kills = 0;
      const known: number[] = [];
      while (!fs.existsSync(target)) {
        const before = arrived();
        const asked = local.asked.length;
        const child = fork(__filename, ['download', base, target], { stdio: 'inherit' });
        const ended = new Promise((resolve) => child.once('exit', resolve));
        const enough = before + below(large.length / 30);
        if (kills < 50) {
          while (child.exitCode === null && (local.asked.length === asked || arrived() < enough))
            await pause(2);
          if (child.kill('SIGKILL')) kills++;
        }
        await ended;
        for (const { from } of local.asked.slice(asked)) known.push(from - before);
      }
      assert.equal(kills, 50);
      assert.ok(fs.readFileSync(target).equals(large));
      assert.equal(
        createHash('sha256').update(fs.readFileSync(target)).digest('hex'),
        createHash('sha256').update(large).digest('hex'),
      );
      // Each process begins where the file on the disk ends.
      assert.deepEqual(
        known.filter((difference) => difference !== 0),
        [],
      );
      assert.deepEqual(left(), [name]);
    });
  });
