// Recordings and bundles, replayed through the command line: figures that add up, the same answer, and errors that name the line.

import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { addonFile, loadAddon } from '../../../src/engine/addon';
import { readBundle } from '../../../src/measure/bundle';
import { Engine } from '../../../src/engine/engine';
import { Documents, readRecording } from '../../../src/measure/recording';
import { temporaryFile } from '../model/ggufFile';
import { randomSource } from '../random';

const tiny = ['--model', 'test/fixtures/tiny.gguf', '--threads', '1'];
const text = 'def total(items):\n    \n\n\nprint(total([1, 2]))\n';
const header = {
  schema: 'ryzanstein/session/1',
  source: 'us/example',
  version: '1',
  licence: 'MIT',
  copyright: 'Copyright us',
  files: [
    { path: 'a.py', languageId: 'python', text, sha256: '' },
    { path: 'b.py', languageId: 'python', text: 'x = 1\n', sha256: '' },
  ],
};
/** Time enough for an answer on any machine; nobody waits for it. */
const long = 60_000;
const steps = [
  { pause: 900, move: 22 },
  ...[...'return'].map((type) => ({ pause: long, type })),
  { pause: 20, type: ' ' },
  { pause: 30, type: 's' },
  { pause: long, type: 'u' },
  { pause: long, accept: 'm(items)' },
  { pause: long, undo: 1 },
  { pause: long, type: 'm' },
  { pause: long, type: '(', closes: ')' },
  { pause: long, type: 'x' },
  { pause: long, delete: 1 },
  { pause: 1000, open: 'b.py' },
  { pause: long, type: '#' },
  { pause: 900, open: 'a.py' },
  { pause: long, type: 'items' },
  { pause: long, type: ')', over: 1 },
];

function lines(...all: unknown[]): string {
  return all.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n';
}

function ryzanstein(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.resolve('dist/cli.js'), ...args], {
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

/** A text at whose end the tiny model has something to offer, and what. */
async function offer(): Promise<{ before: string; offered: string }> {
  const engine = await Engine.load(loadAddon(addonFile(path.resolve('dist'))), {
    modelFile: 'test/fixtures/tiny.gguf',
    threads: 1,
  });
  try {
    for (const word of ['def', 'x =', 'if x', 'self.', 'import', 'return', 'for i in', 'print(', 'class']) {
      const before = `def f(x):\n    y = x\n    ${word} `;
      const limits = { maxTokens: 64, maxLines: 12, minConfidence: 0 };
      const prompt = {
        path: 'a.py',
        languageId: 'python',
        repository: 'example',
        prefix: before,
        suffix: '',
      };
      const { text: offered, shown } = await engine.complete({ ...prompt, related: [] }, limits);
      if (shown && offered.length > 2) return { before, offered };
    }
  } finally {
    await engine.close();
  }
  throw new Error('The tiny model has nothing to offer anywhere.');
}

describe('replay', function () {
  this.timeout(120_000);

  it('counts what it replays', () => {
    const file = temporaryFile('a.session.jsonl', Buffer.from(lines(header, ...steps)));
    const { code, out, err } = ryzanstein('replay', file, ...tiny, '--confidence', '0', '--json');
    assert.equal(code, 0, err);
    assert.match(out, /^\{"schema":"ryzanstein\/replay\/1",/);
    const result = JSON.parse(out) as Record<string, number> & Record<string, Record<string, number>>;
    // Of 18 keystrokes, the two that the next one follows at once are not asked for.
    assert.deepEqual([result.keystrokes, result.requests], [18, 16]);
    for (const share of ['cacheHits', 'reuse', 'shownRate'])
      assert.ok(result[share]! >= 0 && result[share]! <= 1, share);
    // Going back to a state before, by the undo and by the deletion, finds what was known there.
    assert.ok(result.cacheHits! >= 2 / 16);
    assert.ok(result.reuse! > 0.5, `reuse ${result.reuse}`);
    for (const times of ['latency', 'hitLatency', 'cancelLatency']) {
      const { p50, p95, p99 } = result[times]!;
      assert.ok(p50! <= p95! && p95! <= p99!, times);
    }
    assert.ok(result.latency!.p50! > 0);
    assert.equal(result.cancelled, 0);
    assert.match(ryzanstein('replay', file, ...tiny).out, /18 keystrokes, 16 requests[^]*reused[^]*p95/);
  });

  it('saves the characters that are typed next, each once', async () => {
    const { before, offered } = await offer();
    const saved = (typed: string): number => {
      const files = [{ path: 'a.py', languageId: 'python', text: before.slice(0, -1), sha256: '' }];
      const typing = [before.at(-1)!, ...typed].map((type) => ({ pause: long, type }));
      const recording = lines({ ...header, files }, { pause: 100, move: before.length - 1 }, ...typing);
      const file = temporaryFile('saved.session.jsonl', Buffer.from(recording));
      const { out, err } = ryzanstein('replay', file, ...tiny, '--confidence', '0', '--json');
      assert.notEqual(out, '', err);
      return (JSON.parse(out) as { charactersSaved: number }).charactersSaved;
    };
    assert.equal(saved(offered), offered.length);
    assert.equal(saved('\u0001\u0001'), 0);
  });

  it('gives the answer of a bundle again, or says in what it differs', () => {
    const bundle = temporaryFile('bundle.json', Buffer.alloc(0));
    const source = temporaryFile('bundled.py', Buffer.from(text));
    assert.equal(ryzanstein('complete', `${source}:2:5`, ...tiny, '--bundle', bundle).code, 0);
    const same = JSON.parse(ryzanstein('replay', bundle, ...tiny, '--json').out) as object;
    assert.deepEqual(Object.keys(same), ['schema', 'same', 'differs', 'expected', 'completion']);
    assert.deepEqual(
      { ...same, expected: 0, completion: 0 },
      {
        ...{ schema: 'ryzanstein/replay/1', same: true, differs: [], expected: 0, completion: 0 },
      },
    );
    const written = JSON.parse(fs.readFileSync(bundle, 'utf8')) as { completion: { text: string } };
    written.completion.text += '!';
    fs.writeFileSync(bundle, JSON.stringify(written));
    assert.match(ryzanstein('replay', bundle, ...tiny).out, /Another answer, by text\.\n/);
    const turned = { ...written.completion, text: '\u202egnp.exe' };
    fs.writeFileSync(
      bundle,
      JSON.stringify({ ...written, completion: turned, origin: { linesLeftOut: true } }),
    );
    const { out } = ryzanstein('replay', bundle, ...tiny);
    assert.match(out, /Another answer, by text\. Lines that look like keys or tokens were left out/);
    assert.match(out, /Before: "\\u\{202e\}gnp\.exe"/);
    fs.writeFileSync(bundle, JSON.stringify({ ...written, limits: { maxTokens: 'many' } }));
    const refused = ryzanstein('replay', bundle, ...tiny);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /bundle\.json: limits\.maxTokens is not a number\./);
  });

  for (const [what, recording, message] of [
    ['nothing', '', /line 1: it is not JSON/],
    ['another schema', lines({ schema: 'x' }), /line 1: .*"ryzanstein\/session\/1"/],
    ['no licence', lines({ ...header, licence: undefined }), /line 1: the header lacks "licence"/],
    ['no files', lines({ ...header, files: [] }), /line 1: the header has no "files"/],
    ['a file without text', lines({ ...header, files: [{ path: 'a' }] }), /line 1: .* lacks "languageId"/],
    ['no step', lines(header), /has no step behind its header/],
    ['a broken line', lines(header, steps[0], '{"pause":'), /line 3: it is not JSON/],
    ['a list', lines(header, []), /line 2: a JSON object is needed/],
    ['an unknown step', lines(header, { pause: 1, typ: 'x' }), /line 2: .*exactly one of type, accept/],
    ['two steps in one', lines(header, { pause: 1, type: 'x', undo: 1 }), /line 2: .*exactly one .* not 2/],
    ['a wrong value', lines(header, { pause: 1, delete: -1 }), /line 2: "delete" needs a number of char/],
    ['no pause', lines(header, { type: 'x' }), /line 2: "pause" needs/],
    ['an endless pause', lines(header, { pause: 1e12, type: 'x' }), /line 2: "pause" needs/],
    ['a jump outside', lines(header, { pause: 1, move: 999 }), /line 2: offset 999 is outside of a\.py/],
    ['too long a deletion', lines(header, { pause: 1, delete: 1 }), /line 2: .* 1 characters before/],
    ['nothing to undo', lines(header, { pause: 1, undo: 1 }), /line 2: a\.py has no 1 edits to undo, only 0/],
    ['an unknown file', lines(header, { pause: 1, open: 'c.py' }), /line 2: c\.py is not among/],
  ] as [string, string, RegExp][]) {
    it(`refuses a recording with ${what} in one line`, () => {
      const file = temporaryFile('bad.session.jsonl', Buffer.from(recording));
      const { code, out, err } = ryzanstein('replay', file, ...tiny);
      assert.deepEqual([code, out, err.trimEnd().split('\n').length], [1, '', 1]);
      assert.match(err, message);
      assert.ok(err.includes('bad.session.jsonl'));
    });
  }

  const damages = process.env.RYZANSTEIN_TEST === 'long' ? 100_000 : 2_000;
  it(`reads or refuses ${damages} damaged files, and names file and line`, () => {
    const random = randomSource(7);
    const whole = lines(header, ...steps);
    const pieces = ['"', '{', '}', '[]', ':', ',', '-', '9', 'null', '"toString"', '"undo"', '\n', '\\'];
    let refused = 0;
    for (let i = 0; i < damages; i++) {
      let text = whole;
      for (let n = random.below(3); n >= 0; n--) {
        const at = random.below(text.length);
        text = text.slice(0, at) + random.pick(pieces) + text.slice(at + random.below(4));
      }
      try {
        readBundle(text, 'x');
        readRecording(text, 'x');
      } catch (error) {
        refused++;
        assert.match((error as Error).message, /^x(, line \d+: | has no step)/);
      }
    }
    assert.ok(refused > damages / 2 && refused < damages, `${refused} were refused`);
  });

  it('has the eagerness of the setting as its default', () => {
    const { contributes } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
      contributes: { configuration: { properties: Record<string, { default: unknown }> } };
    };
    const { default: setting } = contributes.configuration.properties['ryzanstein.eagerness']!;
    assert.match(
      ryzanstein('replay', '--help').out.replace(/\s+/g, ' '),
      new RegExp(`default: "${String(setting)}"\\)`),
    );
  });

  const recordings = fs.readdirSync('test/fixtures').filter((name) => name.endsWith('.session.jsonl'));
  it('has recordings of three languages', () => {
    const languages = new Set(
      recordings.flatMap((name) => {
        const { files } = readRecording(fs.readFileSync(`test/fixtures/${name}`, 'utf8'), name).header;
        return files.map(({ languageId }) => languageId);
      }),
    );
    assert.ok(languages.size >= 3);
  });

  for (const name of recordings)
    it(`leads to the texts that were committed, in ${name}`, () => {
      const recording = readRecording(fs.readFileSync(`test/fixtures/${name}`, 'utf8'), name);
      const documents = new Documents(recording.header);
      for (const step of recording.steps) documents.apply(step);
      for (const { path: file, sha256 } of recording.header.files) {
        const final = createHash('sha256').update(documents.textOf(file)!).digest('hex');
        assert.equal(final, sha256, file);
      }
      for (const kind of ['accept', 'undo', 'open', 'delete'])
        assert.ok(
          recording.steps.some((step) => kind in step),
          kind,
        );
    });
});
