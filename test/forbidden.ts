// A workspace with files that must not be read, one for each way in which a file is kept out, each with a mark in its text.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** On Windows few users may make links. */
export const hasLinks = process.platform !== 'win32';

export interface Forbidden {
  readonly way: string;
  /** The file, by an absolute path, or by the path of a link. */
  readonly file: string;
  /** What no prompt of another file may hold. */
  readonly mark: string;
}

export interface ForbiddenWorkspace {
  /** Where a prompt is made, at the end of the last line; most like all the other files. */
  readonly app: string;
  /** A file like the forbidden ones, but that it may be read, and its mark. */
  readonly allowed: Pick<Forbidden, 'file' | 'mark'>;
  readonly forbidden: readonly Forbidden[];
}

export const appText = 'import http.client\n\n\ndef service_call():\n    SERVICE_LABEL = ';

export function textWith(token: string): string {
  const call = 'def service_call():\n    return {"Authorization": SERVICE_LABEL}\n';
  return `SERVICE_LABEL = "${token}"\nSERVICE_URL = "http://localhost:9000"\n\n\n${call}`;
}

const head = 'ref: refs/heads/main\n';

/**
 * Writes the workspace into the folder that is opened, and into the folder above it, where its repository begins.
 * `gitConfig` is the user's configuration of Git.
 */
export function forbiddenWorkspace(folder: string, gitConfig: string): ForbiddenWorkspace {
  const above = path.dirname(folder);
  const own = path.basename(folder);
  const write = (name: string, content: string | Buffer): string => {
    const file = path.resolve(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  const link = (name: string, target: string): string => {
    const file = path.join(folder, name);
    symlinkSync(target, file);
    return file;
  };
  const forbidden: Forbidden[] = [];
  const forbid = (way: string, name: string, opened: string = name): void => {
    const mark = `mark-${forbidden.length}-do-not-show`;
    write(name, textWith(mark));
    forbidden.push({ way, file: path.join(folder, opened), mark });
  };

  write('../.git/HEAD', head);
  write('../.gitignore', `/${own}/by_repository.py\n`);
  forbid('a .gitignore above the folder that is open', 'by_repository.py');
  write('deep/.gitignore', 'local_*.py\n!local_first.py\n');
  forbid('a .gitignore beside it', 'deep/local_settings.py');
  write('../.git/info/exclude', 'excluded.py\n');
  forbid('the excludes of the repository', 'excluded.py');
  const ofUser = write('../rules-of-user', 'of_user.py\n').replaceAll(path.sep, '/');
  write(gitConfig, `[core]\n\texcludesFile = ${ofUser}\n`);
  forbid('the excludes of the user', 'of_user.py');
  write('nested/.git/HEAD', head);
  write('nested/.gitignore', 'of_nested.py\n');
  forbid('a nested repository', 'nested/of_nested.py');
  forbid('being one of Git', 'nested/.git/hooks/post_commit.py');
  write('../other/.git/HEAD', head);
  write('../other/.git/info/exclude', 'of_worktree.py\n');
  write('../other/.git/worktrees/tree/HEAD', head);
  write('../other/.git/worktrees/tree/commondir', '../..\n');
  write('tree/.git', `gitdir: ${path.join(above, 'other/.git/worktrees/tree')}\n`);
  forbid('the excludes of the repository of a worktree', 'tree/of_worktree.py');
  write('../.git/modules/module/HEAD', head);
  write('../.git/modules/module/info/exclude', 'of_module.py\n');
  write('module/.git', 'gitdir: ../../.git/modules/module\n');
  forbid('the excludes of a submodule', 'module/of_module.py');
  write('broken/.git/HEAD', head);
  write('broken/.git/config', '[core\n');
  forbid('a repository that cannot be understood', 'broken/unknown.py');

  write('.ryzansteinignore', 'own_*.py\nprivate/\n');
  forbid("the user's ignore file", 'own_rule.py');
  write('../.ryzansteinignore', 'above_*.py\n');
  forbid("the user's ignore file above the folder that is open", 'above_rule.py');
  write('deep/.ryzansteinignore', 'deep_*.py\n');
  forbid("the user's ignore file beside it", 'deep/deep_rule.py');
  write('wide/.ryzansteinignore', Buffer.from('\uFEFFwide_*.py\r\n', 'utf16le'));
  forbid("the user's ignore file in UTF-16", 'wide/wide_rule.py');
  forbid('a name that tells of secrets', 'credentials.py');
  if (hasLinks) {
    link('alias', 'private');
    forbid('the folder that a link leads to', 'private/signing.py', 'alias/signing.py');
    link('direct.py', 'private/keys.py');
    forbid('the file that a link leads to', 'private/keys.py', 'direct.py');
    link('settings.py', '.env.local');
    forbid('the name of a secret that a link leads to', '.env.local', 'settings.py');
    link('secrets.py', 'stored.py');
    forbid('the name of a link', 'stored.py', 'secrets.py');
  }
  // It may be read, but not the line with the key.
  const key = `sk_live_${'k3X9mQ2v'.repeat(3)}`;
  forbidden.push({ way: 'its format', file: write('payments.py', textWith(key)), mark: key });

  const mark = 'mark-that-may-be-shown';
  return {
    app: write('app.py', appText),
    allowed: { file: write('allowed.py', textWith(mark)), mark },
    forbidden,
  };
}
