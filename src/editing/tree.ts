// A tree of files with one root: this machine's, or that of one of an editor's file systems.

import { existsSync, realpath } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';

/**
 * Paths are those of URIs: absolute, with `/` between their parts, and on Windows like `/c:/folder`; on a share of Windows
 * like `/::server:share/folder`, for two slashes in a row would not last.
 */
export interface Tree {
  /** The bytes of a file, `undefined` where there is none. Throws where that cannot be told or the file not be read. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** All known paths of a file: the given one, those that links lead to one by one, and the one without links. */
  pathsOf(path: string): Promise<string[]>;
  /** Whose settings count for the files; `undefined` where they are on another machine. */
  readonly user: User | undefined;
}

export interface User {
  /** The home folder, as Git takes it. */
  readonly home: string;
  /** Git's settings for all users of the machine, in Git's order. */
  readonly shared: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** In bytes; what is longer is no file of rules or settings. */
const longest = 200_000;
/** As many as Linux follows. */
const mostLinks = 40;

export const diskTree: Tree = {
  async read(file) {
    try {
      const stats = await fs.stat(native(file));
      if (stats.isDirectory() || (await fs.realpath(native(file))) === os.devNull) return undefined;
      // A pipe would be read for ever.
      if (!stats.isFile() || stats.size > longest) throw new Error(`${file} is not a file of rules.`);
      return await fs.readFile(native(file));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  async pathsOf(file) {
    const paths = [file];
    const real = await withoutLinks(native(file));
    let at: string | undefined = native(file);
    while (at !== real && paths.length <= mostLinks) {
      at = await withoutFirstLink(at);
      if (at === undefined) break;
      paths.push(slashed(at));
    }
    return [...new Set([...paths, slashed(real)])];
  },
  user: userOf(process.platform, os.homedir(), process.env),
};

/** Who uses a machine; `home` is what the system says. */
export function userOf(
  platform: NodeJS.Platform,
  home: string,
  environment: User['environment'],
  isThere: (file: string) => boolean = existsSync,
): User {
  const below = (name: string, file: string): string[] =>
    environment[name] ? [slashed(environment[name]) + file] : [];
  switch (platform) {
    case 'win32': {
      const { HOME, HOMEDRIVE = '', HOMEPATH = '' } = environment;
      const onDrive = HOMEDRIVE && HOMEPATH && isThere(HOMEDRIVE + HOMEPATH) ? HOMEDRIVE + HOMEPATH : home;
      const shared = [
        ...below('ProgramData', '/Git/config'),
        // The machine's Git, or one that the user alone has installed.
        ...below('ProgramFiles', '/Git/etc/gitconfig'),
        ...below('LOCALAPPDATA', '/Programs/Git/etc/gitconfig'),
      ];
      return { home: slashed(HOME || onDrive), shared, environment };
    }
    case 'darwin': {
      // Of Apple's own Git, and of Homebrew's on both kinds of processor.
      const git = 'usr/share/git-core/gitconfig';
      const tools = ['/Library/Developer/CommandLineTools', '/Applications/Xcode.app/Contents/Developer'];
      const brewed = ['/usr/local/etc/gitconfig', '/opt/homebrew/etc/gitconfig'];
      const shared = [...tools.map((folder) => `${folder}/${git}`), '/etc/gitconfig', ...brewed];
      return { home, shared, environment };
    }
    default:
      return { home, shared: ['/etc/gitconfig'], environment };
  }
}

/** Where the first link on the way to a file leads, with the rest of the way; `undefined` where there is none. */
async function withoutFirstLink(file: string): Promise<string | undefined> {
  const { root } = path.parse(file);
  const parts = file.slice(root.length).split(path.sep);
  for (let count = 1; count <= parts.length; count++) {
    const part = root + parts.slice(0, count).join(path.sep);
    const target = await fs.readlink(part).catch(() => undefined);
    if (target !== undefined) return path.resolve(path.dirname(part), target, ...parts.slice(count));
  }
  return undefined;
}

/** Of what is not there yet, the path of its folder with its name. */
async function withoutLinks(file: string): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    // Windows does not tell it of some drives, as of one in memory: there each folder is asked.
    if (!isMissing(error)) return promisify(realpath)(file);
    const folder = path.dirname(file);
    if (folder === file) throw error;
    return path.join(await withoutLinks(folder), path.basename(file));
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/**
 * A path of this system as a tree has it; one that begins with a drive is of Windows anyway. VS Code writes a drive in
 * lower case when it tells of a change, the system in upper case.
 */
export function slashed(file: string): string {
  const isWindows = path.sep === '\\' || /^[a-z]:/i.test(file);
  const whole = isWindows ? file.replaceAll('\\', '/') : file;
  const [share, server, name] = /^\\\\([^\\/]+)\\([^\\/]+)/.exec(file) ?? [];
  if (share !== undefined) return `/::${server}:${name}${file.slice(share.length).replaceAll('\\', '/')}`;
  return whole.replace(/^[a-z]:/i, (drive) => `/${drive.toLowerCase()}`);
}

/** The other way round. */
export function native(file: string, separator = path.sep): string {
  if (separator === '/') return file;
  return file.replace(/^\/::([^:/]+):/, '\\\\$1\\').replace(/^\/(?=[a-z]:)/i, '');
}
