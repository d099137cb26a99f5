// The frozen sets: the same holes from the same files, an error where they would be others, and a list that keeps the rules.

import * as assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { digestOf, drawSet, type EvalSet, evalSetOf } from '../../../src/measure/evalSet';

interface Source {
  kind: string;
  name: string;
  version: string;
  licence: string;
  repository: string;
  package?: string;
  files: string[];
}
interface List {
  sets: Record<string, { seed: number; holesPerLanguage: number; digest: string }>;
  sources: Source[];
}

const frozen = JSON.parse(fs.readFileSync('training/eval.json', 'utf8')) as List;

describe('a frozen set', () => {
  let folder: string;
  const set: EvalSet = {
    name: 'small',
    seed: 5,
    holesPerLanguage: 3,
    digest: '',
    sources: [
      { name: 'some/one', files: ['src/a.ts', 'src/b.tsx', 'a.py'] },
      { name: '@scope/two', files: ['src/a.ts'] },
    ],
  };
  const codeOf = (name: string): string =>
    Array.from({ length: 20 }, (_, i) => `const ${name}${i} = compute(${i}, "some words of it");`).join('\n');

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-set-'));
    for (const { name, files } of set.sources) {
      for (const file of files) {
        const target = path.join(folder, name, file);
        fs.mkdirSync(path.dirname(target), { recursive: true });
        fs.writeFileSync(target, codeOf(`${name[1]}${file.at(-1)}`));
      }
    }
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const drawnDigest = (): string => {
    try {
      drawSet(set, folder);
    } catch (error) {
      return /their digest is (\w{64})/.exec(String(error))![1]!;
    }
    return '';
  };

  it('is drawn from its files, equally many holes of each language, the languages in turn', () => {
    const holes = drawSet({ ...set, digest: drawnDigest() }, folder);
    const languages = holes.map(({ language }) => language.replace('react', ''));
    assert.deepEqual(languages, ['python', 'typescript', 'python', 'typescript', 'python', 'typescript']);
    for (const { source, path: file, prefix, expected, suffix } of holes)
      assert.equal(fs.readFileSync(path.join(folder, source!, file), 'utf8'), prefix + expected + suffix);
    assert.equal(digestOf(holes), drawnDigest());
    assert.notEqual(digestOf(holes.slice(1)), drawnDigest());
  });

  it('is refused where the holes would be others, in words that say so', () => {
    const digest = drawnDigest();
    const file = path.join(folder, '@scope/two/src/a.ts');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('compute', 'Compute'));
    assert.throws(
      () => drawSet({ ...set, digest }, folder),
      /The 6 holes drawn from .* are not those of the set "small": .* could not be compared/,
    );
    assert.throws(() => drawSet({ ...set, digest, seed: 6 }, folder), /are not those of the set/);
  });

  it('says what is missing', () => {
    fs.rmSync(path.join(folder, 'some/one/a.py'));
    assert.throws(() => drawSet(set, folder), /one[/\\]a\.py does not exist/);
    fs.rmSync(path.join(folder, 'some'), { recursive: true });
    assert.throws(
      () => drawSet(set, folder),
      /has no some\/one\. Bring the sources' files by training\/eval_set/,
    );
  });

  it('is refused with bad content, by what is wrong', () => {
    const good = { sets: { small: { seed: 1, holesPerLanguage: 2, digest: 'x' } }, sources: set.sources };
    assert.equal(evalSetOf(good, 'small', 'a.json').holesPerLanguage, 2);
    for (const [list, message] of [
      [{ ...good, sets: { other: good.sets.small } }, /a\.json has no set "small", only other\./],
      [
        { ...good, sets: { small: { seed: 1, digest: 'x' } } },
        /needs "seed", "holesPerLanguage" and "digest"/,
      ],
      [{ ...good, sets: { small: { ...good.sets.small, seed: 'one' } } }, /needs "seed"/],
      [{ ...good, sources: undefined }, /a\.json needs "sources"/],
      [{ ...good, sources: [{ name: 'a' }] }, /the "files" that holes are drawn from/],
      [{ ...good, sources: [null] }, /needs "sources"/],
    ] as [object, RegExp][])
      assert.throws(() => evalSetOf(list, 'small', 'a.json'), message);
  });
});

describe('training/eval.json', () => {
  it('has a set of 3,000 holes and one of 300, from at least five languages', () => {
    const languages = new Set(
      frozen.sources.flatMap(({ files }) => files.map((file) => path.extname(file).replace(/x$/, ''))),
    );
    for (const ending of ['.ts', '.js', '.py', '.go', '.rs', '.java', '.cpp'])
      assert.ok(languages.has(ending), ending);
    assert.ok(frozen.sets.full!.holesPerLanguage * 7 >= 3000);
    assert.ok(frozen.sets.quick!.holesPerLanguage * 7 >= 300);
    for (const name of ['full', 'quick'])
      assert.match(evalSetOf(frozen, name, 'training/eval.json').digest, /^[0-9a-f]{64}$/);
  });

  it('names held-out sources only, each with version and licence', () => {
    const isHeldOut = (name: string): boolean =>
      createHash('sha256').update(name.toLowerCase()).digest()[0]! < 0x0d;
    for (const { kind, name, version, licence, repository, package: packageName, files } of frozen.sources) {
      assert.ok(kind && version && licence && Array.isArray(files), name);
      assert.ok([name, repository, packageName ?? name].some(isHeldOut), name);
    }
  });
});
