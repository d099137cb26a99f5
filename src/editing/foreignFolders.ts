// The folders that hold what was built or what others wrote: nothing in them is read.

import { posix } from 'node:path';

const foreignFolders = [
  ...['.*', 'node_modules', 'bower_components', 'vendor', 'third_party', 'dist', 'build', 'out', 'target'],
  ...['coverage', 'venv', 'env', 'site-packages', 'dist-packages', '__pycache__'],
];

/** Whether a folder of this name is one. */
export function isForeignFolder(name: string): boolean {
  return name.startsWith('.') || foreignFolders.includes(name);
}

/** Nobody's own folders, wherever they are, while `build` and the like may well be above somebody's work. */
const installed =
  /(?:^|\/)((?:node_modules|bower_components|site-packages|dist-packages|__pycache__|venv)\/.*)$/;

/** The path of a file that lies in no folder that is open: its name, or from the folder on that it was installed into. */
export function pathAlone(path: string): string {
  return installed.exec(path)?.[1] ?? posix.basename(path);
}

/** All that lies in them, as a glob pattern. */
export const foreignGlob = `**/{${foreignFolders.join(',')}}/**`;
