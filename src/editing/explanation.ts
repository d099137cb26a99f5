// Why there is no ghost text on a line: what the log has of it, as a sentence, and the setting that would change it.

import { type Eagerness, leastConfidence, type Thresholds, wantedPrecision } from '../eagerness';
import { languageName } from '../language/languages';
import type { Entry } from './completionLog';
import { hiddenBecause } from '../wording';
import { type Settings, sureEnough } from './settings';

export interface Explanation {
  readonly sentence: string;
  /** The setting to change. */
  readonly setting?: keyof Settings;
  /** Nothing is offered there even to somebody who asks for it. */
  readonly isFinal?: true;
}

/** `entries` are those of one line, the newest first. */
export function explain(
  entries: readonly Entry[],
  { settings, languageId, thresholds }: { settings: Settings; languageId: string; thresholds?: Thresholds },
): Explanation {
  const entry = entries.find(({ result }) => !result.startsWith('cancelled')) ?? entries[0];
  if (!entry)
    return {
      sentence:
        'Nothing is known of this line: it was not asked for, or too long ago. Text is offered while you type.',
    };
  const { result, text, outcome, completion } = entry;
  const because = result.slice(result.indexOf(': ') + 2).replace(/, as before$/, '');
  if (/^(?:shown|typed through)/.test(result))
    return {
      sentence: `\`${text ?? completion?.text ?? ''}\` was offered here${outcome ? `, and ${outcome}` : ''}.`,
    };
  if (result.startsWith('cancelled'))
    return { sentence: 'You typed on, or moved away, before there was an answer.' };
  if (result.startsWith('not ready'))
    return {
      sentence: `The answer was not ready within ${settings.deadline} ms, and is kept for the next look.`,
      setting: 'deadline',
    };
  if (because === 'confidence' && completion) {
    const wanted = sureEnough(settings);
    const least = leastConfidence(wanted, completion.text, languageName(languageId), thresholds);
    const sure = `The model is ${percent(completion.confidence)} sure of its answer here.`;
    return {
      sentence: `${sure} ${whatIsWanted(wanted, least, languageName(languageId))}`,
      setting: typeof wanted === 'number' ? 'confidence' : 'eagerness',
    };
  }
  if (isHiddenReason(because)) return { sentence: `The answer is hidden: ${hiddenBecause[because]}.` };
  return { sentence: `${because[0]!.toUpperCase()}${because.slice(1).replace(/\.$/, '')}.` };
}

function whatIsWanted(wanted: Eagerness | number, least: number, language: string): string {
  if (!Number.isFinite(least)) return `For so short a text it cannot be sure enough.`;
  if (typeof wanted === 'number') return `${percent(least)} is set.`;
  return `At ${wanted} ${percent(least)} is needed in ${language}, so that ${percent(wantedPrecision[wanted])} of what is shown is right.`;
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function isHiddenReason(because: string): because is keyof typeof hiddenBecause {
  return Object.hasOwn(hiddenBecause, because);
}
