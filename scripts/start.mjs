// `npm start`: builds all and opens VS Code with the extension; with a verb (`complete FILE:LINE:COL`) runs that instead.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { buildNative, bundle } from './build.mjs';
import { packageVsix } from './package.mjs';
import { setUpBuild, setUpWorkbench } from './setup.mjs';
import { findProgram, program, root, step } from './steps.mjs';
import { address, startWorkbench } from './workbench.mjs';

const profile = path.join(root, 'out', 'start');
const examples = path.join(root, 'examples');
const exampleFile = path.join(examples, 'queue.ts');

function inTerminal(args) {
  // A path is meant from where npm was called, not from the root to which npm changes.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { status } = spawnSync(process.execPath, [path.join(root, 'dist', 'cli.js'), ...args], {
    cwd,
    stdio: 'inherit',
  });
  return status ?? 1;
}

function inDesktop(code, vsix) {
  const own = [
    '--user-data-dir',
    path.join(profile, 'desktop'),
    '--extensions-dir',
    path.join(profile, 'extensions'),
  ];
  const options = { stdio: 'inherit', shell: process.platform === 'win32' };
  const install = spawnSync(code, [...own, '--install-extension', vsix, '--force'], options);
  if (install.status !== 0) throw new Error(`${code} could not install ${vsix}.`);
  console.log(
    'Opening VS Code with a profile of its own. Type in examples/queue.ts; Tab accepts what is offered.',
  );
  return spawnSync(
    code,
    [...own, '--disable-workspace-trust', examples, '--goto', `${exampleFile}:12:8`],
    options,
  ).status;
}

async function inBrowser(vsix) {
  const workbench = await step('Starting VS Code in the browser', () =>
    startWorkbench({
      vsix,
      home: path.join(profile, 'browser'),
      port: process.env.PORT ? Number(process.env.PORT) : undefined,
      settings: { 'workbench.startupEditor': 'none', 'chat.disableAIFeatures': true },
    }),
  );
  console.log(`\nVS Code with Ryzanstein: ${address(workbench.url, examples, [exampleFile])}\n`);
  console.log('Open it in a browser and type in queue.ts; Tab accepts what is offered. Ctrl+C stops it.');
  process.once('SIGINT', () => void workbench.stop());
  process.once('SIGTERM', () => void workbench.stop());
  await workbench.ended;
  return 0;
}

await program(import.meta.url, async (args) => {
  await setUpBuild();
  await buildNative();
  await bundle();
  if (args.length > 0) return inTerminal(args);
  const vsix = await packageVsix();
  mkdirSync(profile, { recursive: true });
  const code = findProgram('code');
  if (code) return inDesktop(code, vsix);
  if (await setUpWorkbench()) return inBrowser(vsix);
  console.error(
    `No VS Code can be opened here without these. The extension is ready: ${path.basename(vsix)};`,
  );
  console.error('`npm start -- complete examples/queue.ts:12:8` completes in the terminal.');
  return 1;
});
