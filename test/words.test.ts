// The words that people read: each has its German, with the same places to fill, and nothing German is left of words that are gone.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { ModelReader } from '../src/editing/modelReader';

interface Message {
  readonly text: string;
  readonly where: string;
  /** Whether it is put into words when its file is loaded, before the language is known. */
  readonly isEarly: boolean;
}

const sources = fs
  .readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => path.join('src', file));

/** Each template that is tagged with `t`, as it stands in a bundle: `{0}` where something is filled in. */
function messagesOf(file: string): Message[] {
  const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Message[] = [];
  const visit = (node: ts.Node, isEarly: boolean): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 't') {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ text: textOf(node.template), where: `${file}:${line}`, isEarly });
    }
    const isLater = ts.isFunctionLike(node);
    ts.forEachChild(node, (child) => visit(child, isEarly && !isLater));
  };
  visit(source, true);
  return found;
}

function textOf(template: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return template.templateSpans.reduce(
    (text, { literal }, i) => `${text}{${i}}${literal.text}`,
    template.head.text,
  );
}

/** What pages have between `{{t:` and `}}`. */
const inPages = fs
  .readdirSync('media')
  .filter((file) => file.endsWith('.html'))
  .flatMap((file) => [...fs.readFileSync(path.join('media', file), 'utf8').matchAll(/\{\{t:([^}]*)\}\}/g)])
  .map(([, text]) => text!.replace(/\s+/g, ' '));

const messages = sources.flatMap(messagesOf);
const english = [...new Set([...messages.map(({ text }) => text), ...inPages])].sort();

function read(file: string): Record<string, string> {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>;
}

const placesIn = (text: string): string[] => (text.match(/\{\d+\}/g) ?? []).sort();

function none(broken: string[], rule: string): void {
  assert.equal(broken.length, 0, `${rule}:\n  ${broken.join('\n  ')}`);
}

describe('words', () => {
  const german = read('l10n/bundle.l10n.de.json');

  it('are put into a language when they are read, and not before it is known', () => {
    assert.ok(messages.length > 100);
    none(
      messages.filter(({ isEarly }) => isEarly).map(({ where, text }) => `${where} ${text}`),
      'What is tagged with t stands in a function',
    );
  });

  it('are all there in German', () => {
    if (process.env.RYZANSTEIN_MISSING)
      fs.writeFileSync(
        process.env.RYZANSTEIN_MISSING,
        JSON.stringify(
          english.filter((text) => german[text] === undefined),
          undefined,
          1,
        ),
      );
    none(
      english.filter((text) => german[text] === undefined),
      'l10n/bundle.l10n.de.json has every message',
    );
    none(
      Object.keys(german).filter((text) => !english.includes(text)),
      'l10n/bundle.l10n.de.json has no message that is gone',
    );
  });

  it('are filled in at the same places', () => {
    const broken = Object.entries(german).filter(
      ([text, translated]) => placesIn(text).join() !== placesIn(translated).join(),
    );
    none(
      broken.map(([text, translated]) => `${text} -> ${translated}`),
      'A translation has the places of its message',
    );
  });

  it('of the package are all there in German, with the same links', () => {
    const [own, translated] = [read('package.nls.json'), read('package.nls.de.json')];
    assert.deepEqual(Object.keys(translated).sort(), Object.keys(own).sort());
    const asked = [...fs.readFileSync('package.json', 'utf8').matchAll(/"%([\w.]+)%"/g)].map(
      ([, key]) => key!,
    );
    assert.deepEqual([...new Set(asked)].sort(), Object.keys(own).sort());
    const linksIn = (text: string): string[] => (text.match(/\]\([^)]*\)|`[^`]*`/g) ?? []).sort();
    for (const [key, text] of Object.entries(own)) {
      if (key.endsWith('.page')) assert.ok(fs.existsSync(translated[key]!), translated[key]);
      else assert.deepEqual(linksIn(translated[key]!), linksIn(text), key);
    }
  });
});

describe('the engine process', () => {
  it('speaks the language that it is started in', async () => {
    const silent = (): void => undefined;
    const log = { info: silent, warn: silent, error: silent, debug: silent };
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-words-'));
    const file = path.join(folder, 'empty.gguf');
    fs.writeFileSync(file, '');
    const refusals: string[] = [];
    try {
      for (const words of ['', path.resolve('l10n/bundle.l10n.de.json')]) {
        process.env.RYZANSTEIN_WORDS = words;
        const reader = new ModelReader('dist/engine.js', log);
        const glance = await reader.glance(file);
        reader.dispose();
        refusals.push('refusal' in glance ? glance.refusal : '');
      }
    } finally {
      delete process.env.RYZANSTEIN_WORDS;
      fs.rmSync(folder, { recursive: true });
    }
    assert.match(refusals[0]!, /is empty/);
    assert.match(refusals[1]!, /ist leer/);
  }).timeout(20_000);
});
