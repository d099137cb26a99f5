// Holds the rules of ARCHITECTURE.md that no compiler checks: who may import whom, what a file opens with, which lists agree.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { defaults } from '../src/editing/settings';
import { tensorTypes } from '../src/model/tensorTypes';
import { skipped } from './skipped';

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

/** The files of src/ that a file imports by a relative path; a JSON file, such as package.json, is none. */
function localImports(file: string): string[] {
  return imports(file)
    .filter((name) => name.startsWith('.') && !name.endsWith('.json'))
    .map((name) => `${path.posix.normalize(path.posix.join(path.posix.dirname(file), name))}.ts`);
}

/** The folder under src/ in which a file lies, or its own name where it lies in src/ itself. */
function roomOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** Each circle that following the edges leads into, as a line; one for each edge that closes one. */
function circlesIn(edges: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): string[] => {
    if (way.includes(file)) return [[...way.slice(way.indexOf(file)), file].join(' -> ')];
    if (done.has(file)) return [];
    const found = (edges.get(file) ?? []).flatMap((next) => visit(next, [...way, file]));
    done.add(file);
    return found;
  };
  return [...edges.keys()].flatMap((file) => visit(file, []));
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

  it('imports from the rooms below only', () => {
    const allowed: Record<string, string[]> = {
      eagerness: [],
      held: [],
      protocol: ['reports'],
      reports: ['eagerness'],
      results: [],
      specialists: [],
      statistics: [],
      numbers: [],
      wording: ['language'],
      language: [],
      completion: ['language', 'protocol'],
      model: ['completion', 'language', 'protocol', 'reports'],
      engine: ['model', 'completion', 'language', 'protocol', 'reports'],
      editing: ['language', 'protocol', 'reports'],
      library: ['reports'],
      measure: ['engine', 'model', 'completion', 'editing', 'language', 'protocol', 'reports'],
      report: ['language', 'protocol', 'reports'],
      webview: ['report', 'reports'],
      entries: [
        ...['measure', 'library', 'engine', 'model', 'completion', 'editing', 'language'],
        ...['report', 'reports', 'protocol'],
      ],
      extension: ['editing', 'library', 'report', 'reports', 'language', 'protocol'],
    };
    const rooms = new Set(typescript.map(roomOf));
    none(
      [...rooms].filter((room) => !allowed[room]),
      'Each room has a line in this list',
    );
    const broken = typescript.flatMap((file) => {
      const room = roomOf(file);
      const open = ['eagerness', 'held', 'numbers', 'results', 'specialists', 'statistics', 'wording'];
      const known = [room, ...open, ...(allowed[room] ?? [])];
      return localImports(file)
        .filter((imported) => !known.includes(roomOf(imported)))
        .map((imported) => `${file} imports ${imported}`);
    });
    none(broken, 'A room imports from those that ARCHITECTURE.md puts below it');
    assert.ok(rooms.size > 10);
  });

  it('has no circles of imports', () => {
    none(circlesIn(new Map(typescript.map((file) => [file, localImports(file)]))), 'No circle of imports');
  });

  it('depends at run time on vscode, Node and the bundled packages only', () => {
    const bundled = [
      ...['vscode', 'vscode-jsonrpc', 'commander', 'ignore', 'web-tree-sitter', 'yaml'],
      '@vscode/l10n',
      '@secretlint/secretlint-rule-preset-recommend',
    ];
    const broken = typescript.flatMap((file) =>
      imports(file)
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .filter((name) => !bundled.some((known) => `${name}/`.startsWith(`${known}/`)))
        .map((name) => `${file} imports ${name}`),
    );
    none(
      broken,
      `Packages in the product are ${bundled.join(', ')}; another one needs a reason in ARCHITECTURE.md`,
    );
  });
});

describe('numbers', () => {
  it('are put into words in one place', () => {
    // What is in English whoever reads it: tables in a terminal, and pages of docs/.
    const english =
      /^src\/(entries\/cli\/|library\/checkCatalogue|report\/(tables|qualityPage|speedPage|benchReport))/;
    const writing = /\.(toFixed|toPrecision|toLocale\w*String|toTimeString)\(|\bIntl\.(?!Segmenter)/;
    const broken = typescript
      .filter((file) => file !== 'src/numbers.ts' && !english.test(file))
      // A rounded number is none that is read.
      .filter((file) => writing.test(read(file).replace(/Number\(\([^;]*toPrecision\(\d+\)\)/g, '')));
    none(broken, 'src/numbers.ts writes numbers, in the language of who reads them');
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
      kernels: ['kernels', 'base'],
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
    none(broken, 'native/model sees kernels and base, kernels see base, and base itself alone');
  });

  it('keeps shared code out of the kernels, which are compiled for other CPUs', () => {
    // An inline function of a shared header, compiled here with AVX-512, could be the copy that the linker keeps
    // for the whole program, and would crash an older CPU.
    const levels = cpp.filter((file) => /^native\/kernels\/(x86|arm)\//.test(file));
    for (const file of levels) {
      for (const name of includes(file).filter((one) => !one.startsWith('<'))) {
        const header = path.posix.join(path.posix.dirname(file), name);
        if (!levels.includes(header)) levels.push(header);
      }
    }
    assert.ok(levels.includes('native/kernels/lanes_floats.h'), 'what a level includes was not found');
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
    if (process.platform !== 'linux') skipped(this, 'object files are read by nm of Linux');
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
  /** The members of an interface of src/model, with their types. */
  const declared = (file: string, name: string): Map<string, string> => {
    const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(
      read(`src/model/${file}.ts`),
    )?.[1];
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
    assert.deepEqual(hyperparameters, declared('architectures', 'Hyperparameters'));
    const settings = tabled('native/model/cache_settings', 'C');
    assert.ok(settings.size > 0);
    assert.deepEqual(settings, declared('measured', 'CacheSettings'));
  });
});

describe('architectures', () => {
  it('are the same in both languages', () => {
    const computed = [...read('native/model/architecture.cpp').matchAll(/^ {4}\{"([^"]+)", Norm::/gm)];
    const names = computed.map(([, name]) => name!);
    assert.ok(names.length > 0);
    for (const file of ['src/model/architectures.ts', 'src/measure/synthesize.ts']) {
      const table =
        /^const (?:known|forms): Record<string, \w+> = \{$([\s\S]*?)^\};/m.exec(read(file))?.[1] ?? '';
      const rows = [...table.matchAll(/^ {2}'?([\w.-]+)'?:/gm)].map(([, name]) => name);
      assert.deepEqual(rows, names, file);
    }
    none(
      names.filter((name) => !read('docs/details.md').includes(`\`${name}\``)),
      'The Details page names each architecture',
    );
  });
});

describe('tensor types', () => {
  it('that the engine reads are the same in both languages', () => {
    const rows = read('native/model/tensor_types.cpp').matchAll(/^ {4}(?:\w+<.*>\(|\{)(\w+), "/gm);
    const numbers = [...rows].map(([, id]) => (id === 'kTypeF32' ? 0 : Number(id)));
    assert.ok(numbers.length > 20);
    const list = /^const runnableTypes = new Set\(\[([^\]]+)\]\);/m.exec(
      read('src/model/description.ts'),
    )?.[1];
    assert.deepEqual(list?.trim().replace(/,$/, '').split(',').map(Number), numbers);
    const named = read('docs/details.md').split(/[^\w]+/);
    none(
      numbers.map((number) => tensorTypes[number]!.name).filter((name) => !named.includes(name)),
      'The Details page names each type',
    );
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

describe('sockets and pipes', () => {
  const code = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const opening = (pattern: RegExp): string[] => typescript.filter((file) => pattern.test(code(file)));

  it('are opened where listed', () => {
    const sockets =
      /\bfetch\b(?!\|)|\bWebSocket\b|XMLHttpRequest|sendBeacon|['"](?:node:)?(?:https?|http2|net|tls|dgram|dns)['"]/;
    // The hub's module asks with the fetch that downloads give it; the engine and the pages ask nobody.
    // The pipe between windows and the engine is a socket on this machine.
    const listed = ['src/editing/pipe.ts', 'src/extension/downloads.ts', 'src/library/hub.ts'];
    assert.deepEqual(opening(sockets), listed);
    assert.deepEqual(opening(/['"](?:node:)?(?:child_process|cluster|worker_threads)['"]/), [
      'src/editing/engineProcesses.ts',
    ]);
  });
});

describe('printing, writing settings and ending', () => {
  // Where it is the purpose: the entries, when nobody is left at the other end.
  const mayExit = ['src/entries/engineProcess.ts', 'src/entries/serving.ts', 'src/entries/cli/main.ts'];
  // base/check.h holds what ends the process on a broken invariant of our own; test programs print and exit.
  const nativeMay = ['native/base/check.h'];
  const code = (file: string): string => read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

  it('lists files that are there', () => {
    none(
      [...mayExit, ...nativeMay].filter((file) => !existsSync(path.join(root, file))),
      'A file that may do more than others is one that is there',
    );
  });

  it('console is used nowhere', () => {
    none(
      typescript.filter((file) => /\bconsole\s*\./.test(code(file))),
      'The command line writes to its streams; the rest has log.ts or answers',
    );
  });

  it('settings are written where listed, and none but our own', () => {
    const writers = typescript.filter((file) =>
      /getConfiguration\([^)]*\)\s*\.update\(|ConfigurationTarget/.test(code(file)),
    );
    assert.deepEqual(writers, ['src/extension/settings.ts']);
    const opened = [...code('src/extension/settings.ts').matchAll(/getConfiguration\(([^),]*)/g)];
    assert.deepEqual([...new Set(opened.map((match) => match[1]))], ['section']);
  });

  it('notifications are shown where no text becomes a link', () => {
    const showing = typescript.filter((file) =>
      /\bshow(?:Information|Warning|Error)Message\b|\bwindow\s*\.withProgress\b/.test(code(file)),
    );
    assert.deepEqual(showing, ['src/extension/notify.ts']);
  });

  it('a file to read is picked where it is held to be of this machine', () => {
    const picking = typescript.filter((file) => /\bshowOpenDialog\b/.test(code(file)));
    assert.deepEqual(picking, ['src/extension/modelDialog.ts']);
  });

  it('process.exit and abort are used where listed', () => {
    none(
      typescript.filter((file) => !mayExit.includes(file) && /\bprocess\.(exit|abort)\s*\(/.test(code(file))),
      'Only an entry may end its process',
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
    walkthroughs: { steps: { description: string; media: object; completionEvents: string[] }[] }[];
  };
}
interface Setting {
  properties: Record<
    string,
    {
      default?: unknown;
      scope?: string;
      ignoreSync?: boolean;
      description?: string;
      markdownDescription?: string;
    }
  >;
}

/** As VS Code reads it, with the English words in it. */
const words = JSON.parse(read('package.nls.json')) as Record<string, string>;
const manifest = JSON.parse(
  read('package.json').replace(/"%([\w.]+)%"/g, (_, key: string) => JSON.stringify(words[key])),
) as Manifest;

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

  it('has a walkthrough of files, commands, settings and contexts that are there', () => {
    const source = withEnding(filesUnder('src/extension'), /\.ts$/).map(read).join('\n');
    const settings = settingsOfManifest();
    const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.ok(steps.length > 0);
    const media = steps.flatMap((step) => Object.values(step.media) as string[]);
    const files = media.filter((file) => file.startsWith('media/'));
    assert.equal(files.length, steps.length);
    const texts = [...steps.map(({ description }) => description), ...files.map(read)].join('\n');
    const commands = [...texts.matchAll(/command:(ryzanstein\.\w+)/g)].map(([, command]) => command!);
    const events = steps.flatMap(({ completionEvents }) => completionEvents);
    const isThere = (event: string): boolean => {
      const [kind, name] = event.split(':') as [string, string];
      return kind === 'onSettingChanged' ? settings.has(name) : source.includes(`'${name}'`);
    };
    none(
      [...commands.map((command) => `onCommand:${command}`), ...events].filter((event) => !isThere(event)),
      'What the walkthrough offers or waits for is there',
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

  it('keeps from other machines what is true of one', () => {
    // VS Code takes settings of this scope along from one machine to another: a path, or a kernel, is wrong there.
    const everywhere = ['hub', 'infilling', 'secondOpinion', 'onBattery'].map((name) => `ryzanstein.${name}`);
    none(
      [...settingsOfManifest()]
        .filter(([name, { scope, ignoreSync }]) =>
          scope === 'application' ? Boolean(ignoreSync) === everywhere.includes(name) : ignoreSync,
        )
        .map(([name]) => name),
      'A setting of the application is listed here, as one that holds on every machine, or has ignoreSync',
    );
  });

  it('has the settings that settings.ts reads, with the same defaults', () => {
    const inManifest = [...settingsOfManifest()].map(([name, item]) => [name, item.default]);
    const inSource = Object.entries(defaults).map(([name, value]) => [`ryzanstein.${name}`, value]);
    const plain = (entries: unknown[][]): unknown => JSON.parse(JSON.stringify(Object.fromEntries(entries)));
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

describe('the documents', () => {
  it('name files that are there', () => {
    const broken = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'].flatMap((document) =>
      [...read(document).matchAll(/`((?:src|native|scripts|test|training|media|models|docs)\/[\w./-]*)`/g)]
        .map((match) => match[1] ?? '')
        .filter((named) => !existsSync(path.join(root, named)))
        .map((named) => `${document} names ${named}`),
    );
    none(broken, 'A path that a document names is there');
  });

  it('tell the architecture in 15 kB', () => {
    const bytes = statSync(path.join(root, 'ARCHITECTURE.md')).size;
    assert.ok(bytes <= 15_000, `ARCHITECTURE.md has ${bytes} bytes`);
  });
});

describe('scripts', () => {
  it('declare what they read before they run', () => {
    // A program runs while its file is still being read: what is declared below it is not there yet.
    const declared = /^(?:export )?(?:const|let|class) (\w+)/gm;
    const broken = [...scripts, ...withEnding(tests, /\.mjs$/)].flatMap((file) => {
      const rest = read(file).split(/^await program\(/m)[1] ?? '';
      return [...rest.matchAll(declared)].map(([, name]) => `${file}: ${name}`);
    });
    none(broken, 'Below `await program(...)` stand functions alone');
  });

  it('import nothing from test/', () => {
    const broken = [...scripts, ...withEnding(filesUnder('scripts'), /\.ts$/)].flatMap((file) =>
      imports(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => path.posix.normalize(path.posix.join(path.posix.dirname(file), name)))
        .filter((imported) => imported.startsWith('test/'))
        .map((imported) => `${file} imports ${imported}`),
    );
    none(broken, 'What a script needs lies in scripts/ or src/');
  });
});

describe('the test of a package on its own system', () => {
  it('needs no package of npm, which are not installed there', () => {
    const reached = new Set<string>();
    const reach = (file: string): string[] => {
      if (reached.has(file)) return [];
      reached.add(file);
      return imports(file).flatMap((name) =>
        name.startsWith('.')
          ? reach(path.posix.normalize(path.posix.join(path.posix.dirname(file), name)))
          : name.startsWith('node:')
            ? []
            : [`${file} imports ${name}`],
      );
    };
    none(reach('test/platforms/here.mjs'), 'It imports what Node has, and files that do so');
    assert.ok(reached.size > 2);
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
