// Which files hold source code, by their names: languages by ending, and the folders of what was built or what others wrote.

/** Of a language's endings the usual one first. */
const languageIds: Record<string, string> = {
  '.c': 'c',
  '.cpp': 'cpp',
  '.cc': 'cpp',
  '.h': 'cpp',
  '.hpp': 'cpp',
  '.go': 'go',
  '.java': 'java',
  '.js': 'javascript',
  '.cjs': 'javascript',
  '.mjs': 'javascript',
  '.jsx': 'javascriptreact',
  '.py': 'python',
  '.rs': 'rust',
  '.sh': 'shellscript',
  '.ts': 'typescript',
  '.cts': 'typescript',
  '.mts': 'typescript',
  '.tsx': 'typescriptreact',
};

const foreignFolders = [
  ...['.*', 'node_modules', 'bower_components', 'vendor', 'third_party', 'dist', 'build', 'out', 'target'],
  ...['coverage', 'venv', 'env', '__pycache__'],
];

/** The language of a file by the ending of its name, `undefined` where it is not known. */
export function languageOf(file: string): string | undefined {
  return languageIds[/\.[^./\\]+$/.exec(file)?.[0] ?? ''];
}

/** The usual ending of a language's files, `undefined` where the language is not known. */
export function endingOf(languageId: string): string | undefined {
  return Object.keys(languageIds).find((ending) => languageIds[ending] === languageId);
}

/** Whether a folder of this name holds what was built or what others wrote. */
export function isForeignFolder(name: string): boolean {
  return name.startsWith('.') || foreignFolders.includes(name);
}

/** The same as glob patterns: files of known languages, and all that lies in foreign folders. */
export const sourceGlob = `**/*{${Object.keys(languageIds).join(',')}}`;
export const foreignGlob = `**/{${foreignFolders.join(',')}}/**`;
