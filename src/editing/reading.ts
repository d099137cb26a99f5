// What may be read: whether a file's text may go into a prompt, judged by every path that leads to the file.

import type { Files } from './files';
import { GitIgnore } from './gitIgnore';
import { OwnIgnore } from './ignoreFiles';
import { isSecret } from './secretNames';

/**
 * A file that the user ignores and one that may hold secrets are read for nobody. What Git ignores may be worked on, but
 * is no part of another file's prompt. What cannot be told counts as ignored.
 */
export type Judgement = 'readable' | 'ignored' | 'secret' | 'ignored by Git';

/** Judges files and remembers how, until it is told that rules may have changed. */
export class Reading {
  private rules: Rules;
  private judged = new Map<string, Judgement>();

  constructor(private readonly files: Files) {
    this.rules = new Rules(files);
  }

  /** How a file was judged; `undefined` where it was not yet, which then begins. */
  known(path: string): Judgement | undefined {
    const judgement = this.judged.get(path);
    if (judgement === undefined) void this.judge(path);
    return judgement;
  }

  /** Judges a file anew, for its links may lead elsewhere by now; the rules are those that are known. */
  async judge(path: string): Promise<Judgement> {
    const { rules } = this;
    const judgement = await rules.judge(path);
    if (rules !== this.rules) return this.judge(path);
    this.judged.set(path, judgement);
    return judgement;
  }

  /** Rules have changed, or may have: all is judged anew. */
  forget(): void {
    this.rules = new Rules(this.files);
    this.judged = new Map();
  }
}

/** The rules as they are at one time. */
class Rules {
  private readonly own: OwnIgnore;
  private readonly git: GitIgnore;

  constructor(private readonly files: Files) {
    this.own = new OwnIgnore(files);
    this.git = new GitIgnore(files);
  }

  async judge(path: string): Promise<Judgement> {
    const paths = await this.files.pathsOf(path).catch(() => undefined);
    if (!paths || (await some(paths, (each) => this.own.ignores(each)))) return 'ignored';
    if (paths.some(isSecret)) return 'secret';
    return (await some(paths, (each) => this.git.ignores(each))) ? 'ignored by Git' : 'readable';
  }
}

/** Whether something is so for one of the paths, or cannot be told. */
async function some(paths: string[], isSo: (path: string) => Promise<boolean>): Promise<boolean> {
  const each = await Promise.all(paths.map((path) => isSo(path).catch(() => true)));
  return each.includes(true);
}
