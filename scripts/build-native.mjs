// Builds the native addon and its tests with cmake-js, offline, and copies the addon to dist/native/<system>/.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const system = `${process.platform}-${process.arch}`;
const built = path.join(root, 'native/build/Release/ryzanstein.node');
const target = path.join(root, 'dist/native', system, 'ryzanstein.node');

/** The library that loads now is replaced, not overwritten: processes that have it open keep theirs. */
function install() {
  if (fs.existsSync(target) && fs.readFileSync(target).equals(fs.readFileSync(built))) return false;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.copyFileSync(built, `${target}.new`);
  fs.renameSync(`${target}.new`, target);
  return true;
}

// CMake itself skips what has not changed. native/package.json asks for Node-API 8, so that cmake-js uses the headers
// that it brings along and downloads nothing.
const cmakeJs = path.join(root, 'node_modules/cmake-js/bin/cmake-js');
const options = [
  'compile',
  '-d',
  'native',
  '-O',
  'native/build',
  '--parallel',
  '2',
  ...process.argv.slice(2),
];
const result = spawnSync(process.execPath, [cmakeJs, ...options], { cwd: root, encoding: 'utf8' });
if (result.status !== 0) {
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  const reason = result.error ? result.error.message : `status ${result.status}`;
  process.stderr.write(
    `The native engine could not be built (${reason}). It needs CMake and a C++17 compiler.\n`,
  );
  process.exit(1);
}
process.stdout.write(`${install() ? 'Built' : 'Up to date:'} ${path.relative(root, target)}\n`);
