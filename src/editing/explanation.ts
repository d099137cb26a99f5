// Why there is no ghost text on a line: what the log has of it, as a sentence, and the setting that would change it.

import { t } from '@vscode/l10n';
import { wantedPrecision } from '../eagerness';
import { displayName } from '../language/languages';
import { milliseconds, percent } from '../numbers';
import type { Bar } from '../protocol';
import type { Circumstance, Silence } from '../results';
import type { Entry } from './completionLog';
import {
  eagernessWords,
  hiddenBecause,
  outcomeWords,
  pausedSentence,
  sentenceOf,
  silenceSentence,
} from '../wording';
import type { Settings } from './settings';

export interface Explanation {
  readonly sentence: string;
  /** The setting to change; with a dot in its name where it is one of VS Code. */
  readonly setting?: keyof Settings | 'editor.inlineSuggest.enabled';
  /** Nothing is offered there even to somebody who asks for it. */
  readonly isFinal?: true;
  /** It may be that VS Code snoozes suggestions, which nobody is told of. */
  readonly maySnooze?: true;
}

/** `entries` are those of one line, the newest first. */
export function explain(entries: readonly Entry[]): Explanation {
  const entry = entries.find(({ result }) => result.kind !== 'cancelled') ?? entries[0];
  if (!entry)
    return {
      sentence: t`Nothing is known of this line: it was not asked for, or too long ago. Text is offered while you type, unless VS Code snoozes suggestions.`,
      maySnooze: true,
    };
  const { result, text, outcome, answer } = entry;
  switch (result.kind) {
    case 'shown': {
      const offered = text ?? answer?.text ?? '';
      const sentence = outcome
        ? t`“${offered}” was offered here, and ${outcomeWords(outcome)}.`
        : t`“${offered}” was offered here.`;
      return { sentence };
    }
    case 'cancelled':
      return { sentence: t`You typed on, or moved away, before there was an answer.` };
    case 'late':
      return {
        sentence: t`The answer was not ready within ${milliseconds(result.after)}.`,
        setting: 'deadline',
      };
    case 'hidden':
      if (result.because === 'confidence' && answer?.bar) return unsure(answer.confidence, answer.bar);
      return { sentence: t`The answer is hidden: ${hiddenBecause(result.because)}.` };
    case 'silent':
      return {
        sentence: silenceSentence(result.because),
        ...settingBehind(result.because.kind),
      };
    case 'paused':
      return {
        sentence: pausedSentence(result.because),
        ...settingBehind(result.because),
      };
    case 'failed':
      return { sentence: sentenceOf(result.problem) };
  }
}

/** The setting that makes it so, where there is one. */
export function settingBehind(because: Silence['kind'] | Circumstance): Pick<Explanation, 'setting'> {
  const settings: Partial<Record<typeof because, keyof Settings>> = {
    ...({ off: 'enabled', languageOff: 'languages', onRequestOnly: 'mode', unproven: 'eagerness' } as const),
    ...({ battery: 'onBattery', build: 'whileBuilding' } as const),
  };
  const setting = settings[because];
  return setting === undefined ? {} : { setting };
}

function unsure(confidence: number, bar: Bar): Explanation {
  const least = bar.least ?? Infinity;
  // What is just below the bar does not read as if it reached it.
  const digits = [0, 1].find((each) => percent(confidence, each) !== percent(least, each)) ?? 2;
  return {
    sentence: [
      t`The model is ${percent(confidence, digits)} sure of its answer here.`,
      whatIsWanted(bar, percent(least, digits)),
    ].join(' '),
    setting: typeof bar.wanted === 'number' ? 'confidence' : 'eagerness',
  };
}

function whatIsWanted({ wanted, language, least }: Bar, leastWords: string): string {
  if (least === null) return t`For so short a text it cannot be sure enough.`;
  if (typeof wanted === 'number') return t`Your setting asks for ${leastWords}.`;
  return t`At “${eagernessWords(wanted)}” ${leastWords} is needed in ${displayName(language)}, so that ${percent(wantedPrecision[wanted])} of what is shown is right.`;
}
