// Finds the language that a place in markup is written in: what stands in a script or a style element is code of its own.

import { type Site, siteAt } from './site';

const markup = new Set(['html', 'vue', 'svelte']);
const attributes = `(?:"[^"]*"|'[^']*'|[^"'>])*`;
const element = new RegExp(`<!--[^]*?-->|<(script|style)(?=[\\s>])(${attributes})>`, 'gi');
/** What is put into the page's code before it is one. */
const templates = /\{\{|\{%|<%|<\?/;

/** The place within the code of the element around it, or the same one where there is none, or none that is known. */
export function innermost(site: Site): Site {
  if (!markup.has(site.languageId)) return site;
  element.lastIndex = 0;
  for (let found = element.exec(site.before); found; found = element.exec(site.before)) {
    const [, name, written = ''] = found;
    if (name === undefined) continue;
    const end = new RegExp(`</${name}\\b`, 'gi');
    end.lastIndex = element.lastIndex;
    if (end.test(site.before)) element.lastIndex = end.lastIndex;
    else return within(site, element.lastIndex, end, languageOf(name.toLowerCase(), written));
  }
  return site;
}

/** The element has to be closed below, before another one, or its end would be no code where it is written. */
function within(site: Site, start: number, end: RegExp, languageId: string | undefined): Site {
  const before = site.before.slice(start);
  end.lastIndex = 0;
  const after = site.after.slice(0, end.exec(site.after)?.index ?? 0);
  const isTemplate = site.languageId === 'html' && templates.test(site.before + site.after);
  const isOther = /<(?:script|style)\b/i.test(after);
  if (languageId === undefined || !after.includes('\n') || isOther || isTemplate) return site;
  return siteAt({ ...site, languageId, before, after, isFirst: false });
}

const scripts: Record<string, string> = {
  ...{ ts: 'typescript', 'text/typescript': 'typescript', tsx: 'typescriptreact' },
  ...{ jsx: 'javascriptreact', 'text/babel': 'javascriptreact', 'text/jsx': 'javascriptreact' },
  ...{ js: 'javascript', module: 'javascript', 'text/javascript': 'javascript' },
  ...{ 'application/javascript': 'javascript', 'application/json': 'json', 'application/ld+json': 'json' },
  ...{ importmap: 'json' },
};
const styles: Record<string, string> = { css: 'css', 'text/css': 'css', scss: 'scss', less: 'less' };

function languageOf(name: string, written: string): string | undefined {
  const kind = /\s(?:lang|type)\s*=\s*["']?([\w/+.-]+)/i.exec(written)?.[1]?.toLowerCase();
  if (name === 'style') return kind === undefined ? 'css' : styles[kind];
  return kind === undefined ? 'javascript' : scripts[kind];
}
