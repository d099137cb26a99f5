// The ignore files of one name in the folders of a tree, and what those say that are the user's own.

import { posix } from 'node:path';
import type { Tree } from './tree';
import { type Rules, rulesOf, type RuleText, ruleTextOf } from './ignoreRules';
import { Remembered } from './remembered';

/** In any folder, in the syntax of `.gitignore`. */
export const ignoreFile = '.ryzansteinignore';

export class IgnoreFiles {
  private readonly texts = new Remembered<RuleText[]>();

  constructor(
    private readonly tree: Tree,
    private readonly name: string,
  ) {}

  /** The texts in the folders from `root` down to `folder`; the same array where a folder has no text of its own. */
  textsIn(root: string, folder: string): Promise<RuleText[]> {
    return this.texts.get(`${root}\0${folder}`, async () => {
      const above = folder === root ? [] : await this.textsIn(root, posix.dirname(folder));
      const bytes = await this.tree.read(posix.join(folder, this.name));
      if (!bytes) return above;
      const isLink = await this.isLinkIn(folder);
      return [...above, { folder: posix.relative(root, folder), text: ruleTextOf(bytes), isLink }];
    });
  }

  /** A file that is none has no other paths than its folder. */
  private async isLinkIn(folder: string): Promise<boolean> {
    const [own, all] = await Promise.all([
      this.tree.pathsOf(folder),
      this.tree.pathsOf(posix.join(folder, this.name)),
    ]);
    return !all.every((path) => own.some((each) => path === posix.join(each, this.name)));
  }
}

/** What the user's own ignore files keep out: those of all folders above a file. */
export class OwnIgnore {
  private readonly ignoreFiles: IgnoreFiles;
  /** By the texts that folders have in common. */
  private readonly rules = new Map<readonly RuleText[], Rules>();

  constructor(tree: Tree) {
    this.ignoreFiles = new IgnoreFiles(tree, ignoreFile);
  }

  async ignores(path: string): Promise<boolean> {
    const texts = await this.ignoreFiles.textsIn('/', posix.dirname(path));
    const rules = this.rules.get(texts) ?? rulesOf(texts, { ignoreCase: true });
    this.rules.set(texts, rules);
    return rules(posix.relative('/', path));
  }
}
