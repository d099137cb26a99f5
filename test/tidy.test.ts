// Holds the rules of ARCHITECTURE.md that no compiler checks: who may import whom, what a file opens with, which lists agree.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import ts from 'typescript';

const root = process.cwd();
const ignored = new Set(['node_modules', 'build', 'fixtures', '__pycache__']);

/** The files at or under a path, relative to the root, with forward slashes. */
function filesUnder(folder: string): string[] {
  const full = path.join(root, folder);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [folder];
  return readdirSync(full)
    .filter((name) => !ignored.has(name) && !name.startsWith('.'))
    .sort()
    .flatMap((name) => filesUnder(`${folder}/${name}`));
}

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const withEnding = (files: string[], pattern: RegExp): string[] => files.filter((file) => pattern.test(file));

const typescript = withEnding(filesUnder('src'), /\.ts$/);
const cpp = withEnding(filesUnder('native'), /\.(h|cpp)$/);
const python = withEnding(filesUnder('training'), /\.py$/);
const scripts = [...withEnding(filesUnder('scripts'), /\.mjs$/), 'esbuild.mjs', 'eslint.config.mjs'];
const tests = withEnding(filesUnder('test'), /\.(ts|mjs)$/);

/** What a TypeScript file imports, as written. */
function imports(file: string): string[] {
  const found = read(file).matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*|\brequire\s*\(\s*)['"]([^'"]+)['"]/g);
  return [...found].map((match) => match[1] ?? '');
}

/** The first folder under src/ that a relative import leads to, or the file itself where it lies in src/. */
function partOf(file: string, imported: string): string {
  return path.posix.normalize(path.posix.join(path.posix.dirname(file), imported)).split('/')[1] ?? '';
}

/** The includes of a C++ file: `<...>` with the brackets, `"..."` without the quotes. */
function includes(file: string): string[] {
  return [...read(file).matchAll(/^\s*#\s*include\s+(?:"([^"]+)"|(<[^>]+>))/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
}

function none(broken: string[], rule: string): void {
  assert.equal(broken.length, 0, `${rule}:\n  ${broken.join('\n  ')}`);
}

describe('TypeScript', () => {
  it('is there to be looked at', () => {
    assert.ok(typescript.length > 10 && typescript.some((file) => file.startsWith('src/engine/')));
  });

  it('imports vscode in src/extension only', () => {
    const broken = typescript.filter(
      (file) => !file.startsWith('src/extension/') && imports(file).includes('vscode'),
    );
    none(broken, 'Only src/extension may import vscode');
  });

  it('lets extension and engine share protocol.ts and editing alone', () => {
    const known: Record<string, string[]> = {
      'protocol.ts': [],
      editing: ['editing', 'protocol'],
      engine: ['engine', 'editing', 'protocol'],
      extension: ['extension', 'editing', 'protocol'],
    };
    const broken = typescript.flatMap((file) => {
      const allowed = known[file.split('/')[1] ?? ''] ?? [];
      return imports(file)
        .filter((imported) => imported.startsWith('.') && !allowed.includes(partOf(file, imported)))
        .map((imported) => `${file} imports ${imported}`);
    });
    none(broken, 'src/extension and src/engine know src/editing and src/protocol.ts, not each other');
  });

  it('depends at run time on vscode, Node and the bundled packages only', () => {
    const bundled = ['vscode', 'vscode-jsonrpc', 'commander', 'ignore', 'web-tree-sitter'];
    const broken = typescript.flatMap((file) =>
      imports(file)
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .filter((name) => !bundled.includes(name.split('/')[0] ?? ''))
        .map((name) => `${file} imports ${name}`),
    );
    none(
      broken,
      `Packages in the product are ${bundled.join(', ')}; another one needs a reason in ARCHITECTURE.md`,
    );
  });
});

describe('C++', () => {
  it('knows Node-API in native/addon only', () => {
    const knowing = cpp.filter((file) => /napi\.h|node_api\.h/.test(read(file)));
    none(
      knowing.filter((file) => !file.startsWith('native/addon/')),
      'Only native/addon may include napi.h',
    );
    assert.ok(knowing.length > 0);
  });

  it('looks down only: addon, model, kernels and base', () => {
    const below: Record<string, string[]> = {
      model: ['model', 'kernels', 'base'],
      kernels: ['kernels'],
      base: ['base'],
    };
    const broken = cpp.flatMap((file) => {
      const home = file.split('/')[1] ?? '';
      const allowed = below[home];
      if (!allowed) return [];
      return includes(file)
        .filter((name) => !name.startsWith('<'))
        .map((name) => ({ name, target: targetFolder(file, name) }))
        .filter(({ target }) => !allowed.includes(target))
        .map(({ name }) => `${file} includes ${name}`);
    });
    none(broken, 'native/model sees kernels and base, the others only themselves');
  });

  it('keeps shared code out of the kernels, which are compiled for other CPUs', () => {
    // An inline function of a shared header, compiled here with AVX-512, could be the copy that the linker keeps
    // for the whole program, and would crash an older CPU.
    const levels = cpp.filter(
      (file) =>
        file.startsWith('native/kernels/') &&
        /immintrin\.h|arm_neon\.h/.test(read(file)) &&
        !/\/cpu\./.test(file),
    );
    assert.ok(levels.length > 0, 'no kernel file with intrinsics was found');
    const allowed = /^<(stdint|stddef|cstdint|cstddef|immintrin|arm_neon|string|cstring)(\.h)?>$/;
    const broken = levels.flatMap((file) =>
      includes(file)
        .filter((name) => name.startsWith('<') && !allowed.test(name))
        .map((name) => `${file} includes ${name}`),
    );
    none(
      broken,
      'A kernel file includes only <stdint.h>, <stddef.h>, intrinsics and headers of native/kernels',
    );
  });

  it('leaves no weak symbol in the kernel objects', function () {
    const objects = filesUnderAny(path.join(root, 'native', 'build')).filter((file) =>
      /^(?!.*sanitize-).*kernels\/(x86|arm)\/[^/]*\.o$/.test(file.replaceAll('\\', '/')),
    );
    if (process.platform !== 'linux') return this.skip();
    assert.ok(objects.length > 0, 'native/build holds no kernel object: `npm run build` makes them');
    const broken = objects.flatMap((file) =>
      execFileSync('nm', ['-C', file], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => /^[0-9a-f]* [WVu] /.test(line))
        .map((line) => `${path.basename(file)}: ${line.trim()}`),
    );
    none(broken, 'A weak symbol would be shared with code for other CPUs');
  });
});

describe('records that cross to C++', () => {
  /** The members of an interface of addon.ts, with their types. */
  const declared = (name: string): Map<string, string> => {
    const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(read('src/engine/addon.ts'))?.[1];
    const members = body?.matchAll(/^ {2}(\w+)\??: (.+);$/gm) ?? [];
    return new Map([...members].map((member) => [member[1]!, member[2]!]));
  };
  /** The names that the table of a C++ file reads, with the types that their members have in TypeScript. */
  const tabled = (file: string, record: string): Map<string, string> => {
    const types: Record<string, string> = {
      'std::string': 'string',
      int: 'number',
      float: 'number',
      'std::vector<int>': 'number[]',
      'std::vector<float>': 'number[]',
    };
    const rows = read(`${file}.cpp`).matchAll(new RegExp(`\\{"(\\w+)", &${record}::(\\w+)`, 'g'));
    const typeOf = (member: string): string =>
      new RegExp(`^ {2}([\\w:<>]+) ${member}\\b`, 'm').exec(read(`${file}.h`))?.[1] ?? 'no type';
    return new Map([...rows].map((row) => [row[1]!, types[typeOf(row[2]!)] ?? typeOf(row[2]!)]));
  };

  it('have the same members in both languages', () => {
    const hyperparameters = tabled('native/model/hyperparameters', 'H');
    assert.ok(hyperparameters.size > 10);
    assert.deepEqual(hyperparameters, declared('Hyperparameters'));
    const settings = tabled('native/model/cache_settings', 'C');
    assert.ok(settings.size > 0);
    assert.deepEqual(settings, declared('CacheSettings'));
  });
});

describe('architectures', () => {
  it('are the same in both languages', () => {
    const computed = [...read('native/model/architecture.cpp').matchAll(/^ {4}\{"([^"]+)", Norm::/gm)];
    const names = computed.map(([, name]) => name);
    assert.ok(names.length > 0);
    for (const file of ['src/engine/model.ts', 'src/engine/synthesize.ts']) {
      const list = /^(?:export )?const architectures = \[([^\]]+)\];/m.exec(read(file))?.[1] ?? '';
      const known = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name);
      assert.deepEqual(known, names, file);
    }
  });
});

describe('CPU levels', () => {
  const listed = [...read('native/kernels/levels.inc').matchAll(/^RYZANSTEIN_LEVEL\("([^"]+)", (\w+),/gm)];
  const forCpus = cpp.filter((file) => /^native\/kernels\/(x86|arm)\/[^/]+\.cpp$/.test(file));

  it('have a file each that exports their table', () => {
    const files = cpp.filter((file) => file.startsWith('native/kernels/'));
    const defining = (table: string): string[] =>
      files.filter((file) => read(file).includes(`extern const Kernels ${table} = `));
    assert.ok(listed.length > 5);
    none(
      listed.filter(([, , table]) => defining(table!).length !== 1).map(([, name]) => name!),
      'A level of levels.inc has its table in one file of native/kernels',
    );
    const tables = files.flatMap((file) => [...read(file).matchAll(/extern const Kernels (\w+) = /g)]);
    assert.deepEqual(
      tables.map(([, table]) => table).sort(),
      listed.map(([, , table]) => table).sort(),
      'Tables that files export and levels.inc differ',
    );
  });

  it('name their compiler flags', () => {
    assert.ok(forCpus.length > 5);
    none(
      forCpus.filter((file) => !/^\/\/ Flags: -m/m.test(read(file))),
      'A file for a CPU names its compiler flags, which CMakeLists.txt reads, in a line of its own',
    );
  });

  it('can be chosen in the settings', () => {
    const setting = settingsOfManifest().get('ryzanstein.kernel') as { enum?: string[] } | undefined;
    assert.deepEqual(setting?.enum, ['auto', ...listed.map(([, name]) => name)]);
  });
});

/** The folder of native/ in which an included file lies: found beside the includer or from native/. */
function targetFolder(file: string, name: string): string {
  const beside = path.posix.normalize(path.posix.join(path.posix.dirname(file), name));
  const found = existsSync(path.join(root, beside)) ? beside : path.posix.join('native', name);
  return found.split('/')[1] ?? '';
}

function filesUnderAny(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
}

describe('every source file', () => {
  it('opens with a sentence that says what it is', () => {
    const opening = (file: string): string => {
      const text = read(file).replace(/^#!.*\n/, '');
      const comment = /\.py$/.test(file)
        ? /^(?:"""([\s\S]*?)"""|((?:#.*\n)+))/.exec(text)
        : /^(?:\/\*\*?([\s\S]*?)\*\/|((?:\/\/.*\n)+))/.exec(text);
      return (comment?.[1] ?? comment?.[2] ?? '').replace(/^[\s*/#]+/gm, ' ').trim();
    };
    const all = [...typescript, ...cpp, ...scripts, ...tests, ...python].filter(
      (file) => read(file).trim() !== '',
    );
    const broken = all.filter((file) => !/^[A-Za-z`0-9][\s\S]{15,}?[.:;!]/.test(opening(file)));
    none(broken, 'A source file opens with a comment, a sentence that says what it is');
  });

  it('has no mark of unfinished work', () => {
    const own = 'test/tidy.test.ts';
    const all = [...typescript, ...cpp, ...scripts, ...tests, ...python].filter((file) => file !== own);
    none(
      all.filter((file) => /\b(TODO|FIXME|XXX|HACK)\b/.test(read(file))),
      'Unfinished work is no comment',
    );
  });

  it('is not named after nothing in particular', () => {
    const all = [...typescript, ...cpp, ...scripts, ...tests, ...python];
    none(
      all.filter((file) => /\b(utils?|helpers?|managers?|common|misc)\b/i.test(path.basename(file))),
      'A file is named after the one thing that it gives',
    );
  });
});

describe('printing, writing settings and ending', () => {
  // Where it is the purpose: the command line and the entry of the engine process.
  const mayPrint = ['src/engine/cli.ts'];
  const mayExit = ['src/engine/cli.ts', 'src/engine/main.ts'];
  // base/check.h holds what ends the process on a broken invariant of our own; test programs print and exit.
  const nativeMay = ['native/base/check.h', 'native/base/check.cpp'];
  const code = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

  it('console is used where listed', () => {
    none(
      typescript.filter((file) => !mayPrint.includes(file) && /\bconsole\s*\./.test(code(file))),
      'Only the command line prints; the rest has log.ts or answers',
    );
  });

  it('settings are written where listed, and none but our own', () => {
    const writers = typescript.filter(
      (file) => /getConfiguration\(/.test(code(file)) && /\.update\(/.test(code(file)),
    );
    assert.deepEqual(writers, ['src/extension/settings.ts']);
    const opened = [...code('src/extension/settings.ts').matchAll(/getConfiguration\(([^),]*)/g)];
    assert.deepEqual([...new Set(opened.map((match) => match[1]))], ['section']);
  });

  it('process.exit and abort are used where listed', () => {
    none(
      typescript.filter((file) => !mayExit.includes(file) && /\bprocess\.(exit|abort)\s*\(/.test(code(file))),
      'Only the engine process and the command line may end their process',
    );
  });

  it('native code neither prints nor ends the process', () => {
    const product = cpp.filter((file) => !file.startsWith('native/test/') && !nativeMay.includes(file));
    none(
      product.filter((file) =>
        /\b(f?printf|puts|abort|_?exit|terminate)\s*\(|std::c(out|err)\b/.test(code(file)),
      ),
      'Only base/check may end the process, and nothing native prints',
    );
  });
});

interface Manifest {
  engines: { vscode: string };
  devDependencies: Record<string, string>;
  contributes: {
    commands: { command: string }[];
    configuration: Setting | Setting[];
  };
}
interface Setting {
  properties: Record<
    string,
    { default?: unknown; scope?: string; description?: string; markdownDescription?: string }
  >;
}

const manifest = JSON.parse(read('package.json')) as Manifest;

describe('package.json', () => {
  it('contributes commands that the extension registers, and no other', () => {
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    const source = withEnding(filesUnder('src/extension'), /\.ts$/).map(read).join('\n');
    assert.ok(contributed.length > 0);
    none(
      contributed.filter(
        (command) => !source.includes(`'${command}'`) && !source.includes(`'${command.split('.')[1]}'`),
      ),
      'Commands of package.json that src/extension does not register',
    );
  });

  it('describes every setting and gives it a scope and a default', () => {
    const settings = settingsOfManifest();
    none(
      [...settings]
        .filter(
          ([, item]) =>
            !(item.description ?? item.markdownDescription) || !item.scope || item.default === undefined,
        )
        .map(([name]) => name),
      'Settings without description, scope or default',
    );
  });

  it('has the settings that settings.ts reads, with the same defaults', () => {
    const compiled = ts.transpileModule(read('src/extension/settings.ts'), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    const module = { exports: {} as { defaults?: Record<string, unknown> } };
    vm.runInNewContext(compiled.outputText, { exports: module.exports, require: () => ({}) });
    const inManifest = [...settingsOfManifest()].map(([name, item]) => [name, item.default]);
    const inSource = Object.entries(module.exports.defaults ?? {}).map(([name, value]) => [
      `ryzanstein.${name}`,
      value,
    ]);
    const plain = (entries: unknown[][]): unknown => JSON.parse(JSON.stringify(Object.fromEntries(entries)));
    assert.ok(inSource.length > 0, 'settings.ts exports no defaults');
    assert.deepEqual(plain(inManifest), plain(inSource));
  });

  it('has its settings in the table of README.md', () => {
    const readme = read('README.md');
    none(
      [...settingsOfManifest().keys()].filter((name) => !readme.includes(`| \`${name}\` `)),
      'Settings that README.md does not tell of',
    );
  });

  it('holds the VS Code that it is typed against', () => {
    const typed = /\d+\.\d+/.exec(manifest.devDependencies['@types/vscode'] ?? '')?.[0];
    assert.equal(/\d+\.\d+/.exec(manifest.engines.vscode)?.[0], typed);
  });
});

function settingsOfManifest(): Map<string, Setting['properties'][string]> {
  const parts = [manifest.contributes.configuration].flat();
  return new Map(parts.flatMap((part) => Object.entries(part.properties)));
}

describe('ARCHITECTURE.md', () => {
  it('lists the files that are on disk', () => {
    const listed = [
      ...read('ARCHITECTURE.md').matchAll(/^((?:src|native|scripts|test|training|media)\/[\w./-]+) /gm),
    ]
      .map((match) => match[1] ?? '')
      .sort();
    const onDisk = ['src', 'native', 'scripts', 'test', 'training', 'media']
      .flatMap(filesUnder)
      .filter((file) => !/\.(lock|pyc)$|package-lock\.json$/.test(file))
      .sort();
    none(
      [
        ...onDisk.filter((file) => !listed.includes(file)).map((file) => `not listed: ${file}`),
        ...listed.filter((file) => !onDisk.includes(file)).map((file) => `not on disk: ${file}`),
      ],
      'The map in ARCHITECTURE.md and the tree differ',
    );
  });
});

describe('test/fixtures', () => {
  it('has a licence for all code of others', () => {
    const folder = path.join(root, 'test/fixtures');
    const { holes } = JSON.parse(read('test/fixtures/holes.json')) as { holes: { source: string }[] };
    const recordings = readdirSync(folder)
      .filter((name) => name.endsWith('.session.jsonl'))
      .map((name) => read(`test/fixtures/${name}`).split('\n', 1)[0]!)
      .map((line) => (JSON.parse(line) as { source: string }).source);
    const licences = read('test/fixtures/LICENCES.txt');
    const sources = new Set([...holes.map(({ source }) => source), ...recordings]);
    assert.ok(sources.size > 10 && recordings.length > 2);
    const named = licences.split('\n').flatMap((line) => line.split(':')[0]!.split(', '));
    none(
      [...sources].filter((source) => !named.includes(source)),
      'LICENCES.txt names each source',
    );
  });
});
