// The words that people read: all of them are tagged, each has its German, with the same places to fill, and nothing German is left of words that are gone.

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

/** The sources with their types: those of the product, then those of pages, which live in a browser. */
const programs = ['tsconfig.json', 'src/webview/tsconfig.json'].map((file) => {
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(
    file,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )!;
  return ts.createProgram(fileNames, options);
});

/** Calls back with each node of the sources, and whether it is evaluated when its file is loaded. */
function walk(see: (node: ts.Node, where: string, isEarly: boolean, checker: ts.TypeChecker) => void): void {
  const seen = new Set<string>();
  for (const program of programs) {
    const checker = program.getTypeChecker();
    for (const source of program.getSourceFiles()) {
      const file = path.relative(process.cwd(), source.fileName).replaceAll(path.sep, '/');
      if (!file.startsWith('src/') || seen.has(file)) continue;
      seen.add(file);
      const visit = (node: ts.Node, isEarly: boolean): void => {
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        see(node, `${file}:${line}`, isEarly, checker);
        const isLater = ts.isFunctionLike(node);
        ts.forEachChild(node, (child) => visit(child, isEarly && !isLater));
      };
      visit(source, true);
    }
  }
}

type Tagged = ts.TaggedTemplateExpression;
const isTagged = (node: ts.Node): node is Tagged =>
  ts.isTaggedTemplateExpression(node) && node.tag.getText() === 't';

/** Each template that is tagged with `t`, as it stands in a bundle: `{0}` where something is filled in. */
function messagesOf(): Message[] {
  const found: Message[] = [];
  walk((node, where, isEarly) => {
    if (isTagged(node)) found.push({ text: textOf(node.template), where, isEarly });
  });
  return found;
}

/** What is filled into messages and is no text: a number, or a code. */
function unworded(): string[] {
  const found: string[] = [];
  walk((node, where, _, checker) => {
    if (!isTagged(node) || !ts.isTemplateExpression(node.template)) return;
    for (const { expression } of node.template.templateSpans) {
      const type = checker.getTypeAtLocation(expression);
      const isText = (type.isUnion() ? type.types : [type]).every(({ flags }) => flags & ts.TypeFlags.String);
      if (!isText) found.push(`${where} ${expression.getText()} is ${checker.typeToString(type)}`);
    }
  });
  return found;
}

/** What is in English whoever reads it, and why. */
const inEnglish: [file: RegExp, why: string][] = [
  [/^src\/entries\//, 'the command line, and the log of the engine process'],
  [
    /^src\/report\/(tables|qualityPage|speedPage|charts|benchReport)/,
    'tables in a terminal, and pages of docs/',
  ],
  [/^src\/library\/(checkCatalogue|onDisk|otherTools|licences)/, 'names, and what a script says'],
  [
    /^src\/measure\/(bundle|evalSet|foreignAnswers|holes|recording|sourceFiles|synthesize)/,
    'files that only the command line reads',
  ],
  [/^src\/measure\/diagnose/, 'targets, which only the command line tells'],
  [/^src\/model\/formats/, 'names of families'],
  [/^src\/model\/gguf/, 'findings in damaged files, which other languages quote'],
  [/^src\/(engine\/chosen|completion\/(finish|syntax))/, 'errors that end within the engine, or in its log'],
  [
    /^src\/editing\/(gitConfig|handshake|ignoreRules|pipe|reach|serverAddress|engineProcesses|tree)/,
    'errors that only the log tells',
  ],
  [/^src\/editing\/secret/, 'words that are looked for in files'],
  [/^src\/webview\/(elements|evaluation)/, 'an error that no page has, and names of classes'],
  [/^src\/language\/languages/, 'names of languages'],
];

/** Words one after another, as a sentence has them. */
const prose = /[a-z]{2,}[,:;.]? [a-z]{2,}/i;

/** Texts that read like sentences and are not tagged. */
function untagged(): string[] {
  const found: string[] = [];
  walk((node, where, _, checker) => {
    const isTemplate = ts.isTemplateExpression(node);
    if (!isTemplate && !ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node)) return;
    const text = isTemplate ? textOf(node) : node.text;
    if (!prose.test(text) || inEnglish.some(([file]) => file.test(where))) return;
    if (!isTagged(node.parent) && !isForNobody(node, checker)) found.push(`${where} ${text}`);
  });
  return found;
}

/** A code, a list of words, or what the log is told. */
function isForNobody(node: ts.Expression, checker: ts.TypeChecker): boolean {
  const { parent } = node;
  const expected = ts.isBinaryExpression(parent)
    ? checker.getTypeAtLocation(parent.left)
    : checker.getContextualType(node);
  const kinds = expected?.isUnion() ? expected.types : expected ? [expected] : [];
  if (kinds.some((type) => type.isStringLiteral())) return true;
  if (
    ts.isLiteralTypeNode(parent) ||
    ts.isCaseClause(parent) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  )
    return true;
  if (ts.isPropertyAccessExpression(parent) && parent.name.text === 'split') return true;
  for (let above: ts.Node = parent; !ts.isStatement(above); above = above.parent)
    if (ts.isCallExpression(above) && /\b(log|restart|reload)\b/.test(above.expression.getText()))
      return true;
  return false;
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

const messages = messagesOf();
const english = [...new Set([...messages.map(({ text }) => text), ...inPages])].sort();

function read(file: string): Record<string, string> {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, string>;
}

const placesIn = (text: string): string[] => (text.match(/\{\d+\}/g) ?? []).sort();

function none(broken: string[], rule: string): void {
  assert.equal(broken.length, 0, `${rule}:\n  ${broken.join('\n  ')}`);
}

describe('words', function () {
  // All sources are read with their types.
  this.timeout(60_000);
  const german = read('l10n/bundle.l10n.de.json');

  it('are put into a language when they are read, and not before it is known', () => {
    assert.ok(messages.length > 100);
    none(
      messages.filter(({ isEarly }) => isEarly).map(({ where, text }) => `${where} ${text}`),
      'What is tagged with t stands in a function',
    );
  });

  it('are tagged, all of them', () => {
    none(untagged(), 'What people read is tagged with t; what is in English for everybody is listed here');
    const paths = fs.readdirSync('src', { recursive: true, encoding: 'utf8' });
    const files = paths.map((file) => `src/${file.replaceAll(path.sep, '/')}`);
    none(
      inEnglish.filter(([pattern]) => !files.some((file) => pattern.test(file))).map(([, why]) => why),
      'What is listed is there',
    );
  });

  it('are filled in with texts, not with numbers or codes', () => {
    none(
      unworded(),
      'What is filled in is a text: src/numbers.ts puts numbers into words, src/wording.ts codes',
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

  it('name no document that is not in the package, and nothing of the environment', () => {
    none(
      english.filter((text) => /README|ARCHITECTURE|CONTRIBUTING|docs\/|RYZANSTEIN_/.test(text)),
      'People with the package have the Details page and the settings',
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

describe('the words of the package', () => {
  it('have marks of Markdown only where VS Code reads them', () => {
    const { contributes } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as {
      contributes: { commands: object[]; configuration: { properties: Record<string, object> } };
    };
    const plain = JSON.stringify(
      [...contributes.commands, ...Object.values(contributes.configuration.properties)],
      (key, value: unknown) => (key === 'markdownDescription' ? undefined : value),
    );
    const keys = [...plain.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key!);
    assert.ok(keys.length > 30);
    for (const file of ['package.nls.json', 'package.nls.de.json'])
      none(
        keys.filter((key) => /[*_`]|\]\(/.test(read(file)[key]!)).map((key) => `${file} ${key}`),
        'What is shown as it is written has no marks',
      );
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
