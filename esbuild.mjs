// Bundles the extension, its pages, the engine process and the command line into dist/, with the grammars and the font of icons; with --tests also the tests into out/.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import svg2ttf from 'svg2ttf';
import { thirdPartyNotices } from './scripts/notices.mjs';

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'linked',
  logLevel: 'warning',
  metafile: true,
  // Wanted only inside VS Code. The addon is required by a computed path, which esbuild leaves alone.
  external: ['vscode'],
  // Its ES module asks for its own URL, which a CommonJS bundle has not.
  alias: { 'web-tree-sitter': './node_modules/web-tree-sitter/web-tree-sitter.cjs' },
};

const product = await build({
  ...shared,
  entryPoints: [
    { in: 'src/extension/extension.ts', out: 'extension' },
    { in: 'src/entries/engineProcess.ts', out: 'engine' },
  ],
  outdir: 'dist',
});
const commandLine = await build({
  ...shared,
  entryPoints: [{ in: 'src/entries/cli/main.ts', out: 'cli' }],
  outdir: 'dist',
  banner: { js: '#!/usr/bin/env node' },
});
// A page that there is no more would be packaged still.
rmSync('dist/webview', { recursive: true, force: true });
const pages = await build({
  ...{ bundle: true, platform: 'browser', target: 'es2022', format: 'iife', metafile: true },
  ...{ sourcemap: 'linked', logLevel: 'warning' },
  entryPoints: ['benchmark', 'diagnostics', 'evaluation', 'live'].map((name) => `src/webview/${name}.ts`),
  outdir: 'dist/webview',
});
const bundles = [product, commandLine, pages];
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', thirdPartyNotices(bundles.map(({ metafile }) => metafile)));

// Without a time of its own, which would differ in each build.
writeFileSync('dist/icons.ttf', svg2ttf(readFileSync('media/icons.svg', 'utf8'), { ts: 0 }).buffer);

const table = await build({
  ...{ bundle: true, format: 'esm', write: false },
  entryPoints: ['src/language/languages.ts'],
});
const { grammars } = await import(`data:text/javascript,${encodeURIComponent(table.outputFiles[0].text)}`);
rmSync('dist/grammars', { recursive: true, force: true });
mkdirSync('dist/grammars');
copyFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm', 'dist/grammars/web-tree-sitter.wasm');
for (const file of grammars.map((name) => `tree-sitter-${name}.wasm`))
  copyFileSync(`node_modules/@vscode/tree-sitter-wasm/wasm/${file}`, `dist/grammars/${file}`);

if (process.argv.includes('--tests')) {
  // What tests run as programs, or import without being bundled.
  const programs = [
    'test/unit/library/localHub.ts',
    'test/unit/editing/fakeProcess.ts',
    'test/unit/entries/windowProcess.ts',
  ];
  rmSync('out/test', { recursive: true, force: true });
  const files = readdirSync('test', { recursive: true }).map((file) => `test/${file.replaceAll('\\', '/')}`);
  await build({
    ...shared,
    entryPoints: files.filter(
      (file) =>
        file.endsWith('.test.ts') ||
        file === 'test/host/index.ts' ||
        /^test\/e2e\/\w+\.ts$/.test(file) ||
        programs.includes(file),
    ),
    outdir: 'out',
    outbase: '.',
    external: ['vscode', 'mocha', 'typescript'],
    banner: { js: "process.env.RYZANSTEIN_GRAMMARS ??= require('node:path').resolve('dist/grammars');" },
  });
}
