// Builds the native engine (when its sources have changed) and the JavaScript bundles; with --tests the tests, too.
import path from 'node:path';
import { program, run, step, whenChanged } from './steps.mjs';

/** The engine that is built for development, from the root. */
export const nativeAddon = `dist/native/${process.platform}-${process.arch}/ryzanstein.node`;

export async function buildNative() {
  const skip = (file) => file.startsWith(path.join('native', 'build')) || file.includes('node_modules');
  const inputs = ['native', 'scripts/build-native.mjs', 'package-lock.json'];
  await whenChanged('native', { inputs, outputs: [nativeAddon, 'native/build'], skip }, () =>
    step('Building the native engine', () => run(process.execPath, ['scripts/build-native.mjs'])),
  );
}

export async function bundle({ tests = false } = {}) {
  await step('Bundling', () => run(process.execPath, ['esbuild.mjs', ...(tests ? ['--tests'] : [])]));
}

await program(import.meta.url, async (args) => {
  await buildNative();
  await bundle({ tests: args.includes('--tests') });
});
