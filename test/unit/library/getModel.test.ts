// Models from a local hub into the folder of downloads: one file or several, what is there already, and what is listed and deleted.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { catalogueModels, modelPlaceOf } from '../../../src/library/catalogue';
import { getModel, type Join } from '../../../src/library/getModel';
import type { Hub } from '../../../src/library/hub';
import { licenceOf } from '../../../src/library/licences';
import { downloaded, importFile, remove, stored } from '../../../src/library/storage';
import { type Fault, LocalHub } from './localHub';

const never = new AbortController().signal;

describe('getting a model', () => {
  const files = {
    'one.gguf': Buffer.from('the whole'),
    'two-00001-of-00002.gguf': Buffer.from('first '),
    'two-00002-of-00002.gguf': Buffer.from('second'),
  };
  let local: LocalHub;
  let hub: Hub;
  let folder: string;
  beforeEach(async () => {
    local = new LocalHub({ 'org/repo': files });
    hub = { base: await local.start(), fetch };
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-models-'));
  });
  afterEach(async () => {
    await local.stop();
    fs.rmSync(folder, { recursive: true });
  });
  const join: Join = (parts, whole) => {
    fs.writeFileSync(whole, Buffer.concat(parts.map((part) => fs.readFileSync(part))));
    return Promise.resolve();
  };
  const get = (file: string, own = join): Promise<string> =>
    getModel(hub, { repository: 'org/repo', file }, folder, { signal: never, pauseMs: 1 }, own);
  const names = async (): Promise<string[]> =>
    (await stored(folder)).map(
      ({ file, unfinished }) =>
        `${path.relative(folder, file).replaceAll(path.sep, '/')}${unfinished ? ' …' : ''}`,
    );

  it('asks for it once', async () => {
    for (let times = 0; times < 2; times++)
      assert.equal(await get('one.gguf'), path.join(folder, 'org', 'repo', 'one.gguf'));
    assert.equal(local.asked.length, 1);
  });

  it('gets a file anew that is not what the hub has, and leaves the old one until the new one is whole', async () => {
    const file = await get('one.gguf');
    for (const damaged of ['the wHole', 'the']) {
      fs.writeFileSync(file, damaged);
      local.faults = Array<Fault>(9).fill({ breakAfter: 0 });
      await assert.rejects(get('one.gguf'), /does not come from/);
      assert.equal(fs.readFileSync(file, 'utf8'), damaged);
      local.faults = [];
      assert.equal(fs.readFileSync(await get('one.gguf'), 'utf8'), 'the whole');
    }
  });

  it('says of a folder that cannot be made, and of a list that breaks off, what is the matter', async () => {
    const below = path.join(folder, 'file', 'models');
    fs.writeFileSync(path.dirname(below), '');
    await assert.rejects(
      getModel(hub, { repository: 'org/repo', file: 'one.gguf' }, below, { signal: never }, join),
      /models cannot be written: a part of its path is not a folder\. Name another place/,
    );
    const breaks = new ReadableStream({ start: (stream) => stream.error(new TypeError('terminated')) });
    hub = { base: 'http://hub', fetch: () => Promise.resolve(new Response(breaks)) };
    await assert.rejects(get('one.gguf'), /http:\/\/hub cannot be reached \(terminated\)\./);
  });

  it('gets all parts and makes them one, and does not get one again that was there when that failed', async () => {
    const told: number[] = [];
    const fails: Join = () => Promise.reject(new Error('no room'));
    await assert.rejects(get('two-00001-of-00002.gguf', fails), /no room/);
    assert.equal(local.asked.length, 2);
    const whole = await getModel(
      ...([hub, { repository: 'org/repo', file: 'two-00001-of-00002.gguf' }, folder] as const),
      { signal: never, onProgress: ({ done }) => told.push(done) },
      join,
    );
    assert.equal(fs.readFileSync(whole, 'utf8'), 'first second');
    assert.deepEqual(await names(), ['org/repo/two.gguf']);
    assert.equal(whole, modelPlaceOf(folder, { repository: 'org/repo', file: 'two-00001-of-00002.gguf' }));
    assert.equal(local.asked.length, 2);
  });

  it('looks for room where it goes, not in the folder above, which may lie on another disk', async () => {
    const { statfs } = fs.promises;
    const asked: unknown[] = [];
    fs.promises.statfs = ((place: string) => {
      asked.push(place);
      return statfs(place);
    }) as typeof statfs;
    try {
      await get('two-00001-of-00002.gguf');
    } finally {
      fs.promises.statfs = statfs;
    }
    assert.deepEqual([...new Set(asked)], [folder, path.join(folder, 'org', 'repo')]);
  });

  it('lists what was downloaded, what is not whole and what was imported, and deletes it with its folders', async () => {
    await get('one.gguf');
    local.faults = [{ breakAfter: 3 }, ...Array<Fault>(9).fill({ breakAfter: 0 })];
    await assert.rejects(get('two-00001-of-00002.gguf'), /What has arrived is kept/);
    const source = path.join(folder, '..', `ryzanstein-${process.pid}.gguf`);
    fs.writeFileSync(source, 'mine');
    const imported = await importFile(source, folder);
    fs.rmSync(source);
    const list = await names();
    assert.equal(list.length, 3);
    assert.match(list[2]!, /two-00001-of-00002\.gguf\.[0-9a-f]{16}\.part …$/);
    assert.deepEqual((await downloaded(folder)).map(({ file }) => file).sort(), [
      imported,
      path.join(folder, 'org', 'repo', 'one.gguf'),
    ]);
    fs.writeFileSync(imported.replace('.gguf', '.tuning.json'), '{}');
    // As somebody may have written it in the settings.
    const written = `${folder}${path.sep}`;
    for (const { file } of await stored(written)) await remove(file, written);
    assert.deepEqual(fs.readdirSync(folder), []);
    await assert.rejects(importFile(path.join(folder, 'gone.gguf'), folder), /gone\.gguf does not exist\.$/);
  });

  it('lists what a killed download, import or join has left, and leaves out what cannot be reached', async () => {
    const left = ['a.gguf.0123456789abcdef.part', 'b.bin.0123456789abcdef.part', 'c.gguf.part'];
    for (const name of [...left, 'notes.part', `${left[0]}.lock`])
      fs.writeFileSync(path.join(folder, name), '');
    if (process.platform !== 'win32') fs.symlinkSync('nowhere', path.join(folder, 'd.gguf'));
    assert.deepEqual(
      await names(),
      left.map((name) => `${name} …`),
    );
    for (const { file } of await stored(folder)) await remove(file, folder);
    assert.deepEqual(await names(), []);
  });

  it('does not delete what is being written', async () => {
    const refused = async (): Promise<void> => {
      const part = (await stored(folder)).find(({ unfinished }) => unfinished);
      await assert.rejects(remove(part!.file, folder), /is being written just now/);
    };
    local.pace = { piece: 3, ms: 20 };
    const got = get('one.gguf');
    while ((await names()).length === 0) await pause(1);
    await refused();
    assert.equal(fs.readFileSync(await got, 'utf8'), 'the whole');
    local.pace = { piece: 100, ms: 0 };
    const whole = await get('two-00001-of-00002.gguf', async (parts, target) => {
      // As the engine writes it.
      fs.writeFileSync(`${target}.part`, '');
      await refused();
      fs.rmSync(`${target}.part`);
      return join(parts, target, never);
    });
    assert.equal(fs.readFileSync(whole, 'utf8'), 'first second');
  });

  it('keeps what was imported under the same name before, unless it is the same', async () => {
    const bring = async (content: string): Promise<string> => {
      const source = path.join(folder, 'model.gguf');
      fs.writeFileSync(source, content);
      return path.relative(path.join(folder, 'imported'), await importFile(source, folder));
    };
    assert.equal(await bring('one'), 'model.gguf');
    assert.equal(await bring('two'), 'model (2).gguf');
    assert.equal(await bring('longer'), 'model (3).gguf');
    assert.equal(await bring('two'), 'model (2).gguf');
    // Two windows at once.
    const source = path.join(folder, 'same.gguf');
    fs.writeFileSync(source, 'same');
    const both = await Promise.all([importFile(source, folder), importFile(source, folder)]);
    for (const file of both) assert.equal(fs.readFileSync(file, 'utf8'), 'same');
    for (const file of both) fs.rmSync(file, { force: true });
    assert.equal(fs.readFileSync(path.join(folder, 'imported', 'model.gguf'), 'utf8'), 'one');
    // Weights that were trained again: the same head and the same size.
    const long = 'x'.repeat(9_000_000);
    assert.equal(await bring(`${long}1`), 'model (4).gguf');
    assert.equal(await bring(`${long}2`), 'model (5).gguf');
    assert.equal(await bring(`${long}1`), 'model (4).gguf');
    assert.equal(fs.readdirSync(path.join(folder, 'imported')).length, 5);
  });

  it('imports a model of any name under one by which it is listed', async () => {
    for (const name of ['sha256-0a1b', 'qwen2.5', 'old.bin']) {
      fs.writeFileSync(path.join(folder, name), name);
      const file = await importFile(path.join(folder, name), folder);
      assert.equal(path.basename(file), `${name}.gguf`);
      assert.ok((await stored(folder)).some((each) => each.file === file));
    }
  });

  it('says what is wrong with the address of a hub, and with one that is not there', async () => {
    hub.base = 'huggingface';
    await assert.rejects(get('one.gguf'), /is no address of a hub/);
    hub.base = 'http://127.0.0.1:9';
    await assert.rejects(get('one.gguf'), /cannot be reached \(.+\)/);
  });
});

describe('the catalogue', () => {
  const schema = JSON.parse(fs.readFileSync('src/library/catalogue.schema.json', 'utf8')) as Schema;
  interface Schema {
    type?: string;
    required?: string[];
    properties?: Record<string, Schema>;
    items?: Schema;
    pattern?: string;
    minimum?: number;
  }
  /** What of a value is not as the schema wants it, for the words of JSON Schema that this one uses. */
  function faults(value: unknown, wanted: Schema, place: string): string[] {
    const kind = Array.isArray(value) ? 'array' : typeof value;
    if (wanted.type !== kind) return [`${place} is ${kind}`];
    if (wanted.pattern !== undefined && !new RegExp(wanted.pattern).test(value as string))
      return [`${place} is "${String(value)}"`];
    if (wanted.minimum !== undefined && !((value as number) >= wanted.minimum))
      return [`${place} is too small`];
    if (Array.isArray(value))
      return value.flatMap((item, i) => faults(item, wanted.items!, `${place}[${i}]`));
    if (kind !== 'object') return [];
    const members = value as Record<string, unknown>;
    return [
      ...(wanted.required ?? [])
        .filter((name) => !(name in members))
        .map((name) => `${place} has no ${name}`),
      ...Object.entries(members).flatMap(([name, member]) => {
        const property = wanted.properties?.[name];
        return property ? faults(member, property, `${place}.${name}`) : [`${place} has ${name}`];
      }),
    ];
  }

  it('is as its schema wants it, each model once', () => {
    const catalogue: unknown = JSON.parse(fs.readFileSync('src/library/catalogue.json', 'utf8'));
    assert.deepEqual(faults(catalogue, schema, 'catalogue'), []);
    assert.deepEqual(faults({ models: [{ name: '' }] }, schema, 'catalogue').length > 3, true);
    const files = catalogueModels.map(({ repository, file }) => `${repository}/${file}`);
    assert.equal(new Set(files).size, files.length);
  });

  it('knows the licence of each, and which of them have terms', () => {
    const withTerms = catalogueModels.filter(({ name, license }) => {
      const licence = licenceOf([name], license);
      assert.doesNotMatch(licence?.terms ?? '', /not known here/, name);
      return licence?.terms !== undefined;
    });
    assert.deepEqual([...new Set(withTerms.map(({ name }) => name))], ['Qwen2.5-Coder 3B', 'StarCoder2 3B']);
  });
});
