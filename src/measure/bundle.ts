// Asks for a completion again that a bundle holds, and tells what has changed.

import type { Completion, Prompt } from '../protocol';
import type { Bundle } from '../editing/bundle';
import type { Answering } from '../engine/engine';
import { fixedRoom } from '../engine/room';

/**
 * `differs` names what is another than in the bundle; times are not compared, nor what the cache held. `linesLeftOut`: of
 * the lines that the model saw then, some with keys or tokens are not in the bundle.
 */
export interface BundleReplay {
  same: boolean;
  differs: string[];
  expected: Completion;
  completion: Completion;
  linesLeftOut?: true;
}

const compared = [
  'text',
  'reason',
  'shown',
  'hidden',
  'confidence',
  'tokens',
  'promptTokens',
  'model',
  'alternatives',
] as const;

export async function replayBundle(
  engine: Answering,
  { prompt, limits, completion, origin }: Bundle,
): Promise<BundleReplay> {
  const now = await engine.complete(prompt, limits, { room: completion.room ?? fixedRoom });
  const value = (which: Completion, field: (typeof compared)[number]): string | undefined =>
    JSON.stringify(which[field]);
  const differs = compared.filter((field) => value(now, field) !== value(completion, field));
  return {
    ...{ same: differs.length === 0, differs, expected: completion, completion: now },
    ...(origin?.linesLeftOut && { linesLeftOut: true }),
  };
}

/** The bundle that a file's text is; undefined for a text that is something else. Throws an Error that names what is amiss. */
export function readBundle(text: string, name: string): Bundle | undefined {
  let bundle: Partial<Bundle>;
  try {
    bundle = JSON.parse(text) as Partial<Bundle>;
  } catch {
    return undefined;
  }
  if (bundle?.schema !== 'ryzanstein/bundle/1') return undefined;
  const needed: [keyof Bundle, Record<string, string>][] = [
    [
      'prompt',
      { path: 'string', languageId: 'string', prefix: 'string', suffix: 'string', related: 'object' },
    ],
    ['limits', { maxTokens: 'number', maxLines: 'number', minConfidence: 'number or string' }],
    ['completion', { text: 'string', reason: 'string', confidence: 'number', model: 'string' }],
  ];
  for (const [part, fields] of needed)
    for (const [field, type] of Object.entries(fields)) {
      const value = (bundle[part] as Record<string, unknown> | undefined)?.[field];
      if (!type.split(' or ').includes(typeof value) || value === null)
        throw new Error(`${name}: ${part}.${field} is not a ${type}.`);
    }
  const related: unknown = bundle.prompt!.related;
  const isRelated = (one: unknown): boolean =>
    typeof (one as Prompt | undefined)?.path === 'string' &&
    typeof (one as { text?: unknown }).text === 'string';
  if (!Array.isArray(related) || !related.every(isRelated))
    throw new Error(`${name}: prompt.related is not a list of paths with texts.`);
  return bundle as Bundle;
}
