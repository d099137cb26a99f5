// Builds the native engine as it is released, for any system from any Linux, by zig: one compiler gives them all.
import path from 'node:path';
import { installed, setUpZig } from './setup.mjs';
import { root, run, step } from './steps.mjs';

/** The systems, by the names that VS Code has for them: for each what zig calls the oldest one that is served. */
export const targets = {
  'win32-x64': 'x86_64-windows-gnu',
  'win32-arm64': 'aarch64-windows-gnu',
  'darwin-arm64': 'aarch64-macos.11.0',
  'darwin-x64': 'x86_64-macos.11.0',
  'linux-x64': 'x86_64-linux-gnu.2.28',
  'linux-arm64': 'aarch64-linux-gnu.2.28',
  'alpine-x64': 'x86_64-linux-musl',
  'alpine-arm64': 'aarch64-linux-musl',
};

/** What Node calls the system, and the engine's folder with it: Alpine is a Linux to Node. */
export const engineFolder = (target) => target.replace('alpine', 'linux');

const systems = { windows: 'Windows', macos: 'Darwin', linux: 'Linux' };

/** How CMake is told to build for a target. */
function settings(triple) {
  const [processor, system] = triple.split(/[-.]/);
  const headers = path.join(root, 'node_modules', 'node-api-headers');
  // Stripped: no path of this machine is left. On a Mac Node's functions are looked up in the running program.
  const linked = system === 'macos' ? '-s -undefined dynamic_lookup' : '-s';
  return [
    '-DCMAKE_BUILD_TYPE=Release',
    `-DCMAKE_SYSTEM_NAME=${systems[system]}`,
    `-DCMAKE_SYSTEM_PROCESSOR=${processor}`,
    `-DCMAKE_CXX_COMPILER=${[installed.zig, 'c++', '-target', triple].join(';')}`,
    `-DCMAKE_JS_INC=${path.join(headers, 'include')}`,
    `-DCMAKE_JS_NODELIB_DEF=${path.join(headers, 'def', 'node_api.def')}`,
    `-DCMAKE_SHARED_LINKER_FLAGS=${linked}`,
    '-DCMAKE_INSTALL_NAME_TOOL=unused',
  ];
}

/**
 * Builds the addon, or what else `programs` name of native/CMakeLists.txt, for a target; returns the folder that they
 * lie in, from the root. CMake skips what has not changed.
 */
export async function buildTarget(
  target,
  programs = ['ryzanstein'],
  folder = path.join('out', 'targets', target),
) {
  await setUpZig();
  const env = { ZIG_GLOBAL_CACHE_DIR: installed.zigCache, ZIG_LOCAL_CACHE_DIR: installed.zigCache };
  await step(`Building ${programs.join(', ')} for ${target}`, async () => {
    await run('cmake', ['-S', 'native', '-B', folder, ...settings(targets[target])], { env });
    await run('cmake', ['--build', folder, '--parallel', '2', '--target', ...programs], { env });
  });
  return folder;
}
