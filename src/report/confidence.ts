// How sure answers were, and what became of them: the chart of the live view on which the confidence is chosen from which on answers are shown.

import { t } from '@vscode/l10n';
import { type Eagerness, leastConfidence, type Thresholds } from '../eagerness';
import { displayName } from '../language/languages';
import type { LoggedRequest } from './loggedRequest';
import { grouped, percent } from '../numbers';
import type { Completion } from '../protocol';
import { eagernessWords } from '../wording';
import type { JudgedAnswer, Sureness } from './pages';

/** Bars of the chart, each of an equal share of all confidences. */
const buckets = 10;

const rank: readonly JudgedAnswer['fate'][] = ['accepted', 'shown', 'hidden'];

/** Of a length for which nothing further is asked. */
const someText = 'return';

export interface Wanted {
  /** From which confidence on answers are shown now. */
  readonly threshold: number;
  /** Whether the user has set it so. */
  readonly isSet: boolean;
  /** A sentence on what holds now. */
  readonly sentence: string;
}

/** What holds by the settings, in a language by the name that thresholds have for it; those are the model's. */
export function wantedBy(
  { confidence, eagerness }: { readonly confidence: number | null; readonly eagerness: Eagerness },
  language: string,
  thresholds: Thresholds | undefined,
): Wanted {
  if (confidence !== null)
    return {
      ...{ threshold: confidence, isSet: true },
      sentence: t`It is set that answers are shown from ${percent(confidence)} on.`,
    };
  const least = leastConfidence(eagerness, someText, language, thresholds);
  if (!Number.isFinite(least))
    return {
      ...{ threshold: 1, isSet: false },
      sentence: t`At “${eagernessWords(eagerness)}”, nothing is shown by itself in ${displayName(language)}.`,
    };
  return {
    ...{ threshold: least, isSet: false },
    sentence: t`At “${eagernessWords(eagerness)}”, answers are shown from ${percent(least)} on in ${displayName(language)}.`,
  };
}

/** Undefined where no answer was judged by how sure the model is. Each answer counts once, by the most that became of it. */
export function surenessOf(requests: readonly LoggedRequest[], wanted: Wanted): Sureness | undefined {
  const fates = new Map<Completion, JudgedAnswer['fate']>();
  for (const request of requests) {
    const { answer = request.completion } = request;
    const fate = answer && fateOf(request, answer);
    const before = answer && fates.get(answer);
    if (fate && (!before || rank.indexOf(fate) < rank.indexOf(before))) fates.set(answer, fate);
  }
  const answers = [...fates].map(([{ confidence }, fate]) => ({ confidence, fate }));
  return answers.length === 0 ? undefined : { answers, ...wanted };
}

/** What is unfit, late or cancelled says nothing: it would have been shown at no confidence. */
function fateOf(
  { result, outcome }: LoggedRequest,
  { tokens }: Completion,
): JudgedAnswer['fate'] | undefined {
  if (tokens === 0) return undefined;
  if (result.kind === 'hidden') return result.because === 'confidence' ? 'hidden' : undefined;
  if (result.kind !== 'shown') return undefined;
  return outcome?.startsWith('accepted') ? 'accepted' : 'shown';
}

/** How many answers of each fate there are by how sure they are, the least sure ones first. */
type Bucket = Record<JudgedAnswer['fate'], number> & { readonly from: number; readonly to: number };

export function bucketsOf(answers: readonly JudgedAnswer[]): Bucket[] {
  const all = Array.from({ length: buckets }, (_, i) => {
    return { from: i / buckets, to: (i + 1) / buckets, accepted: 0, shown: 0, hidden: 0 };
  });
  for (const { confidence, fate } of answers)
    all[Math.min(buckets - 1, Math.floor(confidence * buckets))]![fate]++;
  return all;
}

/** What would come of a threshold, by the answers that are known. */
export function sentenceAt(answers: readonly JudgedAnswer[], threshold: number): string {
  const sure = answers.filter(({ confidence }) => confidence >= threshold);
  const looked = sure.filter(({ fate }) => fate !== 'hidden');
  const accepted = looked.filter(({ fate }) => fate === 'accepted').length;
  const would = t`From ${percent(threshold)} on, ${grouped(sure.length)} of ${grouped(answers.length)} answers would be shown.`;
  if (looked.length === 0) return t`${would} None of them was shown so far.`;
  return t`${would} Shown so far: ${grouped(looked.length)}, accepted: ${grouped(accepted)} (${percent(accepted / looked.length)}).`;
}

/** `50 to 60 %: 3 accepted, 1 shown and not accepted, 4 hidden`, for who does not see the chart. */
export function bucketWords({ from, to, accepted, shown, hidden }: Bucket): string {
  return t`${grouped(Math.round(from * 100))} to ${percent(to)}: ${grouped(accepted)} accepted, ${grouped(shown)} shown and not accepted, ${grouped(hidden)} hidden`;
}
