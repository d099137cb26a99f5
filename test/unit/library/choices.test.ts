// The lines of the list of models: what they say of a file, in what order they stand, and which licence has terms.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ModelReader } from '../../../src/editing/modelReader';
import { bundledOrigin, type Candidate, choicesOf } from '../../../src/library/choices';
import { licenceOf } from '../../../src/library/licences';
import * as write from '../../../src/model/ggufWriter';
import { type Small, qwenMarkers, smallModel } from './smallModel';

describe('the list of models', function () {
  this.timeout(30_000);
  let folder: string;
  let reader: ModelReader;
  const log = { info: assert.fail, warn: assert.fail, error: assert.fail, debug: () => undefined };
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-library-'));
    reader = new ModelReader(path.resolve('dist/engine.js'), log);
  });
  after(() => {
    reader.dispose();
    fs.rmSync(folder, { recursive: true });
  });

  const file = (name: string, content = ''): string => {
    const full = path.join(folder, name);
    fs.writeFileSync(full, content);
    return full;
  };
  const small = (name: string, more: Partial<Small> = {}): string =>
    smallModel(path.join(folder, name), { name, ...more });
  async function choices(files: string[], current = '', origin = 'Ollama') {
    const candidates: Candidate[] = [];
    for (const each of files) {
      const glance = await reader.glance(each);
      candidates.push({ file: each, origin, ...('refusal' in glance ? glance : { glance }) });
    }
    return choicesOf(candidates, current);
  }

  it('tells name, type, size, licence and whether the model fills in the middle', async () => {
    const coder = small('Qwen2.5-Coder-0.5B', { license: 'apache-2.0', markers: qwenMarkers });
    const [line] = await choices([coder], coder);
    assert.deepEqual(line, {
      file: coder,
      current: true,
      infills: true,
      name: 'Qwen2.5-Coder-0.5B',
      description: 'F32 · 0.27 MB · Apache-2.0',
      detail: 'fills in the middle · Ollama',
      license: { name: 'Apache-2.0' },
    });
  });

  it('says that a model without the tokens only continues, and that a licence is not known', async () => {
    const [line] = await choices([small('prose')]);
    assert.match(line!.detail, /^continues the text before the cursor only/);
    assert.match(line!.description, /licence unknown$/);
  });

  it('has the bundled model first, then those that fill in, and what cannot be used at the end, with why', async () => {
    const markers = qwenMarkers;
    const files = [
      file('empty.gguf'),
      file('text.gguf', 'not a model, but a text that is long enough'),
      small('clip', { architecture: 'clip' }),
      small('part-00001-of-00002.gguf', { more: [['split.count', write.count(2)]] }),
      small('codebook', { type: 16 }),
      path.join(folder, 'gone.gguf'),
      folder,
      small('prose'),
      small('b coder', { markers }),
      small('a coder', { markers: [...markers, '<more>'] }),
    ];
    const bundled = (await choices([small('own')], '', bundledOrigin)).map(({ name }) => name);
    const list = await choices(files);
    assert.deepEqual(
      [...bundled, ...list.slice(0, 3).map(({ name }) => name)],
      ['own', 'b coder', 'a coder', 'prose'],
    );
    const why = Object.fromEntries(list.slice(3).map(({ name, refusal }) => [name, refusal]));
    assert.match(why['empty.gguf']!, /is empty/);
    assert.match(why['text.gguf']!, /is not a GGUF file/);
    assert.match(why.clip!, /has the architecture "clip"/);
    assert.match(why['part-00001-of-00002.gguf']!, /is part 1 of 2 of a split model/);
    assert.match(why.codebook!, /the type IQ2_XXS, which the engine does not read/);
    assert.match(why['gone.gguf']!, /does not exist/);
    assert.match(why[path.basename(folder)]!, /is not a file, but a folder/);
  });

  it('has the machine measured without a model, and does without where that fails', async () => {
    const { threads, readGBs, gops } = (await reader.machine())!;
    assert.ok(threads >= 1 && readGBs > 0 && gops > 0);
    const told: string[] = [];
    const broken = new ModelReader(file('broken.js', 'process.exit(3)'), {
      ...log,
      warn: (line) => told.push(line),
    });
    assert.equal(await broken.machine(), undefined);
    assert.match(told.join(), /could not be measured.*code 3/);
  });

  it('reads a file again when it has changed, and after its process was ended', async () => {
    const changing = file('changing.gguf');
    assert.match(JSON.stringify(await reader.glance(changing)), /is empty/);
    smallModel(changing, { name: 'whole' });
    reader.rest();
    assert.equal((await choices([changing]))[0]!.name, 'whole');
  });

  it('goes on reading a file where another list of models is done meanwhile', async () => {
    const slow = new ModelReader(
      file(
        'slow.js',
        "process.on('message', ({ id }) => setTimeout(() => process.send({ jsonrpc: '2.0', id, result: { name: 'slow' } }), 400));",
      ),
      log,
    );
    const glance = slow.glance(small('long.gguf'));
    await pause(200);
    slow.rest();
    assert.deepEqual(await glance, { name: 'slow' });
    slow.rest();
  });

  it('looks again at a file that could not be used, for that may have had other reasons', async () => {
    const deaf = file('deaf.js', 'setInterval(() => undefined, 1000);');
    const whole = fs.readFileSync('dist/engine.js', 'utf8');
    const sleepy = new ModelReader(deaf, log);
    const model = small('interrupted.gguf');
    const glance = sleepy.glance(model);
    // It begins when the state of the file is known.
    await pause(200);
    sleepy.dispose();
    assert.ok('refusal' in (await glance));
    fs.writeFileSync(deaf, whole);
    const again = await sleepy.glance(model);
    sleepy.rest();
    assert.ok(!('refusal' in again), JSON.stringify(again));
  });

  it('has a licence for a model whose file says nothing of it, and terms where there are some', () => {
    const cases: [
      names: string[],
      stated: string | undefined,
      name: string | undefined,
      terms: RegExp | undefined,
    ][] = [
      [['Qwen2.5 Coder 3B Instruct'], 'apache-2.0', 'Qwen Research', /not for commercial/],
      [['qwen2.5-coder:3b-base'], undefined, 'Qwen Research', /not for commercial/],
      [['Qwen2.5 Coder 7B'], 'apache-2.0', 'Apache-2.0', undefined],
      [['Codestral 22B v0.1'], 'other', 'Mistral Non-Production', /not for production/],
      [['CodeGemma 2B'], undefined, 'Gemma Terms of Use', /forbid some uses/],
      [['DeepSeek R1'], 'MIT License\n\nCopyright (c) 2023 DeepSeek', 'MIT', undefined],
      [['starcoder2:3b'], undefined, 'OpenRAIL-M', /forbids some uses/],
      [['Somebody'], 'own-licence', 'own-licence', /not known here/],
      [['Somebody'], undefined, undefined, undefined],
    ];
    for (const [names, stated, name, terms] of cases) {
      const licence = licenceOf(names, stated);
      assert.equal(licence?.name, name, names[0]);
      if (terms) assert.match(licence?.terms ?? '', terms);
      else assert.equal(licence?.terms, undefined);
    }
  });
});
