// Says what has become of the truth where a model has written it: shown whole, cut where that is right, or damaged.

import { isBlank } from '../../../../src/completion/site';
import type { Syntax } from '../../../../src/completion/syntax';
import type { Spot } from './places';
import type { Shown } from './shown';

/** `nothing` is right where all that is missing begins with what stands behind the cursor. */
export type Outcome = 'whole' | 'cut' | 'nothing' | `damaged: ${string}`;

export function outcomeOf(spot: Spot, shown: Shown, syntax: Syntax | undefined): Outcome {
  const wanted = spot.wanted.trimEnd();
  const text = withoutTypedSpace(spot, shown.text.trimEnd());
  if (text === '') {
    // Where no block is seen to begin, the line ends where it stands.
    if (isBlank(wanted) || (shown.reason === 'line' && /^[ \t]*\n/.test(wanted))) return 'nothing';
    return `damaged: hidden as ${shown.hidden ?? 'nothing'}`;
  }
  const truth = withoutTypedSpace(spot, wanted);
  if (text === truth) return addsErrors(spot, shown, syntax) ? 'damaged: parse errors' : 'whole';
  // As it was, however the editor takes its closers up.
  if (spot.closers && text + spot.closers === spot.truth.trimEnd()) return 'whole';
  if (text.startsWith(truth)) return spot.closers ? 'damaged: doubled closer' : 'damaged: doubled below';
  if (!truth.startsWith(text)) return 'damaged: changed';
  const rest = truth.slice(text.length);
  if (/^[ \t]*\n/.test(rest)) return cutAtLine(shown, rest);
  // What closes a block ends it, whatever the line goes on with.
  if (shown.reason === 'block' && /[)\]}][;,]?$/.test(text) && text.includes('\n')) return 'cut';
  return 'damaged: dropped the end of a line';
}

/** The reasons that the stop rule has to end at a line that is not the last one. */
function cutAtLine({ reason }: Shown, rest: string): Outcome {
  if (reason === 'line' || reason === 'maxLines') return 'cut';
  if (/^[ \t]*\n[ \t]*\n/.test(rest)) return 'cut';
  return `damaged: dropped lines (${reason})`;
}

/** Of indentation that stands there already, the answer has nothing. */
function withoutTypedSpace({ prefix }: Spot, text: string): string {
  return /[ \t]$/.test(prefix) ? text.replace(/^[ \t]+/, '') : text;
}

/** The file with what is shown has more errors than the true one, also if the line's rest is typed behind the closers. */
function addsErrors(
  { prefix, suffix, closers, truth, wanted }: Spot,
  { text }: Shown,
  syntax?: Syntax,
): boolean {
  if (!syntax || closers === '') return false;
  const below = suffix.slice(closers.length);
  const most = syntax.errors(prefix + truth + below);
  if (syntax.errors(prefix + text + closers + below) <= most) return false;
  const typed = truth.slice(wanted.length);
  const rest = typed.startsWith(closers) ? typed.slice(closers.length) : undefined;
  return rest !== undefined && syntax.errors(prefix + text + closers + rest + below) > most;
}
