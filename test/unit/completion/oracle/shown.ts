// What is shown where a model writes something, on the way that the engine goes.

import { innermost } from '../../../../src/completion/embedded';
import { Finishing, judge } from '../../../../src/completion/finish';
import { siteOf } from '../../../../src/completion/site';
import { syntaxOf } from '../../../../src/completion/syntax';
import { window } from '../../../../src/editing/context';
import type { StopReason, HiddenReason } from '../../../../src/results';

export interface Shown {
  /** Empty where nothing is shown. */
  text: string;
  reason: StopReason;
  hidden?: HiddenReason;
}

export async function shownAt(
  languageId: string,
  prefix: string,
  suffix: string,
  output: string,
  maxLines = 12,
  ending: 'end' | 'maxTokens' = 'end',
  path = 'place',
): Promise<Shown> {
  const document = siteOf({
    ...{ path, languageId, related: [] },
    ...window(prefix, suffix),
  });
  const site = innermost(document);
  const limits = { maxTokens: 256, maxLines, minConfidence: 0 };
  const finishing = new Finishing(site, limits);
  // No token crosses a line end.
  for (const piece of output.match(/[^\n]+|\n/g) ?? []) {
    finishing.take({ text: piece, logProbability: 0 });
    if (finishing.verdict) break;
  }
  finishing.end(ending);
  const { text, reason, hidden } = judge(site, finishing.answer, limits, await syntaxOf(site.languageId));
  return hidden ? { text: '', reason, hidden } : { text, reason };
}
