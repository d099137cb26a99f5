// Which files a text imports: for each import the paths that it may mean, in the terms of the file's own path.

import type { Importing } from './importRules';
import { languageAt } from './languages';

/** More imports than these are not looked at. */
const most = 24;

/** For each import of another file of the repository, the paths that it may mean, the likeliest first. */
export function importedPaths(file: Importing & { readonly languageId: string }): string[][] {
  const paths = languageAt(file.languageId).imports?.(file) ?? [];
  return paths.map((each) => [...new Set(each)].filter((path) => path !== file.path)).slice(0, most);
}
