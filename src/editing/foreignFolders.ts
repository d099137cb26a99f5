// The folders that hold what was built or what others wrote: nothing in them is read.

const foreignFolders = [
  ...['.*', 'node_modules', 'bower_components', 'vendor', 'third_party', 'dist', 'build', 'out', 'target'],
  ...['coverage', 'venv', 'env', '__pycache__'],
];

/** Whether a folder of this name is one. */
export function isForeignFolder(name: string): boolean {
  return name.startsWith('.') || foreignFolders.includes(name);
}

/** All that lies in them, as a glob pattern. */
export const foreignGlob = `**/{${foreignFolders.join(',')}}/**`;
