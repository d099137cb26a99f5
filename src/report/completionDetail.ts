// One completion looked into: why it was shown or not, its tokens with their probabilities, and the prompt as the model saw it.

import { t } from '@vscode/l10n';
import type { Completion, Examination, WrittenToken } from '../protocol';
import type { Detail, TokenChip } from './pages';
import { grouped, percent } from '../numbers';

/** `setting` is the name of the one to change. */
interface Explained {
  readonly sentence: string;
  readonly setting?: string;
}

/** `examination` is a sentence where there is none: that it is being made, or why it cannot be. */
export interface Looked {
  readonly where: string;
  readonly explanation: Explained;
  readonly completion: Completion | undefined;
  readonly examination: Examination | string;
}

export function detailOf({ where, explanation, completion, examination }: Looked): Detail {
  const { sentence, setting } = explanation;
  const known = typeof examination === 'object' ? examination : undefined;
  return {
    ...{ where, sentence },
    ...(setting !== undefined && { change: { setting, label: t`Open the setting ryzanstein.${setting}` } }),
    note: typeof examination === 'string' ? examination : noteOn(examination, completion),
    tokens: known ? chipsOf(known.tokens) : [],
    promptTitle: known
      ? t`The prompt as the model saw it, ${grouped(known.completion.promptTokens)} tokens`
      : '',
    prompt: known?.prompt ?? [],
    copies: completion !== undefined,
  };
}

function noteOn({ completion: now }: Examination, then: Completion | undefined): string {
  const means = t`Each token with how likely the model, with what the context holds, found it; the least likely is underlined.`;
  if (!then || now.text === then.text) return means;
  return t`Asked again, the model writes something else than it did then. ${means}`;
}

/** A share has no colour of its own: how likely a token is stands below it. */
function chipsOf(tokens: readonly WrittenToken[]): TokenChip[] {
  const own = tokens.filter(({ isTyped }) => !isTyped);
  const least = Math.min(...own.map(({ probability }) => probability));
  return tokens.map(({ text, probability, isTyped }) => ({
    text: visible(text),
    likely: percent(probability, probability < 0.01 ? 1 : 0),
    share: probability,
    look: isTyped ? 'typed' : probability === least ? 'weakest' : 'plain',
  }));
}

/** Spaces and line ends are tokens, too. */
function visible(text: string): string {
  return text.replace(/ /g, '·').replace(/\t/g, '→').replace(/\r?\n/g, '↵');
}
