// Licences of models: what they are called, and which of them have terms that somebody has to have read before.

import { t } from '@vscode/l10n';

export interface Licence {
  name: string;
  /** What one has to know of it, as a sentence; absent where anybody may use the model for anything. */
  terms?: string;
}

/** By what files, catalogues and the first lines of a licence say; the first row that fits counts. */
const licences: { is: RegExp; name: string; terms?: () => string }[] = [
  { is: /^\s*apache/i, name: 'Apache-2.0' },
  { is: /^\s*(the )?mit\b/i, name: 'MIT' },
  { is: /^\s*bsd-?3/i, name: 'BSD-3-Clause' },
  {
    is: /qwen[- ]research/i,
    name: 'Qwen Research',
    terms: () => t`It may be used for research and evaluation only, not for commercial work.`,
  },
  {
    is: /\bMNPL\b|mistral.*non-?production/i,
    name: 'Mistral Non-Production',
    terms: () => t`It may be used for research and tests only, not for production.`,
  },
  {
    is: /\bgemma\b/i,
    name: 'Gemma Terms of Use',
    terms: () => t`Its terms forbid some uses, and go with everything that is made of it.`,
  },
  {
    is: /deepseek/i,
    name: 'DeepSeek',
    terms: () => t`Its licence forbids some uses, and goes with everything that is made of it.`,
  },
  {
    is: /llama[- _]?[2-4]|llama .*community/i,
    name: 'Llama Community',
    terms: () => t`Its licence forbids some uses, and use by very large companies without an agreement.`,
  },
  {
    is: /openrail/i,
    name: 'OpenRAIL-M',
    terms: () => t`Its licence forbids some uses, and goes with everything that is made of it.`,
  },
  {
    is: /falcon/i,
    name: 'Falcon',
    terms: () => t`Its licence forbids some uses, and goes with everything that is made of it.`,
  },
  { is: /cc-by-nc/i, name: 'CC BY-NC', terms: () => t`It may not be used for commercial work.` },
];

/** Models whose files say nothing of their licence, or not enough of it. */
const byModel: [model: RegExp, licence: string][] = [
  [/qwen2\.5[-_: ]?coder[-_: ]?3b/i, 'qwen-research'],
  [/codestral/i, 'MNPL'],
  [/code[-_: ]?gemma/i, 'gemma'],
  [/code[-_: ]?llama/i, 'llama2'],
  [/star[-_: ]?coder[-_: ]?2/i, 'openrail'],
  [/deepseek[-_: ]?coder/i, 'deepseek'],
];

/**
 * The licence of a model of one of these names by what is stated of it; of a model that is known to have terms those
 * count, whatever a file states. Undefined where nothing is known.
 */
export function licenceOf(names: readonly string[], stated: string | undefined): Licence | undefined {
  const known = byModel.find(([model]) => names.some((name) => model.test(name)))?.[1];
  const text = known ?? stated;
  if (text === undefined || text.trim() === '') return undefined;
  const row = licences.find(({ is }) => is.test(text));
  if (row) return row.terms ? { name: row.name, terms: row.terms() } : { name: row.name };
  return {
    name: text.trim().split('\n')[0]!.slice(0, 40),
    terms: t`Its licence is not known here: read it before you use the model.`,
  };
}
