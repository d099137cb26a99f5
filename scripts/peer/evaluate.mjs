// Scores llama.cpp on a list of holes: evaluate.mjs HOLES.json --model FILE [--threads N] [--limit N] prints an evaluation.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { peerName } from './llama.mjs';
import { setUpLlama } from '../setup.mjs';
import { program, root } from '../steps.mjs';

await program(import.meta.url, async (args) => {
  const number = { type: 'string' };
  const options = { model: { type: 'string' }, threads: number, limit: number };
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [file] = positionals;
  if (!file || !values.model) throw new Error('Needed are a JSON file that lists holes, and --model FILE.');
  await setUpLlama();
  const holes = JSON.parse(readFileSync(file, 'utf8')).holes.slice(0, Number(values.limit ?? Infinity));
  // The same judgement as of our own answers needs the grammars, which the bundle below has not beside it.
  process.env.RYZANSTEIN_GRAMMARS ??= path.join(root, 'dist', 'grammars');
  const { openPeerAddon, Engine, evaluate } = await parts();
  const peer = await openPeerAddon();
  if (!peer) throw new Error('Without llama.cpp there is nothing to score.');
  const engine = await Engine.load(peer, { modelFile: values.model, threads: Number(values.threads ?? 0) });
  const evaluation = await evaluate(engine, holes, (done) => {
    if (done % 10 === 0) process.stderr.write(`${done} of ${holes.length} holes\n`);
  });
  console.log(JSON.stringify({ ...evaluation, engine: peerName() }));
  await engine.close();
  await peer.close();
});

/** The engine with llama.cpp below it, bundled for this program. */
async function parts() {
  const { build } = await import('esbuild');
  const outfile = path.join(root, 'out', 'quality', 'peer.cjs');
  mkdirSync(path.dirname(outfile), { recursive: true });
  const contents = ['./scripts/peer/peerAddon', './src/engine/engine', './src/measure/evaluate']
    .map((name) => `export * from '${name}';`)
    .join('\n');
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  // As in esbuild.mjs, which says why.
  const alias = { 'web-tree-sitter': './node_modules/web-tree-sitter/web-tree-sitter.cjs' };
  await build({ stdin, alias, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  return createRequire(import.meta.url)(outfile);
}
