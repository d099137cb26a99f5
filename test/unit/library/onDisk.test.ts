// The models that other programs keep on this disk, in folders laid out as they lay them out; none is changed.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { atHome, isSame } from '../../../src/library/folders';
import { modelsOnDisk, unreadFolders } from '../../../src/library/onDisk';
import { hasLinks } from '../../forbidden';
import { smallModel } from './smallModel';
import { itWithLinks } from '../../skipped';

let home: string;
beforeEach(() => (home = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-home-'))));
afterEach(() => fs.rmSync(home, { recursive: true }));

const model = (...parts: string[]): string =>
  smallModel(path.join(home, ...parts), { name: path.basename(parts.at(-1)!) });

/** Puts a model into Ollama's folder as its `create` does. */
function ollama(folder: string, [host, ...name]: string[], license?: string): string {
  const blobs = path.join(folder, 'blobs');
  const whole = smallModel(path.join(blobs, 'new'), { name: name.join(' ') });
  const layer = (kind: string, bytes: Buffer, put: (file: string) => void): object => {
    const digest = createHash('sha256').update(bytes).digest('hex');
    put(path.join(blobs, `sha256-${digest}`));
    return {
      mediaType: `application/vnd.ollama.image.${kind}`,
      digest: `sha256:${digest}`,
      size: bytes.length,
    };
  };
  const layers = [layer('model', fs.readFileSync(whole), (file) => fs.renameSync(whole, file))];
  if (license !== undefined)
    layers.push(layer('license', Buffer.from(license), (file) => fs.writeFileSync(file, license)));
  const manifest = path.join(folder, 'manifests', host!, ...name);
  fs.mkdirSync(path.dirname(manifest), { recursive: true });
  fs.writeFileSync(manifest, JSON.stringify({ schemaVersion: 2, layers }));
  return path.join(blobs, (layers[0] as { digest: string }).digest.replace(':', '-'));
}

async function found(
  environment: Record<string, string> = {},
  folders: string[] = [],
  platform: NodeJS.Platform = 'linux',
): Promise<string[]> {
  const list = await modelsOnDisk({ platform, home, environment }, folders);
  return list
    .filter(({ file }) => !file.startsWith('/usr/share/'))
    .map(({ file, origin, name }) =>
      [origin, name, path.relative(home, file).replaceAll(path.sep, '/')].filter(Boolean).join(' | '),
    );
}

/** Names, sizes and times of all that lies in a folder. */
function stateOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, ...fs.lstatSync(path.join(folder, name)) }))
    .map(({ name, size, mtimeMs }) => [name, size, mtimeMs].join(' '))
    .sort();
}

describe('models on this disk', () => {
  it('are none where no program has any', async () => {
    assert.deepEqual(await found(), []);
  });

  it('are found where LM Studio, llama.cpp, GPT4All, Jan and Tabby keep theirs, and nothing is changed', async () => {
    model('.lmstudio', 'models', 'qwen', 'coder', 'coder-q8_0.gguf');
    model('.cache', 'lm-studio', 'models', 'qwen', 'old', 'old-q8_0.gguf');
    model('.cache', 'llama.cpp', 'ggml-org_coder.gguf');
    model('.local', 'share', 'nomic.ai', 'GPT4All', 'coder-q4_0.gguf');
    model('.local', 'share', 'Jan', 'data', 'llamacpp', 'models', 'coder', 'model.gguf');
    model('.tabby', 'models', 'TabbyML', 'StarCoder-1B', 'ggml', 'model-00001-of-00001.gguf');
    fs.writeFileSync(path.join(home, '.cache', 'llama.cpp', 'ggml-org_coder.gguf.json'), '{}');
    const before = stateOf(home);
    assert.deepEqual(await found(), [
      'LM Studio | .lmstudio/models/qwen/coder/coder-q8_0.gguf',
      'LM Studio | .cache/lm-studio/models/qwen/old/old-q8_0.gguf',
      'llama.cpp | .cache/llama.cpp/ggml-org_coder.gguf',
      'GPT4All | .local/share/nomic.ai/GPT4All/coder-q4_0.gguf',
      'Jan | .local/share/Jan/data/llamacpp/models/coder/model.gguf',
      'Tabby | .tabby/models/TabbyML/StarCoder-1B/ggml/model-00001-of-00001.gguf',
    ]);
    assert.deepEqual(stateOf(home), before);
  });

  it('are found where LM Studio was told to put them, whatever else its settings hold', async () => {
    model('.lmstudio', 'models', 'a.gguf');
    model('large', 'disk', 'qwen', 'coder', 'b.gguf');
    const settings = path.join(home, '.lmstudio', 'settings.json');
    const usual = 'LM Studio | .lmstudio/models/a.gguf';
    for (const told of [path.join(home, 'large', 'disk'), '~/large/disk']) {
      fs.writeFileSync(settings, JSON.stringify({ language: 'en', downloadsFolder: told }));
      assert.deepEqual(await found(), [usual, 'LM Studio | large/disk/qwen/coder/b.gguf'], told);
    }
    const itself = JSON.stringify({ downloadsFolder: path.join(home, '.lmstudio', 'models') });
    for (const text of [
      itself,
      '{',
      'null',
      '[]',
      '{"downloadsFolder": 3}',
      '{"downloadsFolder": "large"}',
    ]) {
      fs.writeFileSync(settings, text);
      assert.deepEqual(await found(), [usual], text);
    }
  });

  itWithLinks('are the snapshots of the hub cache, each file once', async () => {
    const hub = ['.cache', 'huggingface', 'hub', 'models--org--coder'];
    const blob = model(...hub, 'blobs', 'a1b2');
    for (const snapshot of ['one', 'two']) {
      const folder = path.join(home, ...hub, 'snapshots', snapshot);
      fs.mkdirSync(folder, { recursive: true });
      fs.symlinkSync(path.relative(folder, blob), path.join(folder, 'coder.gguf'));
      fs.symlinkSync('../../blobs/gone', path.join(folder, 'gone.gguf'));
    }
    const one = 'Hugging Face | .cache/huggingface/hub/models--org--coder/snapshots/one/coder.gguf';
    assert.deepEqual(await found(), [one]);
    fs.renameSync(path.join(home, '.cache', 'huggingface'), path.join(home, 'hf'));
    assert.deepEqual(await found({ HF_HOME: path.join(home, 'hf') }), [
      one.replace('.cache/huggingface', 'hf'),
    ]);
  });

  it('are the snapshots of the hub cache where those are files, as on Windows without a right to links', async () => {
    model('.cache', 'huggingface', 'hub', 'models--org--coder', 'snapshots', 'one', 'coder.gguf');
    assert.deepEqual(await found(), [
      'Hugging Face | .cache/huggingface/hub/models--org--coder/snapshots/one/coder.gguf',
    ]);
  });

  it("are Ollama's blobs, by the names that it runs them by, with the licence beside them", async () => {
    const folder = path.join(home, '.ollama', 'models');
    const usual = ['registry.ollama.ai', 'library', 'qwen2.5-coder', '1.5b-base'];
    const blob = ollama(folder, usual, '                                 Apache License\n');
    ollama(folder, ['registry.ollama.ai', 'somebody', 'coder', 'latest']);
    ollama(folder, ['hf.co', 'org', 'repo', 'Q8_0']);
    const manifests = path.join(folder, 'manifests', 'registry.ollama.ai', 'library', 'odd');
    fs.mkdirSync(manifests);
    fs.writeFileSync(path.join(manifests, 'broken'), '{"layers": [');
    fs.writeFileSync(path.join(manifests, 'null'), 'null');
    fs.writeFileSync(
      path.join(manifests, 'outside'),
      JSON.stringify({
        layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: 'sha256:../../x' }],
      }),
    );
    const list = await modelsOnDisk({ platform: 'linux', home, environment: {} }, []);
    assert.deepEqual(list.map(({ name }) => name).sort(), [
      'hf.co/org/repo:Q8_0',
      'qwen2.5-coder:1.5b-base',
      'somebody/coder:latest',
    ]);
    const found = list.find(({ file }) => file === blob)!;
    assert.match(found.license!, /^ +Apache License$/m);
    assert.equal(found.origin, 'Ollama');
  });

  it('are looked for where the environment says', async () => {
    model('caches', 'a.gguf');
    ollama(path.join(home, 'models'), ['registry.ollama.ai', 'library', 'coder', '7b']);
    assert.deepEqual(await found({ LLAMA_CACHE: path.join(home, 'caches') }), ['llama.cpp | caches/a.gguf']);
    assert.equal((await found({ OLLAMA_MODELS: path.join(home, 'models') })).length, 1);
    model('tabby', 'models', 'TabbyML', 'CodeQwen', 'ggml', 'b.gguf');
    for (const moved of [{ TABBY_ROOT: 'tabby' }, { TABBY_MODEL_CACHE_ROOT: path.join('tabby', 'models') }]) {
      const [[variable, folder]] = Object.entries(moved) as [[string, string]];
      assert.deepEqual(await found({ [variable]: path.join(home, folder) }), [
        'Tabby | tabby/models/TabbyML/CodeQwen/ggml/b.gguf',
      ]);
    }
  });

  it('are found at home as well where the editor was given folders of its own, as from a snap or Flatpak', async () => {
    model('.cache', 'llama.cpp', 'a.gguf');
    model('.cache', 'huggingface', 'hub', 'models--org--coder', 'snapshots', 'one', 'b.gguf');
    model('.local', 'share', 'nomic.ai', 'GPT4All', 'c.gguf');
    model('.config', 'Jan', 'data', 'llamacpp', 'models', 'd', 'model.gguf');
    const plain = await found();
    assert.equal(plain.length, 4);
    const own = path.join(home, '.var', 'app');
    fs.mkdirSync(own, { recursive: true });
    const given = { XDG_CACHE_HOME: 'cache', XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: 'config' };
    const environment = Object.fromEntries(
      Object.entries(given).map(([name, folder]) => [name, path.join(own, folder)]),
    );
    assert.deepEqual(await found(environment), plain);
    // Where the user has moved them they are found, too.
    fs.renameSync(path.join(home, '.cache'), path.join(own, 'cache'));
    assert.equal((await found(environment)).length, 4);
    const hub = path.join(own, 'cache', 'huggingface', 'hub');
    assert.deepEqual(
      (await found({ HUGGINGFACE_HUB_CACHE: hub })).filter((line) => line.startsWith('Hugging Face')).length,
      1,
    );
  });

  it('cannot be looked for in a folder that is not there, or is none, which is said of those that were named', async () => {
    const file = model('models', 'a.gguf');
    const gone = path.join(home, 'modles');
    assert.deepEqual(await unreadFolders(['~/models', '~/modles', file], home), [
      { file: gone, origin: '~/modles', refusal: `${gone} does not exist.` },
      { file, origin: file, refusal: `${file} does not exist: a part of its path is not a folder.` },
    ]);
  });

  it('are listed once, as downloaded, where the folder of downloads lies in another one', async () => {
    const file = model('models', 'imported', 'x.gguf');
    const own = [{ file, origin: 'downloaded' }];
    const surroundings = { platform: 'linux' as const, home, environment: {} };
    assert.deepEqual(
      (await modelsOnDisk(surroundings, ['~/models'], [], own)).filter(({ file }) => file.startsWith(home)),
      own,
    );
  });

  it('are looked for where macOS and Windows have them', async () => {
    model('Library', 'Application Support', 'Jan', 'data', 'llamacpp', 'models', 'a', 'model.gguf');
    model('Library', 'Caches', 'llama.cpp', 'b.gguf');
    assert.equal((await found({}, [], 'darwin')).length, 2);
    model('local', 'nomic.ai', 'GPT4All', 'c.gguf');
    assert.equal((await found({ LOCALAPPDATA: path.join(home, 'local') }, [], 'win32')).length, 1);
  });

  it("are those of the user's own folders, at home as well, and a folder in a circle does no harm", async () => {
    model('mine', 'deep', 'er', 'a.gguf');
    fs.writeFileSync(path.join(home, 'mine', 'notes.txt'), '');
    if (hasLinks) fs.symlinkSync(home, path.join(home, 'mine', 'circle'));
    const missing = path.join(home, 'missing');
    const file = path.join(home, 'mine', 'notes.txt');
    assert.deepEqual(await found({}, ['~/mine', missing, file]), ['~/mine | mine/deep/er/a.gguf']);
  });
});

describe('a path that begins at home', () => {
  it('is made whole, and any other one stays', () => {
    const own = path.resolve('/home/us');
    assert.deepEqual(
      ['~/a.gguf', '~\\a.gguf', '~', '', '~a/b.gguf', '/m/~/a.gguf'].map((each) => atHome(each, own)),
      [path.join(own, 'a.gguf'), path.join(own, 'a.gguf'), own, '', '~a/b.gguf', '/m/~/a.gguf'],
    );
  });
});

describe('two paths', () => {
  it('name one file as the system has it', () => {
    const { posix, win32 } = path;
    assert.ok(isSame('c:/models/a.gguf', 'C:\\Models\\a.gguf', win32));
    assert.ok(isSame('/models/./a.gguf', '/models/a.gguf', posix));
    for (const [one, other] of [
      ['/models/a.gguf', '/models/A.gguf'],
      ['', '/models/a.gguf'],
      ['', ''],
    ] as const)
      assert.ok(!isSame(one, other, posix));
    assert.ok(!isSame('C:\\models\\a.gguf', 'D:\\models\\a.gguf', win32));
  });
});
