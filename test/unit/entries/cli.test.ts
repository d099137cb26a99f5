// The command line: one JSON document on standard output in the stated form, errors in one line and a bad exit code.

import * as assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describeModel } from '../../../src/model/description';
import { readGguf } from '../../../src/model/gguf';
import type { Completion, Prompt } from '../../../src/protocol';
import { appText, forbiddenWorkspace } from '../../forbidden';
import { temporaryFile } from '../model/ggufFile';
import type { BenchReport, Diagnosis } from '../../../src/reports';
import { skipped } from '../../skipped';

const bundle = path.resolve('dist/cli.js');
/** The user's configuration of Git; the test that needs one writes it. */
const gitConfig = path.join(os.tmpdir(), `ryzanstein-${process.pid}-gitconfig`);
const tiny = ['--model', 'test/fixtures/tiny.gguf'];
const source = inRepository('sample.py', 'def f(x):\r\n    return \r\n\r\nprint(f(2))\r\n');

/** A file of a repository that always has the same name, for the model sees that. */
function inRepository(name: string, text: string): string {
  const folder = path.join(path.dirname(temporaryFile(name, Buffer.from(text))), 'shop');
  fs.mkdirSync(path.join(folder, '.git'), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

const seven = temporaryFile('seven.json', Buffer.from('7'));
const binary = temporaryFile('binary.py', Buffer.from('x = 1\n\0\0\u0001\n'));
/** A report and a list of sets by its look alone. */
const oddReport = temporaryFile(
  'odd.json',
  Buffer.from(
    JSON.stringify({ schema: 'ryzanstein/bench/1', results: [{ tokensPerSecond: 5 }], sets: null }),
  ),
);
const halfHole = temporaryFile('half.json', Buffer.from(JSON.stringify({ holes: [{ path: 'a.py' }] })));

function ryzanstein(...args: string[]): { code: number | null; out: string; err: string } {
  const options = { encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: gitConfig } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], options);
  return { code: status, out: stdout, err: stderr };
}

function json(...args: string[]): Record<string, unknown> {
  const { code, out, err } = ryzanstein(...args, '--json');
  assert.equal(code, 0, err);
  assert.equal(out.trimEnd().split('\n').length, 1);
  assert.match(out, new RegExp(`^\\{"schema":"ryzanstein/${args[0]}/1",`));
  return JSON.parse(out) as Record<string, unknown>;
}

function holesFile(holes: object[]): string {
  return temporaryFile('holes.json', Buffer.from(JSON.stringify({ holes })));
}

function has(document: unknown, ...keys: string[]): void {
  const missing = keys.filter((key) => !(key in (document as object)));
  assert.deepEqual(missing, []);
}

describe('command line', function () {
  this.timeout(120_000);
  before(() => assert.ok(fs.existsSync(bundle), `${bundle} is missing: run "npm run build" first`));

  it('knows a model by the name that its program, its file or its header gives it', () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-home-'));
    const folders = ['one', 'two'].map((name) => path.join(home, '.lmstudio', 'models', name, 'repo'));
    for (const folder of folders) fs.mkdirSync(folder, { recursive: true });
    fs.copyFileSync('test/fixtures/tiny.gguf', path.join(folders[0]!, 'Small-Coder.gguf'));
    const named = (name: string): ReturnType<typeof ryzanstein> => {
      const options = { encoding: 'utf8', env: { ...process.env, HOME: home, USERPROFILE: home } } as const;
      const given = [bundle, 'tokenize', source, '--json', '--model', name];
      const { status, stdout, stderr } = spawnSync(process.execPath, given, options);
      return { code: status, out: stdout, err: stderr };
    };
    const { name } = describeModel(readGguf('test/fixtures/tiny.gguf'));
    for (const known of ['small-coder', 'Small-Coder.gguf', name])
      assert.match(named(known).out, /"Small-Coder\.gguf"/);
    assert.match(named('other').err, /The model file other does not exist/);
    fs.copyFileSync('test/fixtures/tiny.gguf', path.join(folders[1]!, 'small-coder.gguf'));
    assert.match(
      named('small-coder').err,
      /may be .*Small-Coder\.gguf or .*small-coder\.gguf\. Give the file/,
    );
    fs.rmSync(home, { recursive: true });
  });

  it('completes at a place', () => {
    const completion = json('complete', `${source}:2:12`, ...tiny, '--threads', '1', '--max-tokens', '5');
    has(completion, 'text', 'reason', 'tokens', 'promptTokens', 'reusedTokens', 'confidence', 'shown');
    has(completion, 'prefillMs', 'decodeMs', 'tokensPerSecond', 'kernel', 'threads', 'model');
    assert.equal(completion.threads, 1);
    assert.ok((completion.tokens as number) <= 5);
    const unsure = ryzanstein('complete', `${source}:2:12`, ...tiny, '--confidence', '1');
    assert.deepEqual([unsure.code, unsure.out], [0, '']);
    assert.match(unsure.err, /Nothing is shown here: not sure enough/);
    const { out, err, code } = ryzanstein('complete', `${source}:2:12`, ...tiny, '--confidence', '0');
    assert.equal(code, 0);
    assert.equal(out.split('\n').length, 2, out);
    assert.match(err, /tok\/s/);
  });

  it('completes with nothing of files that must not be read', () => {
    const above = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-forbidden-'));
    try {
      const folder = path.join(above, 'open');
      fs.mkdirSync(folder);
      const { allowed, forbidden } = forbiddenWorkspace(folder, gitConfig);
      const modules = [...forbidden, allowed].map(({ file }) =>
        path.relative(folder, file).replace(/\.py$/, '').replaceAll(path.sep, '.'),
      );
      const imports = modules.map((name) => `import ${name}\n`).join('');
      const app = path.join(folder, 'importing.py');
      fs.writeFileSync(app, imports + appText);
      const line = (imports + appText).split('\n').length;
      const kept = path.join(above, 'bundle.json');
      json('complete', `${app}:${line}:21`, ...tiny, '--bundle', kept);
      const { prompt } = JSON.parse(fs.readFileSync(kept, 'utf8')) as { prompt: Prompt };
      const related = JSON.stringify(prompt.related);
      assert.deepEqual(
        forbidden.filter(({ mark }) => related.includes(mark)),
        [],
      );
      assert.ok(related.includes(allowed.mark), related);
    } finally {
      fs.rmSync(above, { recursive: true });
      fs.rmSync(gitConfig, { force: true });
    }
  });

  it('completes the way the editor does: with the repository, windows of text and the files that are imported', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-shop-'));
    try {
      fs.mkdirSync(path.join(folder, '.git'));
      fs.mkdirSync(path.join(folder, 'src'));
      const write = (name: string, text: string): void => fs.writeFileSync(path.join(folder, name), text);
      write('.ryzansteinignore', 'hidden.ts\n');
      write('src/helper.ts', 'export const helperTotal = 1;\n');
      write('src/hidden.ts', 'export const hiddenTotal = 1;\n');
      const imports = "import { helperTotal } from './helper';\nimport { hiddenTotal } from './hidden';\n";
      write('src/a.ts', `${imports}const total = \n${'// a line behind the cursor\n'.repeat(1000)}`);
      const bundle = path.join(folder, 'bundle.json');
      json('complete', `${path.join(folder, 'src/a.ts')}:3:15`, ...tiny, '--bundle', bundle);
      const { prompt } = JSON.parse(fs.readFileSync(bundle, 'utf8')) as { prompt: Prompt };
      const { repository, path: shown, prefix, suffix, related } = prompt;
      assert.deepEqual([repository, shown], [path.basename(folder), 'src/a.ts']);
      assert.ok(prefix.endsWith('const total = ') && suffix.length > 4_000 && suffix.length <= 8_000);
      assert.deepEqual(related, [{ path: 'src/helper.ts', text: 'export const helperTotal = 1;' }]);
      // As in the editor, where nothing is offered in such files.
      write('src/.env', 'API_KEY=1\nDB_\n');
      for (const [place, why] of [
        ['src/hidden.ts:1:5', /ignored by \.ryzansteinignore/],
        ['src/.env:2:4', /may hold secrets/],
      ] as const) {
        const asked = ['complete', path.join(folder, place), ...tiny, '--confidence', '0'];
        const { out, err } = ryzanstein(...asked);
        assert.deepEqual([out, why.test(err)], ['', true], err);
        assert.equal((json(...asked) as { shown: boolean }).shown, false);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('prints the candidates that are asked for', () => {
    const call = inRepository('call.py', 'def g(x):\n    print(\n');
    const place = ['complete', `${call}:2:11`, ...tiny, '--candidates', '3'];
    const { text, alternatives } = json(...place) as { text: string; alternatives: { text: string }[] };
    assert.ok(alternatives.length > 0 && alternatives.length < 3);
    const { out } = ryzanstein(...place);
    assert.equal(
      out
        .replace(/^-- or, confidence 0\.\d\d:$/gm, '--')
        .trimEnd()
        .split('\n--\n').length,
      1 + alternatives.length,
    );
    for (const shown of [text, ...alternatives.map((other) => other.text)])
      assert.ok(out.includes(`${shown}\n`));
  });

  it('forces a kernel, and names what there is when it cannot', () => {
    assert.equal(json('complete', `${source}:2:12`, ...tiny, '--kernel', 'scalar').kernel, 'scalar');
    const { code, err } = ryzanstein('complete', `${source}:2:12`, ...tiny, '--kernel', 'abacus');
    assert.equal(code, 1);
    assert.match(err, /abacus.*scalar/);
  });

  it('measures', () => {
    const report = json('bench', ...tiny, '--threads', '1,2', '--prompt', '64', '--generate', '8') as {
      results: { threads: number; work: string; tokensPerSecond: Record<string, number> }[];
      limits: { readGBs: Record<string, number> };
    };
    has(report, 'results', 'limits', 'cpu', 'date');
    const rows = report.results.map((row) => `${row.work} ${row.threads}`);
    assert.deepEqual(rows, ['prefill 1', 'decode 1', 'prefill 2', 'decode 2']);
    has(report.results[0], 'shape', 'model', 'type', 'work', 'promptTokens', 'threads', 'kernel', 'engine');
    for (const { tokensPerSecond } of report.results) {
      const { min, median, max } = tokensPerSecond as { min: number; median: number; max: number };
      assert.ok(0 < min && min <= median && median <= max);
    }
    assert.deepEqual(Object.keys(report.limits.readGBs), ['1', '2']);
  });

  it('writes a page, and compares two reports', () => {
    const page = temporaryFile('bench.html', Buffer.alloc(0));
    const work = [...tiny, '--threads', '1', '--prompt', '32', '--generate', '4'];
    const report = json('bench', ...work, '--html', page) as {
      results: { kernel: string; tokensPerSecond: { median: number } }[];
    };
    const [, given] = /type="application\/json">([^<]*)</.exec(fs.readFileSync(page, 'utf8'))!;
    const state = JSON.parse(given!) as { isMeasured: boolean; verdict: string };
    assert.ok(state.isMeasured, given);
    assert.match(state.verdict, /^An answer of 12 tokens takes .* within the deadline/);
    const before = temporaryFile('before.json', Buffer.from(JSON.stringify(report)));
    for (const row of report.results) {
      row.tokensPerSecond.median *= 2;
      row.kernel = 'other\u001b[2J\r';
    }
    const after = temporaryFile('after.json', Buffer.from(JSON.stringify(report)));
    const { code, out } = ryzanstein('bench', '--compare', before, after, '--json');
    assert.equal(code, 0);
    const ratios = (JSON.parse(out) as { rows: { ratio: number }[] }).rows.map((row) => row.ratio);
    assert.deepEqual(ratios, [2, 2]);
    // Somebody else's report steers no terminal.
    const compared = ryzanstein('bench', '--compare', before, after).out;
    assert.match(compared, /ratio[^]*-> other\\u\{1b\}\[2J .*2\.00/);
    assert.ok(!compared.includes('\u001b'));
  });

  it('measures every level that runs here, every number of threads, and prompts of several lengths', () => {
    const work = ['--whole', '--prompt', '32', '--generate', '4', '--threads', '1'];
    const report = json('bench', ...tiny, ...work) as unknown as BenchReport;
    const diagnosis = json('diagnose', ...tiny) as unknown as Diagnosis;
    const { kernel, threads } = report.model!;
    const supported = diagnosis.simd.levels.filter((level) => level.supported).map(({ name }) => name);
    const kernels = report.results.filter((row) => row.threads === threads).map((row) => row.kernel);
    assert.deepEqual([...new Set(kernels)].sort(), supported.sort());
    const counts = report.results.filter((row) => row.kernel === kernel).map((row) => row.threads);
    assert.deepEqual(
      [...new Set(counts)],
      diagnosis.threading.scaling.map((row) => row.threads),
    );
    assert.deepEqual(
      report.firstToken!.map(({ promptTokens }) => promptTokens),
      [32, 128, 512],
    );
    assert.ok(report.firstToken!.every(({ milliseconds: { min, median } }) => 0 < min && min <= median));
  });

  it('ends with 1 where a self-test fails, or a completion is another one than it was', () => {
    const real = JSON.stringify(
      path.resolve(`dist/native/${process.platform}-${process.arch}/ryzanstein.node`),
    );
    const wrong = 'selftest: () => ({ cases: 3, mismatches: 1, maximumError: 9 })';
    const addon = temporaryFile(
      'wrong.cjs',
      Buffer.from(`module.exports = { ...require(${real}), ${wrong} };`),
    );
    const options = { encoding: 'utf8', env: { ...process.env, RYZANSTEIN_ADDON: addon } } as const;
    const { status, stdout } = spawnSync(process.execPath, [bundle, 'diagnose', ...tiny], options);
    assert.equal(status, 1);
    assert.match(stdout, /failed: 1 of 3 cases differ/);

    const kept = temporaryFile('kept.json', Buffer.from(''));
    json('complete', `${source}:2:12`, ...tiny, '--bundle', kept);
    assert.equal(ryzanstein('replay', kept, ...tiny).code, 0);
    const was = JSON.parse(fs.readFileSync(kept, 'utf8')) as { completion: Completion };
    was.completion.text += ' and more';
    fs.writeFileSync(kept, JSON.stringify(was));
    const { code, out } = ryzanstein('replay', kept, ...tiny);
    assert.equal(code, 1);
    assert.match(out, /^Another answer/);
  });

  it('diagnoses', () => {
    const report = json('diagnose', ...tiny) as Record<string, Record<string, unknown>>;
    has(report, 'environment', 'simd', 'tmac', 'threading', 'throughput', 'targets', 'issues');
    assert.equal(report.tmac!.error, 0);
    has(
      report.environment,
      'system',
      'cpu',
      'physicalCores',
      'fastCores',
      'logicalCores',
      'memoryGB',
      'flags',
      'container',
    );
    const { out } = ryzanstein('diagnose', ...tiny);
    assert.match(out, /self-test/);
    assert.match(
      out,
      /context 1,024 tokens, \d(\.\d+)? MB for each 1,000 of them; prompt and answer share 1,024 tokens\n/,
    );
  });

  it('scores holes', () => {
    const hole = {
      path: 'a.py',
      language: 'python',
      kind: 'line',
      prefix: 'x = ',
      suffix: '\n',
      expected: '',
    };
    const first = json('eval', holesFile([hole]), ...tiny) as { results: { text: string }[] };
    const expected = first.results[0]!.text;
    const [right, wrong] = [
      { ...hole, expected },
      { ...hole, kind: 'rest', expected: 'no such text' },
    ];
    const score = json('eval', holesFile([right, wrong]), ...tiny);
    has(
      score,
      'holes',
      'byKind',
      'byLanguage',
      'firstLineExact',
      'editSimilarity',
      'shownPrecision',
      'latency',
    );
    assert.equal(score.firstLineExact, 0.5);
    const byKind = score.byKind as Record<string, { holes: number; firstLineExact: number }>;
    assert.deepEqual(
      Object.entries(byKind).map(([kind, { holes, firstLineExact }]) => [kind, holes, firstLineExact]),
      [
        ['line', 1, 1],
        ['rest', 1, 0],
      ],
    );
    for (const group of Object.values(byKind))
      has(
        group,
        'wholeExact',
        'editSimilarity',
        'charactersSavedPerShown',
        'shownPrecision',
        'area',
        'latency',
      );
    assert.match(ryzanstein('eval', holesFile([right, wrong]), ...tiny).out, /50 % of 2 holes exact/);
  });

  it('punches holes into source files by itself', () => {
    const score = json('eval', 'examples', ...tiny, '--limit', '12', '--seed', '3');
    has(score, 'wholeExact', 'charactersSavedPerShown', 'parseErrorsAdded', 'area', 'hidden', 'reuse');
    assert.equal(score.holes, 12);
    const texts = (value: Record<string, unknown>): string[] =>
      (value.results as { expected: string }[]).map(({ expected }) => expected);
    const again = json('eval', 'examples', ...tiny, '--limit', '12', '--seed', '3');
    assert.deepEqual(texts(again), texts(score));
  });

  it('leaves out of a folder what is ignored and what may hold secrets', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-eval-'));
    try {
      const code = (name: string): string =>
        `def ${name}(items):\n    return sum(${name}.price)\n`.repeat(20);
      fs.writeFileSync(path.join(folder, '.ryzansteinignore'), 'ignored.py\n');
      for (const name of ['kept', 'ignored', 'local_secrets'])
        fs.writeFileSync(path.join(folder, `${name}.py`), code(name));
      const { out } = ryzanstein('eval', folder, '--limit', '9', '--draw');
      const { holes } = JSON.parse(out) as { holes: { path: string }[] };
      assert.deepEqual([...new Set(holes.map(({ path: shown }) => shown))], ['kept.py']);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('prints no secret in the holes for other programs, neither around them nor in them', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-eval-'));
    try {
      const code = `const password = read() ?? '${'hamster'}katze';\nconst total = items.map(price).reduce(sum);\n`;
      fs.writeFileSync(path.join(folder, 'app.ts'), code.repeat(30));
      const { out, err } = ryzanstein('eval', folder, '--limit', '20', '--draw');
      const { holes } = JSON.parse(out) as { holes: { prefix: string; suffix: string; expected: string }[] };
      assert.ok(holes.length > 3 && !out.includes('hamster') && !out.includes('katze'), out);
      assert.match(err, /^\d+ left out that stand in lines with secrets\.$/m);
      for (const { prefix, expected, suffix } of holes)
        assert.equal((prefix + expected + suffix).split('\n').length, 61);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('leaves out binary files of a folder, and says so', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-binary-'));
    try {
      const code = 'def total(items):\n    return sum(items.price)\n'.repeat(20);
      fs.writeFileSync(path.join(folder, 'binary.py'), `${code}\0`);
      fs.writeFileSync(path.join(folder, 'text.py'), code);
      const { out, err } = ryzanstein('eval', folder, '--limit', '9', '--draw');
      const { holes } = JSON.parse(out) as { holes: { path: string }[] };
      assert.deepEqual([...new Set(holes.map(({ path: shown }) => shown))], ['text.py']);
      assert.match(err, /^1 left out that cannot be read\. The first: \S*binary\.py is a binary file/);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('gives bits per byte', () => {
    const score = json('eval', '--bits', 'examples', ...tiny, '--limit', '1') as {
      bitsPerByte: Record<string, number>;
      text: Record<string, object>;
    };
    has(score, 'model', 'type', 'kernel', 'bitsPerByte', 'text');
    assert.deepEqual(Object.keys(score.bitsPerByte), ['go', 'python', 'typescript']);
    for (const [language, bits] of Object.entries(score.bitsPerByte)) {
      assert.ok(bits > 0.5 && bits < 20, `${bits} bits per byte of ${language}`);
      has(score.text[language], 'files', 'tokens', 'bytes');
    }
    assert.match(ryzanstein('eval', '--bits', 'examples', ...tiny).out, /language +bits per byte/);
  });

  it('prints holes for other programs, and scores their answers', () => {
    const { out } = ryzanstein('eval', 'examples', '--limit', '3', '--draw');
    const drawn = JSON.parse(out) as { schema: string; digest: string; holes: { expected: string }[] };
    assert.equal(drawn.schema, 'ryzanstein/holes/1');
    assert.equal(drawn.holes.length, 3);
    const answers = drawn.holes.map(({ expected }, i) => ({
      id: i + 1,
      tokens: [[i === 0 ? 'none' : expected, -0.5]],
      milliseconds: 1,
    }));
    const list = { engine: 'other', model: 'm', type: 'counts', kernel: 'numpy', threads: 1, answers };
    const file = temporaryFile('answers.json', Buffer.from(JSON.stringify(list)));
    const holes = temporaryFile('drawn.json', Buffer.from(out));
    const score = json('eval', holes, '--answers', file);
    assert.deepEqual([score.engine, score.digest, score.context], ['other', drawn.digest, false]);
    assert.equal((score.results as { exact: boolean }[])[0]!.exact, false);
    assert.ok((score.firstLineExact as number) > 0);
  });

  it('puts code of other files into the prompts where it is asked to', () => {
    const plain = json('eval', 'test/fixtures/functions', ...tiny, '--limit', '8');
    const more = json('eval', 'test/fixtures/functions', ...tiny, '--limit', '8', '--context');
    assert.deepEqual([plain.context, more.context], [false, true]);
    assert.ok((more.promptTokens as number) > (plain.promptTokens as number));
  });

  it('tells its version', () => {
    const { version } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { version: string };
    assert.deepEqual(ryzanstein('--version'), { code: 0, out: `${version}\n`, err: '' });
  });

  it('shows tokens', () => {
    const tokens = json('tokenize', source, ...tiny) as { ids: number[]; pieces: string[]; count: number };
    assert.equal(tokens.ids.length, tokens.count);
    assert.equal(tokens.pieces.join(''), fs.readFileSync(source, 'utf8'));
  });

  for (const [what, args, message] of [
    ['no place', ['complete', 'a.py', ...tiny], /"a\.py" does not name a place\. Write FILE:LINE:COL/],
    ['no file', ['complete', '/nowhere.py:1:1', ...tiny], /\/nowhere\.py does not exist/],
    ['a place outside', ['complete', `${source}:99:1`, ...tiny], /no place 99:1, only 5 lines/],
    ['a column outside', ['complete', `${source}:1:99`, ...tiny], /no place 1:99, only 10 columns/],
    ['a folder', ['tokenize', 'src', ...tiny], /src is a folder, not a file\./],
    ['no model', ['complete', `${source}:1:1`, '--model', '/nowhere.gguf'], /\/nowhere\.gguf does not exist/],
    ['a binary file', ['complete', `${binary}:1:1`, ...tiny], /binary\.py is a binary file, not a text\./],
    ['a binary file for holes', ['eval', binary, ...tiny], /binary\.py is a binary file, not a text\./],
    ['a folder as a model', ['tokenize', source, '--model', 'src'], /src is not a file, but a folder/],
    ['what is no model', ['tokenize', source, '--model', source], /sample\.py is not a GGUF file/],
    [
      'a place for a page that is none',
      ['synthesize', '--shape', '256,1,256,4,2,512', '--out', '/nowhere/x'],
      /\/nowhere\/x cannot be written: its folder does not exist\. Name another place/,
    ],
    ['a bad number', ['bench', ...tiny, '--threads', 'many'], /A whole number above 0/],
    [
      'threads that there are none of',
      ['bench', ...tiny, '--threads', '1,9999'],
      /This machine has \d+ cores/,
    ],
    ['too much', ['bench', ...tiny, '--prompt', '5000'], /do not fit into the context/],
    ['one report', ['bench', '--compare', source], /needs two reports/],
    ['three reports', ['bench', '--compare', source, source, source], /needs two reports/],
    [
      'what a comparison does not measure',
      ['bench', '--compare', source, source, '--threads', '1'],
      /--threads cannot be used with --compare/,
    ],
    [
      'how sure alternatives are to be',
      ['complete', `${source}:1:1`, ...tiny, '--candidates', '2', '--confidence', '0.5'],
      /--confidence cannot be used with several --candidates/,
    ],
    [
      'two numbers of threads for every one',
      ['bench', ...tiny, '--whole', '--threads', '1,2'],
      /--whole measures every number of threads/,
    ],
    [
      'two opinions of the bundled model',
      ['complete', `${source}:1:1`, '--both'],
      /--both needs another model beside the bundled one/,
    ],
    [
      'two ways to be sure enough',
      ['complete', `${source}:1:1`, ...tiny, '--eagerness', 'quiet', '--confidence', '0.5'],
      /--eagerness cannot be used with --confidence/,
    ],
    [
      'two ways to be sure enough in typing',
      ['replay', source, ...tiny, '--eagerness', 'quiet', '--confidence', '0.5'],
      /--eagerness cannot be used with --confidence/,
    ],
    [
      'a model for holes that are only drawn',
      ['eval', source, ...tiny, '--draw'],
      /--model cannot be used with --draw/,
    ],
    [
      'a model for the answers of another',
      ['eval', source, ...tiny, '--answers', source],
      /--model cannot be used with --answers/,
    ],
    [
      'the file of a real model',
      ['synthesize', '--shape', '256,1,256,4,2,512', '--out', tiny[1]!],
      /is there already, and was not written by this command/,
    ],
    ['what is no report', ['bench', '--compare', source, source], /is not a JSON document/],
    [
      'a report without figures',
      ['bench', '--compare', oddReport, oddReport],
      /odd\.json is not a report of "bench --json"/,
    ],
    ['no sets', ['eval', oddReport, ...tiny, '--files', '.', '--set', 'quick'], /odd\.json needs "sets"/],
    ['no holes', ['eval', 'package.json', ...tiny], /lists no holes/],
    ['half a hole', ['eval', halfHole, ...tiny], /Hole 1 of .* has no text "language"/],
    [
      'a number for holes',
      ['eval', seven, ...tiny],
      /seven\.json is a JSON document, but neither a list nor an object/,
    ],
    [
      'no such set',
      ['eval', 'training/eval.json', '--files', '/', '--set', 'odd'],
      /no set "odd", only quick, full/,
    ],
    ['a set without files', ['eval', 'training/eval.json'], /--files needs the folder/],
    [
      'a set whose files are absent',
      ['eval', 'training/eval.json', '--files', '/'],
      /\/ has no .*eval_set\.py/,
    ],
    ['context of bare holes', ['eval', 'test/fixtures/holes.json', '--context'], /no files beside its holes/],
    [
      'a set of code',
      ['eval', 'examples', '--set', 'quick', '--files', '/'],
      /--set and --files cannot be used with code\./,
    ],
    [
      'a draw of listed holes',
      ['eval', 'test/fixtures/holes.json', '--seed', '2'],
      /--seed cannot be used with a list/,
    ],
    [
      'holes of text alone',
      ['eval', '--bits', 'examples', '--no-cache'],
      /--no-cache cannot be used with --bits/,
    ],
    ['no answers', ['eval', 'examples', '--answers', 'package.json'], /package\.json lists no answers/],
    ['no code', ['eval', 'models', ...tiny], /no code to punch holes into in models/],
    ['no text', ['eval', '--bits', 'models', ...tiny], /no text to score in models/],
    ['no source', ['eval', '/nowhere', ...tiny], /\/nowhere does not exist/],
    ['no verb', ['sing'], /unknown command 'sing'/],
  ] as [string, string[], RegExp][]) {
    it(`refuses ${what} in one line`, () => {
      const { code, out, err } = ryzanstein(...args);
      assert.notEqual(code, 0);
      assert.equal(out, '');
      const lines = err.split('\n').filter((line) => line !== '' && !line.startsWith('Measuring'));
      assert.equal(lines.length, 1, err);
      assert.match(lines[0]!, message);
    });
  }

  it('writes over no file of others, and is not stopped by its own', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-own-'));
    const own = path.join(folder, 'own');
    const link = path.join(folder, 'link');
    const text = 'def f(a):\n    return a\n';
    const shape = ['--shape', '256,1,256,4,2,300', '--type', 'tq2_0', '--out'];
    const outputs: [arguments: string[], mark: RegExp][] = [
      [['complete', `${source}:2:12`, ...tiny, '--bundle'], /^\{"schema":"ryzanstein\/bundle/],
      [['synthesize', ...shape], /^GGUF/],
    ];
    try {
      for (const [args, mark] of outputs) {
        fs.writeFileSync(own, text);
        const { code, err } = ryzanstein(...args, own);
        assert.equal(code, 1);
        assert.match(err, /own is there already, and was not written by this command\. Give another name/);
        assert.equal(fs.readFileSync(own, 'utf8'), text);
        fs.rmSync(own);
        for (let times = 0; times < 2; times++) {
          assert.equal(ryzanstein(...args, own).code, 0);
          assert.match(fs.readFileSync(own, 'latin1'), mark);
        }
        if (process.platform !== 'win32') {
          fs.symlinkSync(own, link);
          assert.equal(ryzanstein(...args, link).code, 0);
          assert.ok(fs.lstatSync(link).isSymbolicLink());
          fs.rmSync(link);
        }
        assert.deepEqual(fs.readdirSync(folder), ['own']);
        fs.rmSync(own);
      }
      const page = path.join(folder, 'page.html');
      fs.writeFileSync(page, '<!doctype html><title>Mine</title>');
      const { code, err } = ryzanstein('bench', ...tiny, '--html', page);
      assert.deepEqual([code, err.split('\n').length], [1, 2]);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it('waits for no pipe that is given as a model', function () {
    if (process.platform === 'win32') skipped(this, 'Windows has no pipes as files');
    const pipe = path.join(path.dirname(source), 'pipe.gguf');
    spawnSync('mkfifo', [pipe]);
    const options = { encoding: 'utf8', timeout: 20_000 } as const;
    const args = ['complete', `${source}:2:12`, '--model', pipe];
    const { status, stderr } = spawnSync(process.execPath, [bundle, ...args], options);
    assert.equal(status, 1);
    assert.match(stderr, /pipe\.gguf is not a file, but a pipe\. Choose a GGUF file\.\n$/);
  });

  it('completes with a vocabulary in which two tokens have the same text', () => {
    const bytes = fs.readFileSync('test/fixtures/tiny.gguf');
    const tokens = readGguf('test/fixtures/tiny.gguf').metadata.get('tokenizer.ggml.tokens') as string[];
    const length = (token: string): number => Buffer.byteLength(token);
    const [a, b] = tokens.slice(256, 500).filter((token) => length(token) === 5) as [string, string];
    const entry = (token: string): Buffer =>
      Buffer.from([length(token), 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(token)]);
    bytes.write(b, bytes.indexOf(entry(a), bytes.indexOf('tokenizer.ggml.tokens')) + 8);
    const model = temporaryFile('equal.gguf', bytes);
    const { tokens: count } = json('complete', `${source}:2:12`, '--model', model);
    assert.ok((count as number) > 0);
  });

  it('writes no control characters of a model to the terminal', () => {
    const bytes = fs.readFileSync('test/fixtures/tiny.gguf');
    bytes.write('\u001b]0;owned\u0007\u202ex\n', bytes.indexOf('ryzanstein-tiny'));
    const model = temporaryFile('steering.gguf', bytes);
    const { out, err } = ryzanstein('complete', `${source}:2:12`, '--model', model);
    assert.match(err, /, \\u\{1b\}\]0;owned\\u\{7\}\\u\{202e\}x \n/);
    bytes.write('\u001b[1m', bytes.indexOf('token_embd.weight'));
    const broken = ryzanstein('diagnose', '--model', temporaryFile('steering.gguf', bytes));
    assert.notEqual(broken.code, 0);
    assert.match(broken.err, /has no tensor "token_embd\.weight"/);
    bytes.write('\u001b[1m', bytes.indexOf('bitnet'));
    const other = ryzanstein('diagnose', '--model', temporaryFile('steering.gguf', bytes));
    for (const text of [out, err, broken.err, other.err])
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('counts columns as the editor does where a byte order mark begins the file', () => {
    const marked = temporaryFile('marked.py', Buffer.from('\ufeffimport \nx = 1\n'));
    const plain = temporaryFile('plain.py', Buffer.from('import \nx = 1\n'));
    const complete = (file: string): unknown => json('complete', `${file}:1:8`, ...tiny).promptTokens;
    // The names are of the same number of tokens, being spelled letter by letter.
    assert.equal(json('tokenize', marked, ...tiny).count, json('tokenize', plain, ...tiny).count);
    assert.ok((complete(marked) as number) > 0);
    assert.match(ryzanstein('complete', `${marked}:1:9`, ...tiny).err, /only 8 columns in line 1/);
  });

  it('completes in good time beside 200,000 blanks and in a line of a million characters', () => {
    const blanks = temporaryFile('blanks.js', Buffer.from(`const a = ${' '.repeat(200_000)}x;\n`));
    const line = temporaryFile('line.py', Buffer.from(`x = [${'foo(1), '.repeat(125_000)}]\n`));
    for (const place of [`${blanks}:1:11`, `${line}:1:6`, `${line}:1:1000006`]) {
      const started = performance.now();
      json('complete', place, ...tiny);
      const took = performance.now() - started;
      assert.ok(took < 5000, `${place}: ${took.toFixed(0)} ms`);
    }
  });

  it('finds a model whose path is in any writing', () => {
    const folder = path.join(path.dirname(source), 'Загрузки', '田中　a');
    fs.mkdirSync(folder, { recursive: true });
    const model = path.join(folder, '👩‍💻 modèle.gguf');
    fs.copyFileSync('test/fixtures/tiny.gguf', model);
    assert.equal(json('complete', `${source}:2:12`, '--model', model).model, 'ryzanstein-tiny');
    fs.truncateSync(model, 3000);
    const { err } = ryzanstein('complete', `${source}:2:12`, '--model', model);
    assert.ok(err.startsWith(`ryzanstein: ${model}: `), err);
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const long = temporaryFile('long.py', Buffer.from('x = 1\n'.repeat(100_000)));
    const child = spawn(process.execPath, [bundle, 'tokenize', long, ...tiny]);
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code] = (await once(child, 'close')) as [number];
    assert.deepEqual([code, said], [141, '']);
  });

  it('says that its output finds no room', function () {
    if (!fs.existsSync('/dev/full')) skipped(this, 'there is no /dev/full');
    const full = fs.openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [bundle, 'tokenize', source, ...tiny], {
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    fs.closeSync(full);
    assert.equal(status, 1);
    assert.equal(stderr, 'ryzanstein: The output cannot be written: the disk is full. Name another place.\n');
  });

  it('prints a measurement before it writes the page', () => {
    const work = ['--threads', '1', '--prompt', '8', '--generate', '2', '--html', '/nowhere/page.html'];
    const { code, out, err } = ryzanstein('bench', ...tiny, ...work);
    assert.equal(code, 1);
    assert.match(out, /decode 2/);
    assert.match(err, /\/nowhere\/page\.html cannot be written: its folder does not exist/);
  });

  it('scores the files that can be read, and says how many were left out', function () {
    if (process.platform !== 'linux') skipped(this, 'only Linux takes names that are no text');
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-unread-'));
    const code = 'def total(items):\n    return sum(item.price for item in items)\n\n\n'.repeat(12);
    const named = (name: string): Buffer =>
      Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
    for (const name of ['good.py', 'shut.py', '\xff.py']) fs.writeFileSync(named(name), code);
    fs.mkdirSync(path.join(folder, 'closed'));
    fs.writeFileSync(path.join(folder, 'closed', 'a.py'), code);
    fs.copyFileSync(bundle, path.join(folder, 'cli.js'));
    fs.chmodSync(path.join(folder, 'shut.py'), 0);
    fs.chmodSync(path.join(folder, 'closed'), 0);
    fs.chmodSync(folder, 0o755);
    // Nothing is closed to root: nobody is asked to draw the holes, who has to come as far as this folder.
    const nobody = process.getuid!() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { mode } = fs.statSync(os.tmpdir());
    if (nobody.uid && (mode & 0o011) !== 0o011) fs.chmodSync(os.tmpdir(), mode | 0o011);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(folder, 'cli.js'), 'eval', folder, '--draw', '--limit', '4'],
      { encoding: 'utf8', cwd: '/', ...nobody },
    );
    fs.chmodSync(path.join(folder, 'closed'), 0o755);
    fs.rmSync(folder, { recursive: true });
    assert.equal(status, 0, stderr);
    assert.match(
      stderr,
      /^3 left out that cannot be read\. The first: .*closed cannot be read: you have no permission/,
    );
    const { holes } = JSON.parse(stdout) as { holes: { path: string }[] };
    assert.deepEqual(new Set(holes.map(({ path: shown }) => shown)), new Set(['good.py']));
  });
});
