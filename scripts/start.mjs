// `npm start`: builds all and opens VS Code with the extension; with a verb (`complete FILE:LINE:COL`) runs that instead.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildNative, bundle } from './build.mjs';
import { packageVsix } from './package.mjs';
import { columnOf, examples, placesToTry } from './places.mjs';
import { setUpBuild, setUpWorkbench } from './setup.mjs';
import { findProgram, program, root, step } from './steps.mjs';
import { address, copyOf, freePort, startWorkbench } from './workbench.mjs';

const profile = path.join(root, 'out', 'start');
const [first] = placesToTry();
const whatToType = `The cursor is in an empty line of ${first.file}: type \`${first.typed}\`, and Tab accepts the grey text; where a list of suggestions is open, Esc closes that first.`;
/** The address in the browser stays the same as long as no other program takes this port. */
const usualPort = 8735;

function inTerminal(args) {
  // A path is meant from where npm was called, not from the root to which npm changes.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { status } = spawnSync(process.execPath, [path.join(root, 'dist', 'cli.js'), ...args], {
    cwd,
    stdio: 'inherit',
  });
  return status ?? 1;
}

/** A copy of the examples, for what is typed there is saved, and the first place to try in it, as VS Code takes it. */
function somewhereToType() {
  const folder = copyOf(examples);
  return { folder, goto: `${path.join(folder, first.file)}:${first.line}:${columnOf(first)}` };
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
  console.log(`Opening VS Code with a profile of its own. ${whatToType}`);
  const { folder, goto } = somewhereToType();
  return spawnSync(code, [...own, '--disable-workspace-trust', folder, '--goto', goto], options).status;
}

const settings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
};

async function inBrowser(vsix) {
  const workbench = await step('Starting VS Code in the browser', async () =>
    startWorkbench({
      vsix,
      home: path.join(profile, 'browser'),
      port: process.env.PORT ? Number(process.env.PORT) : await freePort(usualPort),
      settings,
    }),
  );
  const { folder, goto } = somewhereToType();
  const page = address(workbench.url, folder, [goto], [['gotoLineMode', 'true']]);
  console.log(`\nVS Code with Ryzanstein, for a browser on this machine only: ${page}\n`);
  console.log(`${whatToType} Ctrl+C here stops it.`);
  process.once('SIGINT', () => void workbench.stop());
  process.once('SIGTERM', () => void workbench.stop());
  await workbench.ended;
  rmSync(path.dirname(folder), { recursive: true, force: true });
  return 0;
}

await program(import.meta.url, async (args) => {
  if (!existsSync(path.join(root, 'dist')))
    console.error(
      'The first start fetches and builds what is missing, about ten minutes; later ones take one.',
    );
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
  console.error('`npm start -- complete examples/shop.py:44:5` completes in the terminal.');
  return 1;
});
