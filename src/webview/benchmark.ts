// Fills the benchmark page with each state that the extension sends, or with the one that stands in it, and sends what its buttons ask for.

import type { BenchmarkMessage, BenchmarkState } from '../report/pages';
import { fillGroups } from './bars';
import { connect, element, fillPairs, say } from './elements';

const send = connect<BenchmarkState, BenchmarkMessage>((state) => {
  say(element('verdict', HTMLParagraphElement), state.verdict);
  element('progress', HTMLParagraphElement).hidden = !state.progress;
  say(element('progress-text', HTMLSpanElement), state.progress?.text ?? '');
  element('done', HTMLProgressElement).value = state.progress?.share ?? 0;
  // It keeps the focus meanwhile.
  element('run', HTMLButtonElement).ariaDisabled = String(state.working);
  element('save', HTMLSpanElement).hidden = !state.isMeasured;
  element('advice', HTMLParagraphElement).hidden = !state.advice;
  say(element('advice-text', HTMLSpanElement), state.advice?.text ?? '');
  const useThreads = element('useThreads', HTMLButtonElement);
  useThreads.hidden = !state.advice?.use;
  say(useThreads, state.advice?.use?.action ?? '');
  fillPairs('conditions', state.conditions);
  fillGroups(element('groups', HTMLDivElement), state.groups);
});

for (const message of ['run', 'html', 'json', 'md', 'useThreads'] as const)
  element(message, HTMLButtonElement).addEventListener('click', ({ currentTarget }) => {
    if ((currentTarget as HTMLButtonElement).ariaDisabled !== 'true') send(message);
  });
