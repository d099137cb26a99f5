// What people complain about in other completers: for each complaint a test that would fail if we had the fault, at the lowest layer that can show it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { promptAt } from '../../src/editing/context';
import { openFile, RelatedChunks } from '../../src/editing/relatedChunks';
import { type Backend, Problem } from '../../src/editing/backend';
import { machineClock } from '../../src/editing/clock';
import { Requests, within } from '../../src/editing/requests';
import { CompletionCache } from '../../src/editing/completionCache';
import { silentBecause } from '../../src/editing/silence';
import { addonFile, loadAddon } from '../../src/engine/addon';
import { clean } from '../../src/completion/clean';
import { Engine } from '../../src/engine/engine';
import { readGguf } from '../../src/model/gguf';
import { unfinishedWord } from '../../src/model/healing';
import { describeModel } from '../../src/model/description';
import { layoutPrompt } from '../../src/model/prompt';
import { siteOf } from '../../src/completion/site';
import { Stop } from '../../src/completion/stop';
import { syntaxOf } from '../../src/completion/syntax';
import type { Completion, Limits, Prompt } from '../../src/protocol';
import { answer, placeOf } from './editing/marked';
import { place } from './completion/place';
import { Trial } from './editing/fakeEngine';

interface Setting {
  type: string | string[];
  default: unknown;
  maximum?: number;
  enum?: string[];
  scope: string;
}

interface Manifest {
  extensionKind: string[];
  extensionDependencies?: string[];
  extensionPack?: string[];
  scripts: Record<string, string>;
  capabilities: { virtualWorkspaces: boolean };
  contributes: {
    commands: { command: string }[];
    keybindings: { key: string; mac?: string; command: string }[];
    configurationDefaults?: object;
    configuration: {
      properties: Record<string, Setting>;
    };
  };
}

const manifest = JSON.parse(fs.readFileSync('package.json', 'utf8')) as Manifest;
const settings = manifest.contributes.configuration.properties;
const sources = (folder: string): { file: string; text: string }[] =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ file: name, text: fs.readFileSync(path.join(folder, name), 'utf8') }));

const tiny = 'test/fixtures/tiny.gguf';
const limits: Limits = { maxTokens: 16, maxLines: 1, minConfidence: 0 };

async function withEngine<T>(work: (engine: Engine) => Promise<T>, kernel?: string): Promise<T> {
  const params = { modelFile: tiny, threads: 1 };
  const engine = await Engine.load(
    loadAddon(addonFile(path.resolve('dist'))),
    kernel ? { ...params, kernel } : params,
  );
  return work(engine).finally(() => engine.close());
}

const promptOf = (prefix: string, more: Partial<Prompt> = {}): Prompt => ({
  ...{ path: 'a.py', languageId: 'python', prefix, suffix: '\n', related: [] },
  ...more,
});

/** What is shown at the mark when the model writes this, or why it is hidden. */
async function shownAt(
  marked: string,
  output: string,
  languageId = 'typescript',
  maxLines = 12,
): Promise<string> {
  const site = place(marked, languageId);
  const stop = new Stop(site, { maxTokens: 64, maxLines, minConfidence: 0 });
  const verdict = stop.push(output) ?? stop.finish('end');
  const { text, hidden } = clean(site, verdict, await syntaxOf(languageId));
  return hidden ? `hidden: ${hidden}` : text;
}

type Row = [marked: string, output: string, shown: string, languageId?: string];

function check(rows: Row[]): void {
  for (const [marked, output, shown, languageId] of rows)
    it(`${JSON.stringify(output)} at ${JSON.stringify(marked)}`, async () =>
      assert.equal(await shownAt(marked, output, languageId), shown));
}

/** Requests to an engine that answers a cancelled request after a moment, and any other never by itself. */
function slowRequests() {
  const asked: string[] = [];
  const cache = new CompletionCache();
  let finish: (completion: Completion) => void = () => undefined;
  let [atWork, most] = [0, 0];
  const complete: Backend['complete'] = async ({ prompt }, token) => {
    asked.push(prompt.prefix);
    most = Math.max(most, ++atWork);
    const completion = await new Promise<Completion>((resolve) => {
      finish = resolve;
      token.onCancellationRequested(() => setTimeout(() => resolve(answer('', { reason: 'cancelled' })), 5));
    });
    atWork--;
    return completion;
  };
  const requests = new Requests(
    { complete, prefill: () => Promise.reject(new Error('not asked')) },
    cache,
    machineClock,
  );
  const send = (marked: string) =>
    requests.send(placeOf(marked), {
      ...{ onRequest: false, after: 0, expected: 1000 },
      params: () => ({ prompt: promptOf(placeOf(marked).prefix), limits }),
    });
  return { asked, cache, send, most: () => most, finish: (text: string) => finish(answer(text)) };
}

describe('complaint: typing lags', () => {
  it('a burst of keystrokes gives the engine two requests, the first and the last', async () => {
    const { asked, send, finish, most } = slowRequests();
    const typed = 'const total = items.length * width';
    const all = [...typed].map((_, i) => send(`${typed.slice(0, i + 1)}|`));
    await pause(20);
    finish(';');
    assert.equal((await all.at(-1)!.answer)?.text, ';');
    assert.deepEqual([asked.length <= 2, asked.at(-1), most()], [true, typed, 1]);
  });

  it('what is typed as it was offered asks nobody', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('return |'), answer('items.length;'));
    assert.equal(cache.find(placeOf('return items|'))?.text, '.length;');
  });
});

describe("complaint: the editor's own suggestions wait for ghost text", () => {
  it('no deadline reaches the 750 ms after which they open', () => {
    const { default: usual, maximum } = settings['ryzanstein.deadline']!;
    assert.ok((usual as number) <= 300 && maximum! <= 700);
  });

  it('an engine that does not answer is not waited for', async () => {
    const { send } = slowRequests();
    const request = send('a|');
    assert.equal(await within(request.answer, new CancellationTokenSource().token, 10, machineClock), 'late');
    request.cancel();
  });
});

describe('complaint: it hangs at loading', () => {
  it('an engine that never comes to an end with loading is ended, and another one may be tried', async () => {
    const trial = new Trial({ load: '' }, { loadPatienceMs: 200 });
    try {
      await assert.rejects(trial.complete(new CancellationTokenSource().token), Problem);
      assert.ok(trial.log.some((line) => /has loaded nothing of fake\.gguf for 200 ms/.test(line)));
      assert.equal(trial.states.at(-1)?.name, 'idle');
    } finally {
      trial.end();
    }
  });

  it('an engine that dies while it loads ends in a problem that can be read, not in waiting', async () => {
    const trial = new Trial({ load: 'process.exit(3)' });
    try {
      await assert.rejects(
        trial.complete(new CancellationTokenSource().token),
        (error: Error) => error instanceof Problem && error.message.length > 20,
      );
    } finally {
      trial.end();
    }
  });
});

describe('complaint: a slow answer is lost', () => {
  it('it is kept when it comes, and fits then', async () => {
    const { cache, send, finish } = slowRequests();
    const request = send('a = |');
    assert.equal(await within(request.answer, new CancellationTokenSource().token, 5, machineClock), 'late');
    finish('b');
    await request.answer;
    assert.equal(cache.find(placeOf('a = |'))?.text, 'b');
  });
});

describe('complaint: it takes the whole CPU', () => {
  it('an engine with nothing to do computes nothing', async () => {
    await withEngine(async (engine) => {
      await engine.complete(promptOf('def f(x):\n    return '), limits);
      // The threads spin for a moment before they sleep.
      await pause(300);
      const before = process.cpuUsage();
      await pause(500);
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 250_000, `${user + system} µs of 500,000`);
    });
  });
});

describe('complaint: stale requests go on', () => {
  it('an older one is cancelled, and never shown', async () => {
    const { cache, send, finish } = slowRequests();
    const older = send('const a = |;');
    await pause(0);
    const newer = send('let b = |;');
    assert.equal(await older.answer, undefined);
    await pause(20);
    finish('c');
    assert.equal((await newer.answer)?.text, 'c');
    assert.equal(cache.find(placeOf('const a = |;')), undefined);
  });

  it('a cancelled one is not kept for later', async () => {
    const { cache, send } = slowRequests();
    const request = send('a|');
    await pause(0);
    request.cancel();
    assert.equal(await request.answer, undefined);
    assert.equal(cache.find(placeOf('a|')), undefined);
  });
});

describe('complaint: it needs a graphics card', () => {
  it('the plainest kernel of any CPU answers', () =>
    withEngine(async (engine) => {
      const { kernel, tokens } = await engine.complete(promptOf('def f(x):\n    return '), limits);
      assert.deepEqual([kernel, tokens > 0], ['scalar', true]);
    }, 'scalar'));
});

describe('complaint: what is shown is cut off', () => {
  check([
    ['const a = ‸\n', 'first(second, [third]);\n', 'first(second, [third]);'],
    ['if (a) {‸\n', '\n  b();\n  c();\n}\nd();\n', '\n  b();\n  c();\n}'],
    [
      'def f(a):‸\n',
      '\n    if a:\n        b()\n    return a\nc()\n',
      '\n    if a:\n        b()\n    return a',
      'python',
    ],
  ]);

  it('a line of a block that the model could not finish is left out', () => {
    const stop = new Stop(place('if (a) {‸\n'), { maxTokens: 8, maxLines: 12, minConfidence: 0 });
    assert.equal(stop.push('\n  b();\n  call(fir'), undefined);
    assert.equal(stop.finish('maxTokens').text, '\n  b();');
  });
});

describe('complaint: it was generated but not displayed', () => {
  check([
    ['try‸\n', ' {', ' {'],
    ['class A:\n    ‸\n', '@property', '@property', 'python'],
    ['const broken = ((( ;\n‸\n', 'a();', 'a();'],
    ['a = ‸;', '', 'hidden: empty'],
    ['a();\n‸', 'a();', 'hidden: duplicate'],
  ]);

  it('an answer for the same place is shown again, and one in a closed bracket as well', () => {
    const cache = new CompletionCache();
    cache.remember(placeOf('print|\n'), answer('(a, b)'));
    assert.equal(cache.find(placeOf('print|\n'))?.text, '(a, b)');
    assert.equal(cache.find(placeOf('print(|)\n'))?.text, 'a, b)');
  });
});

describe('complaint: it rarely comes, or in the wrong places', () => {
  it('a code file, a new one and a cell of a notebook are places', () => {
    for (const [scheme, writable] of [
      ['file', true],
      ['untitled', undefined],
      ['vscode-notebook-cell', undefined],
    ] as const)
      assert.equal(
        silentBecause({ scheme, path: '/a.ts', characters: 10, writable, judged: () => 'readable' }),
        undefined,
      );
  });

  it('the log and a search are none', () => {
    for (const scheme of ['output', 'search-editor'])
      assert.ok(
        silentBecause({ scheme, path: '/a', characters: 10, writable: undefined, judged: () => 'readable' }),
      );
  });

  check([
    ['call(‸, last);\n', 'first', 'first'],
    ['const a = b.le‸;\n', 'ngth', 'ngth'],
  ]);

  it('the middle of a word is spelled from its beginning, as the model learnt it', () => {
    const { tokenizer } = describeModel(readGguf(tiny));
    assert.equal(unfinishedWord('    return self.le', tokenizer), '.le');
  });
});

describe('complaint: too much, too often', () => {
  it('it can be had on request only, and turned off for a language', () => {
    assert.ok(settings['ryzanstein.mode']!.enum!.includes('onRequest'));
    assert.deepEqual(settings['ryzanstein.languages']!.default, {
      plaintext: false,
      markdown: false,
      scminput: false,
      'git-commit': false,
      'git-rebase': false,
    });
  });

  it('what the model is unsure of is not shown, and remembered as such', async () => {
    const at = promptOf('def g(x):\n    print(');
    const [sure, unsure] = await withEngine(async (engine) => {
      const first = await engine.complete(at, limits);
      return [first, await engine.complete(at, { ...limits, minConfidence: first.confidence + 1e-6 })];
    });
    assert.deepEqual([sure.shown, unsure.shown, unsure.hidden], [true, false, 'confidence']);
    const cache = new CompletionCache();
    cache.remember(placeOf('a|'), unsure);
    assert.equal(cache.find(placeOf('a|'))?.text, '');
  });
});

describe('complaint: it cannot be paused', () => {
  it('commands turn it off and on, for all and for a language', () => {
    const commands = manifest.contributes.commands.map(({ command }) => command);
    assert.deepEqual(
      ['ryzanstein.toggle', 'ryzanstein.toggleLanguage'].filter((command) => !commands.includes(command)),
      [],
    );
  });
});

describe('complaint: wrong indentation', () => {
  check([
    // Typed indentation is not written twice.
    ['def f():\n    ‸\n', '    return 1\n', 'return 1', 'python'],
    // Tabs in a document of tabs, spaces in one of spaces.
    ['\ta();\n\tif (b) {‸\n', '\n        c();\n    }\n', '\n\t\tc();\n\t}'],
    ['  a();\n  if (b) {‸\n', '\n\t\tc();\n\t}\n', '\n    c();\n  }'],
    // A line that belongs to the block above ends the block.
    ['def f():\n    if a:‸\n', '\n        b()\n    c()\n', '\n        b()', 'python'],
    // The bracket that the editor has closed gets a line of its own.
    ['  if (a) {‸}\n', '\n    b();\n  }\n', '\n    b();\n  '],
  ]);
});

describe('complaint: duplicated suffix, brackets and quotes', () => {
  check([
    ['call(‸);\n', 'a, b);\n', 'a, b'],
    ['print("‸")\n', 'text")\n', 'text', 'python'],
    ['const s = ‸ + y;\n', 'x + y;\n', 'x'],
    ['if (a) {\n  ‸\n  b();\n}\n', 'c();\n  b();\n}\n', 'c();'],
    ['if (a) {\n  b(\n    ‸\n', 'c]);\n', 'c'],
    ['call(\n  a,\n  ‸\n);\n', 'b);\n', 'hidden: syntax'],
    ["// it's (fine\nif (a) {\n  ‸\n", 'b(c));\n', 'b(c)'],
    ['‸  return a;\n', 'return a;\n', 'hidden: empty'],
  ]);
});

describe('complaint: poor context', () => {
  it('the model is shown related files, the path, and what stands behind the cursor', () => {
    const model = describeModel(readGguf(tiny));
    const text = 'export function areaOf(shape) {}\n';
    const at = placeOf('import { areaOf } from "./shapes";\nconst a = |;\nshow(a);\n');
    const related = new RelatedChunks().at(at, [
      openFile({ path: 'shapes.ts', languageId: 'typescript', text }),
    ]);
    const prompt = promptAt(at, 'shop', related);
    const { ids } = layoutPrompt(prompt, siteOf(prompt), {
      ...model,
      contextLength: 1024,
      fimOrders: ['spm'],
    });
    const seen = model.tokenizer.decode([...ids]);
    for (const part of ['areaOf(shape)', 'shapes.ts', 'a.ts', 'show(a);', 'const a ='])
      assert.ok(seen.includes(part), `${part} is not in ${seen}`);
  });
});

describe('complaint: set-up asks, installs and downloads', () => {
  it('no part of the product opens a connection, but for a model that somebody chose to download', () => {
    const network =
      /from '(node:)?(https?|net|tls|dgram|dns|http2|undici)'|\bfetch\(|WebSocket|XMLHttpRequest/;
    const opening = sources('src').filter(({ text }) => network.test(text));
    assert.deepEqual(
      opening.map(({ file }) => file.replaceAll('\\', '/')),
      ['editing/pipe.ts', 'library/hub.ts'],
    );
    // The pipe to the engine has a path, and no port on any network.
    const ways = [...opening[0]!.text.matchAll(/\bnet\.connect\((.*)\);|\bserver\.listen\((.*)\);/g)];
    assert.deepEqual(
      ways.map(([, connected, listened]) => connected ?? listened),
      ['path', 'address.path', 'path'],
    );
  });

  it('nothing is installed besides, and a model lies ready', () => {
    assert.deepEqual([manifest.extensionDependencies ?? [], manifest.extensionPack ?? []], [[], []]);
    assert.deepEqual(
      Object.keys(manifest.scripts).filter((name) => /install|prepare/.test(name)),
      [],
    );
    assert.ok(fs.readdirSync('models').some((name) => name.endsWith('.gguf')));
  });
});

describe('complaint: it is unclear which model works', () => {
  it('the one that comes along is the default, and knows fill-in-the-middle', () => {
    assert.equal(settings['ryzanstein.modelFile']!.default, '');
    for (const name of fs.readdirSync('models').filter((file) => file.endsWith('.gguf')))
      assert.ok(describeModel(readGguf(path.join('models', name))).fimOrders.length > 0, name);
  });
});

describe('complaint: secrets are read', () => {
  for (const name of ['.env', '.env.local', 'id_rsa', 'server.pem', 'secrets.yml', '.npmrc'])
    it(`nothing is offered in ${name}`, () =>
      assert.deepEqual(
        silentBecause({
          ...{ scheme: 'file', path: `/w/${name}`, characters: 10, writable: true, judged: () => 'readable' },
        }),
        { kind: 'secret' },
      ));

  it('nor is it taken for context what source control ignores', () => {
    const read = (): string => assert.fail('it was read');
    const visited = { key: 'file:///b.ts', path: 'b.ts', languageId: 'typescript', characters: 10 };
    assert.deepEqual(new RelatedChunks().at(placeOf('|'), [{ ...visited, ignored: true, text: read }]), []);
  });
});

describe('complaint: the wrong machine computes', () => {
  it("it runs on the user's own machine where there is a choice, and on virtual file systems", () => {
    assert.deepEqual(manifest.extensionKind, ['ui', 'workspace']);
    assert.equal(manifest.capabilities.virtualWorkspaces, true);
  });

  it('which files, which server and how much of the machine is no matter of the workspace', () => {
    // Those of the scope "machine" a remote window takes from the other side, where a repository may write them.
    const scopes = Object.values(settings).map(({ scope }) => scope);
    assert.deepEqual([...new Set(scopes)].sort(), ['application', 'language-overridable', 'resource']);
    const isFree = ({ type, enum: values }: Setting): boolean =>
      type === 'array' || (type === 'string' && !values);
    const own = Object.keys(settings).filter((name) => isFree(settings[name]!));
    assert.ok(own.length >= 4);
    for (const name of [...own, 'ryzanstein.threads', 'ryzanstein.kernel', 'ryzanstein.onBattery'])
      assert.equal(settings[name]!.scope, 'application', name);
  });
});

describe("complaint: keys are taken, and others' settings are changed", () => {
  it('neither Tab, Escape nor a key of the clipboard or of the cursor is bound', () => {
    const keys = manifest.contributes.keybindings.flatMap(({ key, mac }) => [key, mac ?? '']);
    assert.deepEqual(
      keys.filter((key) => /\b(tab|escape|enter|up|down|left|right)\b|^(ctrl|cmd)\+[a-z]$/i.test(key)),
      [],
    );
  });

  it('no setting of anybody else gets another default', () =>
    assert.equal(manifest.contributes.configurationDefaults, undefined));
});
