// Packages the VSIX for this platform, with the native engine and the bundled model in it, and prints its size.
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildNative, bundle } from './build.mjs';
import { setUpBuild } from './setup.mjs';
import { program, root, run, step, whenChanged } from './steps.mjs';

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const here = `${process.platform}-${process.arch}`;

/**
 * Packages what dist/, media/ and models/ hold, if that has changed since the last time; returns the VSIX's path.
 * The target is this platform, or `universal`: without a native engine, which the extension tells its user.
 */
export async function packageVsix(target = here) {
  if (![here, 'universal'].includes(target))
    throw new Error(`A VSIX for ${target} has to be built there; here it can be ${here} or universal.`);
  if (!readdirSync(path.join(root, 'models')).some((file) => file.endsWith('.gguf')))
    console.error('models/ holds no .gguf file: the extension will ask for a model.');
  const vsix = `ryzanstein-${target}-${version}.vsix`;
  const parts = ['dist', 'media', 'models', 'docs', 'examples', 'CHANGELOG.md', 'LICENSE'];
  const inputs = ['package.json', '.vscodeignore', 'scripts/package.mjs', ...parts];
  const skip = (file) => file.endsWith('.map');
  await whenChanged(`vsix-${target}`, { inputs, outputs: [vsix], skip }, () =>
    step('Packaging the VSIX', async () => {
      mkdirSync(path.join(root, 'out'), { recursive: true });
      const ignoreFile = path.join(root, 'out', `${target}.vscodeignore`);
      const rules = readFileSync(path.join(root, '.vscodeignore'), 'utf8');
      writeFileSync(ignoreFile, target === 'universal' ? rules.replace('!dist/native/**\n', '') : rules);
      const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
      const flags = [
        '--no-dependencies',
        '--allow-missing-repository',
        '--no-rewrite-relative-links',
        '--readme-path',
        'docs/details.md',
        '--ignoreFile',
        ignoreFile,
      ];
      if (target !== 'universal') flags.push('--target', target);
      await run(process.execPath, [vsce, 'package', ...flags, '--out', path.join(root, vsix)]);
    }),
  );
  return path.join(root, vsix);
}

await program(import.meta.url, async ([target]) => {
  await setUpBuild();
  await buildNative();
  await bundle();
  const file = await packageVsix(target);
  console.log(`${path.basename(file)}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
});
