// Asks the hub about each model of the catalogue; with --hide, what fails is hidden in the data file and what is well again shown.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { program, root, run } from './steps.mjs';

const catalogue = path.join(root, 'src', 'library', 'catalogue.json');
const patience = 60_000;

await program(import.meta.url, async (args) => {
  const { values } = parseArgs({
    args,
    options: { hide: { type: 'boolean' }, hub: { type: 'string', default: 'https://huggingface.co' } },
  });
  const { complaintAbout, withHidden } = await check();
  const data = JSON.parse(readFileSync(catalogue, 'utf8'));
  const complaints = new Map();
  for (const model of data.models) {
    const hub = { base: values.hub, token: process.env.HF_TOKEN, fetch };
    const complaint = await complaintAbout(model, hub, AbortSignal.timeout(patience));
    console.log(`${model.name} ${model.type}: ${complaint ?? 'as the catalogue says'}`);
    if (complaint !== undefined) complaints.set(model, complaint);
  }
  if (!values.hide) return complaints.size > 0 ? 1 : 0;
  const models = withHidden(data.models, complaints);
  writeFileSync(catalogue, JSON.stringify({ ...data, models }));
  const prettier = path.join('node_modules', 'prettier', 'bin', 'prettier.cjs');
  await run(process.execPath, [prettier, '--write', catalogue]);
  return 0;
});

async function check() {
  const { build } = await import('esbuild');
  const outfile = path.join(root, 'out', 'catalogue', 'check.cjs');
  const entryPoints = [path.join(root, 'src', 'library', 'checkCatalogue.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  return createRequire(import.meta.url)(outfile);
}
