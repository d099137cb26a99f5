// A completion looked into, under its row of the live view: the rule that decided, its tokens as a strip, and the prompt.

import { t } from '@vscode/l10n';
import type { Detail, LiveMessage } from '../report/pages';
import { add } from './elements';

/** `isOpen` says whether the prompt is unfolded. */
export function fillDetail(
  parent: HTMLElement,
  { where, sentence, change, note, tokens, promptTitle, prompt, copies }: Detail,
  isOpen: boolean,
  send: (message: LiveMessage) => void,
): void {
  add(parent, 'p', sentence, 'sentence');
  add(parent, 'p', note, 'legend');
  if (tokens.length > 0) {
    const strip = add(parent, 'ol', '', 'tokens');
    strip.ariaLabel = t`Tokens`;
    for (const { text, likely, share, look } of tokens) {
      const chip = add(strip, 'li', '', look);
      add(chip, 'code', text);
      add(chip, 'span', likely, 'likely');
      chip.style.setProperty('--share', `${share * 100}%`);
    }
  }
  if (prompt.length > 0) {
    const folded = add(parent, 'details');
    folded.open = isOpen;
    add(folded, 'summary', promptTitle).dataset.key = 'prompt';
    const text = add(folded, 'pre');
    for (const run of prompt) add(text, run.steers ? 'b' : 'span', run.text);
  }
  const actions = add(parent, 'p', '', 'actions');
  const button = (label: string, key: string, message: LiveMessage): void => {
    const added = add(actions, 'button', label, 'secondary');
    added.type = 'button';
    added.dataset.key = key;
    added.addEventListener('click', () => send(message));
  };
  if (change) button(change.label, 'setting', { kind: 'setting', name: change.setting });
  if (!copies) return;
  button(t`Copy for a report`, 'copy', { kind: 'copy', where });
  add(
    parent,
    'p',
    t`A copy holds your code around the cursor, the code of other files that the model saw, settings and versions, so that the completion can be asked for again. Lines that look like keys or tokens are left out.`,
    'legend',
  );
}
