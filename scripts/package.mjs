// Packages the VSIX for this platform, for others or for all, with the native engine and the bundled model in it, and prints its size.
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { buildTarget, engineFolder, targets } from './build-target.mjs';
import { buildNative, bundle, nativeAddon } from './build.mjs';
import { noticesOfZig } from './notices.mjs';
import { setUpBuild } from './setup.mjs';
import { filesUnder, program, root, run, step, whenChanged } from './steps.mjs';

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const here = `${process.platform}-${process.arch}`;

/** Copies a file into a package's folder, with the same mode on every machine. */
function put(folder, file, source = path.join(root, file)) {
  const copy = path.join(folder, file);
  mkdirSync(path.dirname(copy), { recursive: true });
  copyFileSync(source, copy);
  chmodSync(copy, file.endsWith('.node') ? 0o755 : 0o644);
}

/**
 * Packages what dist/, media/ and models/ hold with an engine for the target, if any of it has changed since the last
 * time; returns the VSIX's path. `universal` is one without an engine, which the extension tells its user.
 */
async function packed(target, addon, notices = '') {
  if (!readdirSync(path.join(root, 'models')).some((file) => file.endsWith('.gguf')))
    console.error('models/ holds no .gguf file: the extension will ask for a model.');
  const vsix = `ryzanstein-${target}-${version}.vsix`;
  const parts = [
    // With its texts in each language.
    ...readdirSync(root).filter((file) => /^package(\.nls(\.\w+)?)?\.json$/.test(file)),
    'l10n',
    '.vscodeignore',
    'CHANGELOG.md',
    'LICENSE',
    'dist',
    'media',
    'models',
    'examples',
  ];
  const skip = (file) => file.endsWith('.map') || file === path.join('dist', 'native');
  const inputs = [
    ...parts,
    'docs/details.md',
    'scripts/package.mjs',
    'scripts/build-target.mjs',
    ...(addon ? [addon] : []),
  ];
  await whenChanged(`vsix-${target}`, { inputs, outputs: [vsix], skip }, () =>
    step(`Packaging the VSIX for ${target}`, async () => {
      const folder = path.join(root, 'out', 'package', target);
      rmSync(folder, { recursive: true, force: true });
      for (const file of filesUnder(parts, skip)) put(folder, file);
      const engine = path.join('dist', 'native', engineFolder(target), 'ryzanstein.node');
      if (addon) put(folder, engine, path.join(root, addon));
      appendFileSync(path.join(folder, 'dist', 'THIRD-PARTY-NOTICES.txt'), notices);
      put(folder, 'details.md', path.join(root, 'docs', 'details.md'));
      const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
      const flags = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
      flags.push('--readme-path', 'details.md');
      if (target !== 'universal') flags.push('--target', target);
      // With a date given, vsce sorts the files, and all have that date.
      const env = { SOURCE_DATE_EPOCH: '315532800', TZ: 'UTC', LC_ALL: 'C' };
      await run(process.execPath, [vsce, 'package', ...flags, '--out', path.join(root, vsix)], {
        cwd: folder,
        env,
      });
    }),
  );
  return path.join(root, vsix);
}

/** The VSIX for this platform, with the engine that was built here for development. */
export const packageVsix = () => packed(here, nativeAddon);

/** The VSIX as it is released, for any of the targets. */
export async function packageTarget(target) {
  if (target === 'universal') return packed(target);
  const addon = path.join(await buildTarget(target), 'ryzanstein.node');
  return packed(target, addon, noticesOfZig(target));
}

function targetsOf(names) {
  const known = [...Object.keys(targets), 'universal'];
  const wanted = names.includes('all') ? known : names;
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length === 0) return wanted;
  throw new Error(`No such target: ${unknown.join(', ')}. There are ${known.join(', ')}, and \`all\`.`);
}

await program(import.meta.url, async (names) => {
  const wanted = targetsOf(names);
  await setUpBuild();
  if (wanted.length === 0) await buildNative();
  await bundle();
  const files = [];
  if (wanted.length === 0) files.push(await packageVsix());
  for (const target of wanted) files.push(await packageTarget(target));
  for (const file of files)
    console.log(`${path.basename(file)}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
});
