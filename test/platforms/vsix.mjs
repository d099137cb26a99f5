// What the VSIX of a target has to hold, and what its engine may ask of the system.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { engineFolder } from '../../scripts/build-target.mjs';
import { installed } from '../../scripts/setup.mjs';
import { filesUnder, root, run } from '../../scripts/steps.mjs';

const exported = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
const ofGlibc = /^(lib(c|m|pthread|dl|rt)\.so\.\d|ld-linux-.*\.so\.\d)$/;
/** What each system has by itself: the libraries that an engine may need, and of glibc the newest version. */
const systems = {
  linux: { kind: 'ELF', libraries: ofGlibc, versions: 'GLIBC_2.28' },
  alpine: { kind: 'ELF', libraries: /^libc\.so$/ },
  win32: { kind: 'PE', libraries: /^(KERNEL32|ntdll|ADVAPI32|api-ms-win-crt-[\w-]+)\.dll$/i },
  darwin: { kind: 'Mach-O', libraries: /^(@rpath\/ryzanstein\.node|\/usr\/lib\/libSystem\.B\.dylib)$/ },
};
const machines = {
  ELF: { x64: 'X86_64', arm64: 'AARCH64' },
  PE: { x64: 'AMD64', arm64: 'ARM64' },
  'Mach-O': { x64: 'X86_64', arm64: 'ARM64' },
};
/** Every file that a package holds besides its engine, by kinds: of each there is one, and all that the tree has. */
const wanted = [
  /^\[Content_Types\]\.xml$|^extension\.vsixmanifest$/,
  /^extension\/(package(\.nls(\.[a-z]{2})?)?\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/l10n\/bundle\.l10n\.[a-z]{2}\.json$/,
  /^extension\/dist\/(extension|engine|cli|webview\/\w+)\.js$|^extension\/dist\/(THIRD-PARTY-NOTICES\.txt|icons\.ttf)$/,
  /^extension\/dist\/grammars\/[\w-]+\.wasm$/,
  /^extension\/examples\/shop\.ts$/,
  /^extension\/media\/[\w/-]+(\.[a-z]{2})?\.(html|css|png|svg|md)$/,
  /^extension\/models\/[\w-]+\.(gguf|md)$/,
];
const isWanted = (name) => wanted.some((each) => each.test(name));

/** The files of the tree that a package with these files lacks. */
export function missingIn(names) {
  const texts = readdirSync(root).filter((file) => file.startsWith('package.nls.'));
  return filesUnder([...texts, 'package.json', 'l10n', 'dist', 'examples', 'media', 'models'])
    .map((file) => `extension/${file.replaceAll('\\', '/')}`)
    .filter((name) => isWanted(name) && !names.includes(name));
}

const mostBesidesModel = 10e6;

const newer = (version, than) => version.localeCompare(than, 'en', { numeric: true }) > 0;

/** Unpacks a VSIX with the modes that it gives its files; returns those files, their modes and sizes in the VSIX. */
async function unpacked(vsix, folder) {
  const script = [
    'import json, os, sys, zipfile',
    'with zipfile.ZipFile(sys.argv[1]) as z:',
    '  z.extractall(sys.argv[2])',
    '  entries = [(i.filename, i.external_attr >> 16 & 0o777, i.compress_size) for i in z.infolist()]',
    'for name, mode, size in entries: os.chmod(os.path.join(sys.argv[2], name), mode)',
    'print(json.dumps(entries))',
  ];
  const { output } = await run('python3', ['-c', script.join('\n'), vsix, folder]);
  return JSON.parse(output).map(([name, mode, size]) => ({ name, mode, size }));
}

/** Complaints about an engine, from what LIEF reads in it. */
async function engineComplaints(target, file) {
  const [system, arch] = target.split('-');
  const { kind, libraries, versions } = systems[system];
  const { output } = await run('python3', [
    path.join('test', 'platforms', 'binaries.py'),
    installed.lief,
    file,
  ]);
  const told = JSON.parse(output);
  const complaints = [];
  const check = (ok, complaint) => ok || complaints.push(complaint);
  check(
    told.kind === kind && told.machine === machines[kind][arch],
    `it is ${told.kind} for ${told.machine}`,
  );
  const strange = told.libraries.filter((name) => !libraries.test(name));
  check(told.libraries.length > 0 && strange.length === 0, `it needs ${strange.join(', ') || 'no library'}`);
  const young = (told.versions ?? []).filter(
    (version) => !version.startsWith('GLIBC_') || (versions && newer(version, versions)),
  );
  check(young.length === 0, `it needs ${young.join(', ')}`);
  const names = (list) => list.map((name) => name.replace(/^_(?=napi|node_api)/, ''));
  check(
    exported.every((name) => names(told.exports).includes(name)),
    'Node cannot find what it looks for',
  );
  const more = names(told.exports).filter((name) => !exported.includes(name));
  if (kind === 'ELF') check(more.length === 0, `it exports ${more.join(', ')}`);
  const ofNode = names(told.imports).filter((name) => /^(napi|node_api)_/.test(name));
  if (kind === 'PE') check(ofNode.length === 0, `it imports ${ofNode.join(', ')} from a file of one name`);
  else check(ofNode.length > 50, `it imports only ${ofNode.length} functions of Node`);
  if (kind === 'Mach-O') check(told.oldest.startsWith('11.0'), `it needs macOS ${told.oldest}`);
  if (target === 'darwin-arm64') check(told.signature === 'right', `its signature: ${told.signature}`);
  for (const place of [root, path.dirname(installed.zig)])
    check(!readFileSync(file).includes(place), `it names ${place}`);
  return complaints;
}

/** Unpacks the VSIX of a target into a folder; returns what is wrong with it. */
export async function vsixComplaints(target, vsix, folder) {
  const entries = await unpacked(vsix, folder);
  const complaints = [];
  const check = (ok, complaint) => ok || complaints.push(complaint);
  const engine = `extension/dist/native/${engineFolder(target)}/ryzanstein.node`;
  const stray = entries.filter(({ name }) => name !== engine && !isWanted(name));
  check(stray.length === 0, `stray: ${stray.map(({ name }) => name).join(', ')}`);
  for (const each of wanted)
    check(
      entries.some(({ name }) => each.test(name)),
      `no file like ${each}`,
    );
  const missing = missingIn(entries.map(({ name }) => name));
  check(missing.length === 0, `missing: ${missing.join(', ')}`);
  const modes = entries.filter(({ name, mode }) =>
    name === engine ? mode !== 0o755 : (mode & 0o555) !== 0o444,
  );
  check(
    modes.length === 0,
    `modes: ${modes.map(({ name, mode }) => `${name} ${mode.toString(8)}`).join(', ')}`,
  );
  const model = entries.filter(({ name }) => name.endsWith('.gguf')).reduce((sum, { size }) => sum + size, 0);
  const besides = statSync(vsix).size - model;
  check(besides <= mostBesidesModel, `${besides} bytes besides the model`);
  const read = (file) => readFileSync(path.join(folder, file), 'utf8');
  const named = /TargetPlatform="([^"]*)"/.exec(read('extension.vsixmanifest'))?.[1];
  check(named === target, `it says that it is for ${named}`);
  const notices = read('extension/dist/THIRD-PARTY-NOTICES.txt');
  const owed = ['node-addon-api', 'zig (MIT)', ...(target.startsWith('win32') ? ['mingw-w64'] : [])];
  for (const name of owed) check(notices.includes(name), `no notice of ${name}`);
  const file = path.join(folder, engine);
  if (!existsSync(file)) return [...complaints, `no ${engine}: ${filesUnder([folder]).length} files`];
  return [...complaints, ...(await engineComplaints(target, file))];
}
