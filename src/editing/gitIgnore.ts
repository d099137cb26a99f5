// Which files Git ignores, decided without Git by the rules that it would read.

import { posix } from 'node:path';
import type { Tree } from './tree';
import { gitConfig, resolved } from './gitConfig';
import { IgnoreFiles } from './ignoreFiles';
import { type Rules, rulesOf, type RuleText, ruleTextOf } from './ignoreRules';
import { Remembered } from './remembered';

interface Repository {
  readonly root: string;
  readonly ignoreCase: boolean;
  /** The rules beside those of its tree, weaker than they; where there are several lists, each counts. */
  readonly beside: readonly (readonly RuleText[])[];
}

export class GitIgnore {
  private readonly ignoreFiles: IgnoreFiles;
  /** By folder: the repository that it belongs to. */
  private readonly repositories = new Remembered<Repository | undefined>();
  /** By the texts that folders have in common. */
  private readonly rules = new Map<readonly RuleText[], Rules[]>();

  constructor(private readonly tree: Tree) {
    this.ignoreFiles = new IgnoreFiles(tree, '.gitignore');
  }

  /** Whether a file is ignored; what is outside of any repository is not. Git's own files are, for nobody commits them. */
  async ignores(path: string): Promise<boolean> {
    if (/\/\.git\//.test(path)) return true;
    const folder = posix.dirname(path);
    const repository = await this.repositoryOf(folder);
    if (!repository) return false;
    const { root, beside, ignoreCase } = repository;
    const texts = await this.ignoreFiles.textsIn(root, folder);
    // Git follows no link to rules since 2.32: what such a file keeps out is kept out, what it lets in is not.
    const own = texts.some(({ isLink }) => isLink) ? [texts, texts.filter(({ isLink }) => !isLink)] : [texts];
    const lists =
      this.rules.get(texts) ??
      beside.flatMap((list) => own.map((each) => rulesOf([...list, ...each], { ignoreCase })));
    this.rules.set(texts, lists);
    return lists.some((rules) => rules(posix.relative(root, path)));
  }

  private repositoryOf(folder: string): Promise<Repository | undefined> {
    return this.repositories.get(folder, async () => {
      const own = await this.repositoryAt(folder);
      if (own) return own;
      if (folder !== '/') return this.repositoryOf(posix.dirname(folder));
      // Of files on another machine the repository may not be seen, so that all rules that are seen count.
      return this.tree.user ? undefined : { root: '/', ignoreCase: false, beside: [[]] };
    });
  }

  /** The repository whose tree begins at a folder; a worktree and a submodule have a file that tells where theirs is. */
  private async repositoryAt(root: string): Promise<Repository | undefined> {
    const { tree } = this;
    let folder = posix.join(root, '.git');
    if (!(await tree.read(posix.join(folder, 'HEAD')))) {
      const link = await tree.read(folder);
      if (!link) return undefined;
      folder = resolved(root, lineOf(link).replace(/^gitdir:\s*/, ''));
    }
    const link = await tree.read(posix.join(folder, 'commondir'));
    const common = link ? resolved(folder, lineOf(link)) : folder;
    const config = await gitConfig(tree, root, [
      posix.join(common, 'config'),
      posix.join(folder, 'config.worktree'),
    ]);
    const textsOf = async (file: string): Promise<RuleText[]> => {
      const bytes = await tree.read(file);
      return bytes ? [{ folder: '', text: ruleTextOf(bytes) }] : [];
    };
    const own = await textsOf(posix.join(common, 'info', 'exclude'));
    const shared = await Promise.all(config.excludesFiles.map(textsOf));
    return {
      ...{ root, ignoreCase: config.ignoreCase },
      beside: (shared.length > 0 ? shared : [[]]).map((texts) => [...texts, ...own]),
    };
  }
}

function lineOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/[\r\n]+$/, '');
}
