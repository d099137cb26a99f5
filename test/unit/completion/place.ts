// A place for tests, from text with a cursor mark: what stands left of ‸ is the prefix, right of it the suffix.

import { type Site, siteOf } from '../../../src/completion/site';

export function place(marked: string, languageId = 'typescript'): Site {
  const [prefix, suffix, ...others] = marked.split('‸');
  if (prefix === undefined || suffix === undefined || others.length > 0)
    throw new Error(`one ‸ is needed: ${marked}`);
  return siteOf({ path: 'place', languageId, prefix, suffix, related: [] });
}
