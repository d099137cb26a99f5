// One completion as it was asked and answered: it can go along with a report of what went wrong, and be asked again.

import type { CompleteParams, Completion, Limits, Prompt } from '../protocol';
import type { Settings } from './settings';
import { discreet, withoutSecretsAround } from './secretValues';

export interface Bundle {
  schema: 'ryzanstein/bundle/1';
  prompt: Prompt;
  limits: Limits;
  completion: Completion;
  origin?: Origin;
}

/** Where a bundle comes from; `linesLeftOut`: some lines held keys or tokens, so that the answer may be another one. */
interface Origin {
  readonly extension: string;
  readonly editor: string;
  readonly system: string;
  readonly settings: Partial<Settings>;
  readonly linesLeftOut?: true;
}

/** Settings that may name folders, files and hosts of whoever reports. */
const ofTheUser = ['modelFile', 'modelFolders', 'hub', 'downloadFolder'] as const;

/** Other files' lines with keys are not in prompts; here those of the document are left out as well. */
export function bundleOf(
  { prompt, limits }: Pick<CompleteParams, 'prompt' | 'limits'>,
  completion: Completion,
  { settings, ...origin }: Omit<Origin, 'linesLeftOut' | 'settings'> & { readonly settings: Settings },
): Bundle {
  const shareable: Partial<Settings> = { ...settings };
  for (const name of ofTheUser) delete shareable[name];
  const told = discreet(completion, prompt);
  const { alternatives } = told;
  const { prefix, suffix, answers, others } = withoutSecretsAround(
    prompt,
    [told.text, ...(alternatives ?? []).map(({ text }) => text)],
    prompt.related.map(({ text }) => text),
  );
  const [text, ...rest] = answers as [string, ...string[]];
  const clean = {
    prompt: {
      ...{ ...prompt, prefix, suffix },
      related: prompt.related.map((each, i) => ({ ...each, text: others[i]! })),
    },
    completion: {
      ...{ ...told, text },
      ...(alternatives && { alternatives: alternatives.map((each, i) => ({ ...each, text: rest[i]! })) }),
    },
  };
  const isWhole = JSON.stringify(clean) === JSON.stringify({ prompt, completion });
  return {
    ...{ schema: 'ryzanstein/bundle/1', limits, ...clean },
    origin: { ...origin, settings: shareable, ...(!isWhole && { linesLeftOut: true as const }) },
  };
}
