// Whether a file's text may go into a prompt, judged by every path that leads to the file.

import { GitIgnore } from './gitIgnore';
import { OwnIgnore } from './ignoreFiles';
import { isSecret } from './secretNames';
import type { Tree } from './tree';

/**
 * A file that the user ignores and one that may hold secrets are read for nobody. What Git ignores may be worked on, but
 * is no part of another file's prompt. What cannot be told counts as ignored.
 */
export type Judgement = 'readable' | 'ignored' | 'secret' | 'ignored by Git';

/** Judges the files of a tree and remembers how, until rules may have changed. */
export class Judge {
  private rules: Rules;
  private judged = new Map<string, Judgement>();

  constructor(private readonly tree: Tree) {
    this.rules = new Rules(tree);
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
    this.rules = new Rules(this.tree);
    this.judged = new Map();
  }
}

/** The rules as they are at one time. */
class Rules {
  private readonly own: OwnIgnore;
  private readonly git: GitIgnore;

  constructor(private readonly tree: Tree) {
    this.own = new OwnIgnore(tree);
    this.git = new GitIgnore(tree);
  }

  async judge(path: string): Promise<Judgement> {
    const paths = await this.tree.pathsOf(path).catch(() => undefined);
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
