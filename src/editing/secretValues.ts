// Keys and tokens in a text, told by the formats that are published: secretlint's recommended rules, and those that it lacks.

import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { Completion, Prompt } from '../protocol';

/** What is used of a rule of secretlint. */
interface Rule {
  readonly meta: { readonly id: string };
  create(context: RuleContext, options: object): { file(source: { content: string }): unknown };
}
/** The rules only pass messages on, so that what is found can be passed in their place. */
interface RuleContext {
  createTranslator(): (message: string, data?: Record<string, string>) => string[];
  report(found: { message: string[]; range: readonly [number, number] }): void;
}

/** What a comment allows in a report is not allowed in a prompt. */
const commentRule = '@secretlint/secretlint-rule-filter-comments';
const scanners = (rules as unknown as Rule[]).filter(({ meta }) => meta.id !== commentRule);

const further = [
  // Amazon: identifiers of access keys, lasting and temporary.
  /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
  // Google: keys of its interfaces, secrets of OAuth.
  /\bAIza[\w-]{35}(?![\w-])/g,
  /\bGOCSPX-[\w-]{28}(?![\w-])/g,
  // Stripe: secret and restricted keys, secrets that sign webhooks.
  /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /\bwhsec_[A-Za-z0-9+/]{24,}/g,
  // JSON Web Tokens (RFC 7519): `{"` begins with `ey` in base64.
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g,
  // PyPI, SendGrid, Telegram, Discord, age, Azure.
  /\bpypi-AgE[\w-]{50,}/g,
  /\bSG\.[\w-]{22}\.[\w-]{43}(?![\w-])/g,
  /\b\d{8,10}:AA[\w-]{33}(?![\w-])/g,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,}/g,
  /\bAGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}\b/g,
  /\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}/g,
  // Private keys (RFC 7468) that are not whole, or are strings to be joined.
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:(?:\\[nr\s]|[\s"'`+,])*[A-Za-z0-9+/=]{16,})+/g,
];

/** The text with nothing on each line that holds a key or token, or a part of one; the other lines keep their numbers. */
export function withoutSecrets(text: string): string {
  const ranges = secretRanges(text);
  if (ranges.length === 0) return text;
  let end = -1;
  const lines = text.split('\n').map((line) => {
    const start = end + 1;
    end = start + line.length;
    return ranges.some((range) => range.start < end && start < range.end) ? '' : line;
  });
  return lines.join('\n');
}

/** An answer without text where that would show a key or token of another file; such alternatives are left out. */
export function discreet(answer: Completion, prompt: Prompt): Completion {
  if (showsSecret(answer.text, prompt))
    return { ...answer, text: '', shown: false, hidden: 'secret', alternatives: undefined };
  const alternatives = answer.alternatives?.filter(({ text }) => !showsSecret(text, prompt));
  return alternatives ? { ...answer, alternatives } : answer;
}

/** Whether text put behind a place would show a key or token that the document there does not hold. */
export function showsSecret(text: string, { prefix, suffix }: Pick<Prompt, 'prefix' | 'suffix'>): boolean {
  const shown = prefix.slice(prefix.lastIndexOf('\n') + 1) + text;
  return secretRanges(shown).some(({ start, end }) => {
    const value = shown.slice(start, end);
    return !prefix.includes(value) && !suffix.includes(value);
  });
}

function secretRanges(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const context: RuleContext = {
    createTranslator:
      () =>
      (_message, data = {}) =>
        Object.values(data),
    report: ({ message: values, range: [start, end] }) => {
      found.push({ start, end });
      // A range may begin where the name of a key does, and end before the key.
      for (const value of values) {
        const at = value === '' ? -1 : text.indexOf(value, start);
        if (at >= 0) found.push({ start: at, end: at + value.length });
      }
    },
  };
  for (const scanner of scanners) scanner.create(context, {}).file({ content: text });
  for (const format of further)
    for (const { 0: value, index } of text.matchAll(format))
      found.push({ start: index, end: index + value.length });
  return found;
}
