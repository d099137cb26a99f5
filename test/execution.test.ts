// The functions with holes: their tests pass with the line that belongs there and with no other; and the limits they run in.

import * as assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { skipped } from './skipped';

interface Hole {
  name: string;
  file: string;
  language: string;
  expected: string;
  wrong: string;
}

interface Outcome {
  passed: boolean;
  failure?: string;
}

interface Scripts {
  readFunctions: () => Hole[];
  filled: (hole: Hole, line: string) => string;
  inTurns: <T, R>(items: T[], work: (item: T) => Promise<R>) => Promise<R[]>;
  runProgram: (language: string, program: string, seconds?: number) => Promise<Outcome>;
  hasNoNetwork: boolean;
  measure: (holes: Hole[], model: string) => Promise<Report>;
}

interface Report {
  rates: { kind: string; language: string; functions: number; passed: number; exact: number }[];
  limits: { network: string };
  results: { name: string; kind: string; expected: string; text: string; exact: boolean; passed: boolean }[];
}

async function load(): Promise<Scripts> {
  const script = (name: string): string => pathToFileURL(path.resolve('scripts', name)).href;
  return {
    ...((await import(script('execution.mjs'))) as Scripts),
    ...((await import(script('sandbox.mjs'))) as Scripts),
  };
}

describe('functions with holes', function () {
  this.timeout(300_000);

  it('are 75 of each language, with names and paths of their own', async () => {
    const holes = (await load()).readFunctions();
    const names = (language: string): Set<string> =>
      new Set(holes.filter((hole) => hole.language === language).map(({ name }) => name));
    assert.deepEqual([holes.length, names('python').size, names('typescript').size], [150, 75, 75]);
  });

  for (const [what, lineOf, passes] of [
    ['pass with the line that belongs there', ({ expected }: Hole) => expected, true],
    ['fail without it', () => '', false],
    ['fail with a plausible wrong one', ({ wrong }: Hole) => wrong, false],
  ] as [string, (hole: Hole) => string, boolean][]) {
    it(what, async () => {
      const { readFunctions, filled, inTurns, runProgram } = await load();
      const holes = readFunctions();
      const outcomes = await inTurns(holes, (hole) => runProgram(hole.language, filled(hole, lineOf(hole))));
      const broken = holes.flatMap(({ file, name }, i) =>
        outcomes[i]!.passed === passes ? [] : [`${file}: ${name} ${outcomes[i]!.failure ?? 'passed'}`],
      );
      assert.deepEqual(broken, []);
    });
  }
});

describe('measuring by execution', function () {
  this.timeout(120_000);

  it('completes whole lines and rests of lines, runs them, and counts by kind and language', async () => {
    const { measure, readFunctions, hasNoNetwork } = await load();
    const functions = readFunctions().filter(({ name }) => ['gcd', 'caesar', 'lcm'].includes(name));
    const { rates, limits, results } = await measure(functions, 'test/fixtures/tiny.gguf');
    assert.deepEqual(
      rates.map(({ kind, language, functions }) => `${kind} ${language} ${functions}`),
      ['line python 2', 'line typescript 1', 'rest python 2', 'rest typescript 1'],
    );
    assert.equal(limits.network, hasNoNetwork ? 'none' : 'NOT LIMITED');
    const missing = results
      .filter(({ name }) => name === 'gcd')
      .map(({ kind, expected }) => [kind, expected]);
    assert.deepEqual(missing, [
      ['line', 'a, b = b, a % b'],
      ['rest', 'a % b'],
    ]);
    for (const { text, expected, exact } of results) assert.equal(exact, text === expected);
    const passed = rates.reduce((sum, rate) => sum + rate.passed, 0);
    assert.equal(passed, results.filter((result) => result.passed).length);
  });
});

describe('the limits that unread programs run in', function () {
  this.timeout(120_000);

  async function fails(language: string, program: string, how: RegExp, seconds?: number): Promise<void> {
    const { passed, failure = '' } = await (await load()).runProgram(language, program, seconds);
    assert.equal(passed, false, program);
    assert.match(failure, how, program);
  }

  it('end what does not end by itself', async () => {
    await fails('python', 'while True: pass', /more than 1 s/, 1);
    await fails('typescript', 'for (;;);', /more than 1 s/, 1);
    await fails('python', 'import time\ntime.sleep(60)', /more than 1 s/, 1);
  });

  it('bound the memory', async () => {
    const text = 'more than 1024 MB of memory';
    await fails('python', 'x = bytearray(2 << 30)', new RegExp(text));
    await fails('typescript', 'const x = []; for (;;) x.push(new Array(1000).fill(1.5));', new RegExp(text));
    await fails('typescript', 'const x = Buffer.alloc(2 ** 31 - 1).fill(1);', /allocation failed/);
  });

  it('keep files from being written, removed and, in TypeScript, read', async () => {
    const refused = /PermissionError|restricted/;
    await fails('python', 'open("x", "w")', refused);
    await fails('python', 'import os\nos.remove("x")', refused);
    // Opened for reading alone, as far as the mode of access goes.
    await fails('python', 'import os\nos.open("/dev/null", os.O_RDONLY | os.O_TRUNC)', refused);
    await fails('python', 'import os\nos.open("x", os.O_RDONLY | os.O_CREAT)', refused);
    await fails('python', 'import shutil\nshutil.rmtree("x")', refused);
    await fails('typescript', `import * as fs from 'node:fs'; fs.writeFileSync('x', '');`, refused);
    await fails('typescript', `import * as fs from 'node:fs'; fs.readFileSync('/etc/passwd');`, refused);
  });

  it('keep other programs from being started', async () => {
    await fails('python', 'import subprocess\nsubprocess.run(["true"])', /PermissionError/);
    await fails('python', 'import os\nos.system("true")', /PermissionError/);
    await fails('typescript', `import * as p from 'node:child_process'; p.execSync('true');`, /restricted/);
  });

  it('cut off the network', async function () {
    const { hasNoNetwork } = await load();
    if (!hasNoNetwork) skipped(this, '`unshare -rn` does not work here, so programs have the network');
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as AddressInfo;
    const connect = `import * as net from 'node:net';
      await new Promise((resolve, reject) => net.connect(${port}, '127.0.0.1', resolve).on('error', reject));
      process.exit(0);`;
    const inPython = `import socket\nsocket.create_connection(("127.0.0.1", ${port}))`;
    try {
      await fails('typescript', connect, /ENETUNREACH|ECONNREFUSED/);
      await fails('python', inPython, /PermissionError/);
    } finally {
      server.close();
    }
  });

  it('tell nothing of this environment', async () => {
    const names = 'Object.keys(process.env).sort().join()';
    await fails('typescript', `throw new Error(${names});`, /^Error: (PATH|PATH,PWD)$/);
  });

  it('do not take an early end for a pass', async () => {
    await fails('python', 'import sys\nsys.exit(0)', /ended with code 0 before its last line/);
    await fails('typescript', 'process.exit(0);', /ended with code 0 before its last line/);
    await fails('python', 'def f(:', /SyntaxError/);
    await fails('typescript', 'const = 1;', /SyntaxError/);
  });
});
