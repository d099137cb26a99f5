// The extension inside a real extension host, with a small model of random weights: what is shown, and when it is silent.

import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { leastConfidence } from '../../src/eagerness';
import type { BenchReport, Evaluation } from '../../src/reports';
import { Benchmark } from '../../src/extension/benchmark';
import { Evaluations } from '../../src/extension/evaluation';
import type { Parts } from '../../src/extension/extension';
import { showLine } from '../../src/extension/documents';
import { Problems } from '../../src/extension/problems';
import { explanation } from '../../src/extension/whyNothing';
import type { Alternative, RelatedText } from '../../src/protocol';
import { LocalHub } from '../unit/library/localHub';
import {
  accept,
  acceptPart,
  answered,
  closeAll,
  completed,
  entryAfter,
  extensionParts,
  marked,
  note,
  open,
  openInWorkspace,
  pause,
  repeated,
  trigger,
  type,
  until,
  withSettings,
  workspaceFolder,
  write,
} from './editing';
import { dateAndTime } from '../../src/numbers';
import { resultWords } from '../../src/wording';
import { skipped } from '../skipped';

const root = process.env.RYZANSTEIN_ROOT ?? path.resolve(__dirname, '..', '..', '..');
const tinyModel = path.join(root, 'test', 'fixtures', 'tiny.gguf');
const tinyAlone = { 'ryzanstein.modelFile': tinyModel, 'ryzanstein.secondOpinion': false };
const nothingChosen = { 'ryzanstein.modelFile': undefined, 'ryzanstein.secondOpinion': undefined };
/** A place where the tiny model has something to say that is fit to show. */
const sample = 'const total = |;\nconst next = 2;\n';

interface Manifest {
  contributes: {
    commands: { command: string }[];
    configuration: { properties: Record<string, { default: unknown }> };
  };
}

let parts: Parts;
const manifest = (): Manifest =>
  vscode.extensions.getExtension('ryzanstein.ryzanstein')?.packageJSON as Manifest;

/** Settings for a test, over those that all tests have. */
const given = (settings: Record<string, unknown>, work: () => Promise<void>) =>
  withSettings(settings, work).then(() => write({ 'ryzanstein.modelFile': tinyModel }));

before(async () => {
  assert.ok(existsSync(tinyModel), `${tinyModel} is missing`);
  await until(
    'the extension to start by itself',
    () => vscode.extensions.getExtension('ryzanstein.ryzanstein')?.isActive,
  );
  parts = await extensionParts();
});

function extensionUri(): vscode.Uri {
  return vscode.extensions.getExtension('ryzanstein.ryzanstein')!.extensionUri;
}

/** What went wrong, as a window tells it that remembers nothing. */
function problemsHere(): Problems {
  return new Problems({ get: () => undefined, update: () => Promise.resolve(), keys: () => [] });
}

describe('the extension', () => {
  it('starts no engine before something is to be completed', () => {
    assert.equal(parts.engine.state.name, 'idle');
    assert.equal(parts.engine.processId, undefined);
    assert.match(parts.status.current.sentence, /starts with the first completion/);
  });

  it('has the commands that it contributes', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = manifest().contributes.commands.filter(({ command }) => !known.has(command));
    assert.deepEqual(missing, []);
  });
});

describe('ghost text', () => {
  let unchanged: Parts['engine']['complete'];
  before(() => write({ ...tinyAlone, 'ryzanstein.confidence': 0 }));
  beforeEach(() => (unchanged = alwaysFitToShow()));
  // Also what a test has put in its place, and not taken back because it failed.
  afterEach(() => (parts.engine.complete = unchanged));
  afterEach(closeAll);
  after(() => write({ ...nothingChosen, 'ryzanstein.confidence': undefined }));

  it('is computed on request and inserted when accepted', async () => {
    const editor = await open(sample);
    const { text } = await completed(parts);
    await accept(editor);
    assert.equal(marked(editor), sample.replace('|', `${text}|`));
    await until('the note of it', () =>
      parts.completions.entries.some(({ outcome }) => outcome === 'accepted'),
    );
  });

  it('comes while typing', async () => {
    const editor = await open(sample);
    const entry = await entryAfter(parts, /^shown/, () => type('a'));
    assert.equal(entry.trigger, 'automatic');
    await accept(editor);
    assert.equal(marked(editor), sample.replace('|', `a${entry.completion?.text}|`));
  });

  it('comes late, when VS Code has been asked to ask again', async () => {
    const complete = parts.engine.complete.bind(parts.engine);
    parts.engine.complete = async (...request) => {
      await pause(500);
      return complete(...request);
    };
    const editor = await open(sample);
    const entry = await entryAfter(parts, /^not ready/, () => type('g'));
    await until('the late answer', () => resultWords(entry.result) === 'shown late');
    await accept(editor);
    assert.equal(marked(editor), sample.replace('|', `g${entry.text}|`));
  });

  it('can be accepted by words and by lines, and an undo brings the rest back', async () => {
    const answers = answerWith('for (const x of y) {\n  use(x);\n}');
    const editor = await open('|\nconst next = 2;\n');
    const shown = await entryAfter(parts, /^shown$/, trigger);
    await entryAfter(parts, /^typed through$/, () => acceptPart(editor, 'acceptNextWord'));
    assert.match(marked(editor), /^for ?\|\nconst next/);
    assert.equal(shown.outcome, 'accepted in part');
    await entryAfter(parts, /^typed through$/, () => acceptPart(editor, 'acceptNextLine'));
    assert.match(marked(editor), /^for \(const x of y\) \{\n?\s*\|\n/);
    for (let undone = 0; undone < 2; undone++) await vscode.commands.executeCommand('undo');
    assert.equal(marked(editor), '|\nconst next = 2;\n');
    await pause(300);
    const requests = answers.requests();
    await entryAfter(parts, /^shown again$/, trigger);
    assert.equal(answers.requests(), requests);
    await accept(editor);
    answers.stop();
    assert.equal(marked(editor), 'for (const x of y) {\n  use(x);\n}|\nconst next = 2;\n');
  });

  it('comes beside an extension that takes the keys, as Vim modes do', async () => {
    const keys = vscode.commands.registerCommand('type', (key: { text: string }) =>
      vscode.commands.executeCommand('default:type', key),
    );
    try {
      const answers = answerWith('first + second');
      const editor = await open(sample);
      await entryAfter(parts, /^shown$/, trigger);
      for (const character of 'fir') await entryAfter(parts, /^typed through$/, () => type(character));
      await accept(editor);
      answers.stop();
      assert.equal(marked(editor), sample.replace('|', 'first + second|'));
    } finally {
      keys.dispose();
    }
  });

  it('is read ahead where a file is opened, and that is not shown', async () => {
    await open(sample.replace('total', 'warm'));
    await answered(parts);
    const { engine } = parts;
    const prefill = engine.prefill.bind(engine);
    const ahead: string[] = [];
    engine.prefill = (params, token) => {
      ahead.push(params.prompt.prefix);
      return prefill(params, token);
    };
    const asked = countRequests();
    await open(sample.replace('total', 'opened'));
    await until('the text to be read ahead', () => ahead.includes('const opened = '));
    assert.ok(!asked.prefixes().includes('const opened = '));
    asked.stop();
    engine.prefill = prefill;
  });

  it('keeps CRLF line ends and tabs', async () => {
    const crlf = 'function f() {\r\n\tconst total = |;\r\n\tconst next = 2;\r\n}\r\n';
    const editor = await open(crlf);
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    const answers = answerWith('[\r\n\t\tfirst,\r\n\t]');
    await entryAfter(parts, /^shown$/, trigger);
    await accept(editor);
    answers.stop();
    assert.equal(marked(editor), crlf.replace('|', '[\r\n\t\tfirst,\r\n\t]|'));
    assert.doesNotMatch(editor.document.getText(), /[^\r]\n/);
  });

  describe('that ends with an opening bracket', () => {
    const undo = (): Thenable<unknown> => vscode.commands.executeCommand('undo');
    const close = (brackets: string): Promise<void> => write({ 'editor.autoClosingBrackets': brackets });
    before(() => close('languageDefined'));
    after(() => close('never'));
    /** Accepts `text` at the mark of a text, and waits until that is as wanted, for longer than an edit takes. */
    async function accepted(
      text: string,
      before: string,
      wanted: string,
      name?: string,
    ): Promise<vscode.TextEditor> {
      const answers = answerWith(text);
      const editor = await open(before, name);
      await entryAfter(parts, /^shown$/, trigger);
      await accept(editor);
      answers.stop();
      await until('the text behind it', () => marked(editor) === wanted).catch(() => undefined);
      await pause(200);
      assert.equal(marked(editor), wanted);
      return editor;
    }
    const afterwards = (editor: vscode.TextEditor, wanted: string): Promise<unknown> =>
      until(JSON.stringify(wanted), () => marked(editor) === wanted, 2_000).catch(() =>
        assert.equal(marked(editor), wanted),
      );

    it('is closed as one that is typed, and one undo takes back both', async () => {
      const before = 'function f() {\n  |\n}\n';
      const editor = await accepted(
        'for (const x of xs) {',
        before,
        'function f() {\n  for (const x of xs) {|}\n}\n',
      );
      await type('\n');
      await afterwards(editor, 'function f() {\n  for (const x of xs) {\n    |\n  }\n}\n');
      await undo();
      await afterwards(editor, 'function f() {\n  for (const x of xs) {|}\n}\n');
      await undo();
      await afterwards(editor, before);
    });

    it('is closed with all that its line has opened, and in each language', async () => {
      await accepted("it('works', () => {", '|\nnext();\n', "it('works', () => {|})\nnext();\n");
      await accepted('items = [', '|\nnext_one = 2\n', 'items = [|]\nnext_one = 2\n', 'opening.py');
      await accepted(
        'if err != nil {',
        'func f() {\r\n\t|\r\n}\r\n',
        'func f() {\r\n\tif err != nil {|}\r\n}\r\n',
        'opening.go',
      );
    });

    it('is closed by what is typed over, also once its body was accepted', async () => {
      const editor = await accepted(
        "it('works', () => {",
        '|\nnext();\n',
        "it('works', () => {|})\nnext();\n",
      );
      for (const key of ' })') await type(key);
      await afterwards(editor, "it('works', () => { })|\nnext();\n");
      await type(')');
      await afterwards(editor, "it('works', () => { }))|\nnext();\n");
      const block = await accepted('while (more) {', '|\nnext();\n', 'while (more) {|}\nnext();\n');
      await accept(block);
      const body = marked(block);
      await type('}');
      await afterwards(block, body.replace('|}', '}|'));
    });

    it('is closed by what is typed over in one of two editors of a file', async () => {
      const marks = 'const above = 1;\n|\nnext();\n';
      const { document } = await open(marks);
      const beside = await vscode.window.showTextDocument(document, vscode.ViewColumn.Beside);
      const end = document.positionAt(document.getText().length);
      beside.selection = new vscode.Selection(end, end);
      const answers = answerWith('while (more) {');
      const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
      const line = new vscode.Position(1, 0);
      editor.selection = new vscode.Selection(line, line);
      await entryAfter(parts, /^shown$/, trigger);
      await accept(editor);
      answers.stop();
      await afterwards(editor, marks.replace('|', 'while (more) {|}'));
      await type(' ');
      // It moves the cursors of both.
      const above = new vscode.WorkspaceEdit();
      above.insert(document.uri, new vscode.Position(0, 0), '\n');
      await vscode.workspace.applyEdit(above);
      await pause(200);
      await type('}');
      await afterwards(editor, `\n${marks.replace('|', 'while (more) { }|')}`);
    });

    it('is closed by what is typed as well where the editor types nothing over', () =>
      given({ 'editor.autoClosingOvertype': 'never' }, async () => {
        const editor = await accepted('while (more) {', '|\nnext();\n', 'while (more) {|}\nnext();\n');
        await type('}');
        await pause(200);
        assert.equal(marked(editor), 'while (more) {}|}\nnext();\n');
      }));

    it('is left as it is where another file is in front by now', async () => {
      const editor = await open('while (more) {|\n');
      const entry = { key: 'file:///elsewhere.ts', result: { kind: 'shown', how: 'same' } };
      await vscode.commands.executeCommand('ryzanstein.accepted', { text: 'while (more) {', entry });
      await pause(200);
      assert.equal(marked(editor), 'while (more) {|\n');
    });

    it('is followed by the next offer without a key', async () => {
      const answers = answerWith('while (more) {');
      const editor = await open('|\nnext();\n');
      await entryAfter(parts, /^shown$/, trigger);
      await accept(editor);
      await until('the next request', () => answers.requests() === 2, 5_000);
      await pause(300);
      answers.stop();
      assert.equal(answers.requests(), 2);
    });

    it('is closed at the end of a file as well', async () => {
      const editor = await accepted('while (more) {', 'const a = 1;\n|', 'const a = 1;\nwhile (more) {|}');
      for (const key of ' }') await type(key);
      await afterwards(editor, 'const a = 1;\nwhile (more) { }|');
    });

    it('is closed in a cell of a notebook, whatever the others have open', async () => {
      const file = vscode.Uri.joinPath(workspaceFolder(), 'opening.ipynb');
      const code = { cell_type: 'code', execution_count: null, metadata: {}, outputs: [] };
      const cells = ['open = [', '', ']'].map((source) => ({ ...code, source: [source] }));
      const metadata = { language_info: { name: 'python' } };
      const content = JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 });
      await vscode.workspace.fs.writeFile(file, Buffer.from(content));
      const notebook = await vscode.workspace.openNotebookDocument(file);
      await vscode.window.showNotebookDocument(notebook);
      const editor = await vscode.window.showTextDocument(notebook.cellAt(1).document);
      const answers = answerWith('prices = [');
      await entryAfter(parts, /^shown$/, trigger);
      await accept(editor);
      answers.stop();
      await afterwards(editor, 'prices = [|]');
      await undo();
      await afterwards(editor, '|');
      await closeAll();
      await vscode.workspace.fs.delete(file);
    });

    it('is left as it is where its body stands below', async () => {
      const rest = '\n  use(x);\n}\nconst next = 2;\n';
      await accepted('for (const x of xs) {', `|${rest}`, `for (const x of xs) {|${rest}`);
    });

    it('is left as it is where the editor closes none', async () => {
      await close('never');
      await accepted('while (more) {', '|\nconst next = 2;\n', 'while (more) {|\nconst next = 2;\n');
      await close('languageDefined');
    });

    it('is closed with the last of the words that are accepted one by one', async () => {
      const answers = answerWith('do {');
      const editor = await open('|\nconst next = 2;\n');
      await entryAfter(parts, /^shown$/, trigger);
      await entryAfter(parts, /^typed through$/, () => acceptPart(editor, 'acceptNextWord'));
      await pause(200);
      assert.match(marked(editor), /^do ?\|\nconst/);
      while (!marked(editor).includes('{')) await acceptPart(editor, 'acceptNextWord');
      answers.stop();
      await afterwards(editor, 'do {|}\nconst next = 2;\n');
    });
  });

  it('goes on fitting when the editor closes a bracket by itself', async () => {
    await given({ 'editor.autoClosingBrackets': 'always' }, async () => {
      const answers = answerWith('call(first, [second]);');
      const editor = await open('const a = |\n');
      await entryAfter(parts, /^shown$/, trigger);
      for (const character of 'call(') await entryAfter(parts, /^typed through$/, () => type(character));
      assert.equal(marked(editor), 'const a = call(|)\n');
      await accept(editor);
      answers.stop();
      assert.equal(marked(editor), 'const a = call(first, [second]);|\n');
    });
  });

  it('goes with the selected suggestion where the answer begins with it, and not merely because it is selected', async () => {
    const provider: vscode.CompletionItemProvider = {
      provideCompletionItems: () => [
        new vscode.CompletionItem('zebraOfAll', vscode.CompletionItemKind.Variable),
      ],
    };
    const registered = vscode.languages.registerCompletionItemProvider(
      { pattern: '**/suggested*.ts' },
      provider,
    );
    /** The list opens when all who give suggestions have answered; only then a request can tell of it. */
    const resultWith = async (text: string, file: string, wanted: RegExp): Promise<void> => {
      const answers = answerWith(text);
      try {
        await open('const a = zebr|;\n', file);
        await vscode.commands.executeCommand('editor.action.triggerSuggest');
        const seen = (): boolean =>
          parts.completions.entries.some(
            (entry) =>
              entry.where.includes(file) && wanted.test(`${resultWords(entry.result)}: ${entry.text ?? ''}`),
          );
        for (let tries = 0; !seen() && tries < 40; tries++) {
          await trigger();
          await pause(500);
        }
        assert.ok(seen(), JSON.stringify(parts.completions.entries.slice(0, 5)));
      } finally {
        answers.stop();
        await vscode.commands.executeCommand('hideSuggestWidget');
      }
    };
    try {
      await resultWith('aOfAll.name', 'suggested1.ts', /^shown.*: zebraOfAll\.name$/);
      await resultWith('aCrossing', 'suggested2.ts', /^hidden: another suggestion is selected/);
    } finally {
      registered.dispose();
    }
  });

  it('has alternatives to choose from when it is asked for', async () => {
    const alternatives = ['second()', 'third()'].map((text) => ({ text, confidence: 0.5 }));
    const answers = answerWith('first()', alternatives);
    const editor = await open(sample);
    await entryAfter(parts, /^shown$/, () => type('a'));
    assert.equal(answers.requests(), 1, 'one answer while typing');
    // The editor does nothing until it shows the first one, a moment after it has been given it.
    const entry = await entryAfter(parts, /^shown$/, async () => {
      while (answers.requests() === 1) {
        await vscode.commands.executeCommand('editor.action.inlineSuggest.showNext');
        await pause(50);
      }
    });
    assert.equal(answers.requests(), 2, 'the alternatives are asked for once');
    await accept(editor);
    answers.stop();
    assert.equal(marked(editor), sample.replace('|', 'asecond()|'));
    await until('the note of it', () => entry.outcome === 'accepted');
    assert.deepEqual([entry.trigger, entry.completion?.text], ['on request', 'second()']);
  });

  it('is silent at several cursors', async () => {
    await open('const a = |;\nconst b = |;\n');
    await entryAfter(parts, /silent: .* several cursors/, trigger);
  });

  it('is silent in what the user has ignored, until it is not any more', async () => {
    const rules = vscode.Uri.joinPath(workspaceFolder(), '.ryzansteinignore');
    const editor = await openInWorkspace('private.ts', sample);
    await entryAfter(parts, /^(shown|hidden)/, trigger);
    const ignored = (): boolean => parts.ignoring.known(editor.document.uri) === 'ignored';
    await vscode.workspace.fs.writeFile(rules, Buffer.from('private.*\n'));
    await until('the rules to be read', ignored);
    // A late word of the change has the rules read once more.
    await repeated(() =>
      entryAfter(parts, /silent: the file is ignored by \.ryzansteinignore/, () => type('a')),
    );
    await vscode.workspace.fs.delete(rules);
    await until('the rules to be gone', () => parts.ignoring.known(editor.document.uri) === 'readable');
    await repeated(() => entryAfter(parts, /^(shown|hidden)/, () => type('b')));
  });

  it('is said to be silent in a file when that is opened, and not to be when its language is another one', async () => {
    const name = (): string => parts.status.current.name;
    await open(sample);
    await until('another status', () => name() !== 'silent');
    await open('KEY=|\n', '.env.local');
    await until('the silence', () => name() === 'silent');
    const text = await vscode.workspace.openTextDocument({ language: 'plaintext', content: 'const a = ' });
    await vscode.window.showTextDocument(text);
    await until('the language to be off', () => name() === 'offHere');
    await vscode.languages.setTextDocumentLanguage(text, 'typescript');
    await until('it to be on', () => name() !== 'offHere');
  });

  it('is said to be silent in what is no file, and not in the input of an interactive window', async () => {
    const name = (): string => parts.status.current.name;
    const scheme = 'of-no-file';
    const provider = { provideTextDocumentContent: (): string => 'const a = ' };
    const registered = vscode.workspace.registerTextDocumentContentProvider(scheme, provider);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path: '/a.ts' }));
    registered.dispose();
    await vscode.window.showTextDocument(document);
    await until('the silence', () => name() === 'silent');
    assert.match(parts.status.current.sentence, /not a file \(of-no-file\)/);
    await open(sample);
    await until('another status', () => name() !== 'silent');
    const input = vscode.Uri.from({ scheme: 'vscode-interactive-input', path: '/InteractiveInput-7' });
    assert.equal(parts.ignoring.known(input), 'readable');
  });

  it('is silent in documents that are no files', async () => {
    const content: vscode.TextDocumentContentProvider = { provideTextDocumentContent: () => 'const a = ' };
    const registered = vscode.workspace.registerTextDocumentContentProvider('made-up', content);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('made-up:/a.ts'));
    const asked = countRequests();
    await vscode.window.showTextDocument(document);
    await trigger();
    await pause(500);
    assert.equal(asked.stop().total, 0);
    registered.dispose();
  });

  it('is silent in the log', async () => {
    const asked = countRequests();
    await vscode.commands.executeCommand('ryzanstein.showLog');
    await pause(300);
    await trigger();
    await pause(500);
    assert.equal(asked.stop().total, 0);
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  it('is made with the files that this one imports, and not with those that are ignored', async () => {
    const folder = workspaceFolder();
    const rules = vscode.Uri.joinPath(folder, '.ryzansteinignore');
    await vscode.workspace.fs.writeFile(rules, Buffer.from('hidden.ts\n'));
    for (const name of ['helper', 'hidden', 'unrelated'])
      await vscode.workspace.fs.writeFile(
        vscode.Uri.joinPath(folder, `${name}.ts`),
        Buffer.from(`export const ${name}Total = 1;\n`),
      );
    const hidden = vscode.Uri.joinPath(folder, 'hidden.ts');
    await until('the rules to be read', () => parts.ignoring.known(hidden) === 'ignored');
    const asked = countRequests();
    const imports = "import { helperTotal } from './helper';\nimport { hiddenTotal } from './hidden';\n";
    await openInWorkspace('importing.ts', `${imports}const total = |;\n`);
    // The files are read meanwhile: the request after that has them.
    await repeated(async () => {
      await entryAfter(parts, /^(shown|hidden)/, () => type('a'));
      const related = asked.related().at(-1) ?? [];
      assert.ok(related.some(({ path, text }) => path === 'helper.ts' && text.includes('helperTotal')));
    });
    const paths = new Set(asked.related().flatMap((related) => related.map(({ path }) => path)));
    assert.ok(!paths.has('hidden.ts') && !paths.has('unrelated.ts'), [...paths].join());
    // What was read already is given up as well.
    await vscode.workspace.fs.writeFile(rules, Buffer.from('helper.ts\n'));
    await until('the new rules to be read', () => parts.ignoring.known(hidden) === 'readable');
    await entryAfter(parts, /^(shown|hidden)/, () => type('b'));
    const last = asked.related().at(-1) ?? [];
    assert.ok(!last.some(({ path }) => path === 'helper.ts'));
    asked.stop();
    await vscode.workspace.fs.delete(rules);
  });

  it('is made with what a document imports also when its language has become another one', async () => {
    const imported = vscode.Uri.joinPath(workspaceFolder(), 'constant.ts');
    await vscode.workspace.fs.writeFile(imported, Buffer.from('export const constantTotal = 1;\n'));
    // No name that the language server could say more of.
    const { document } = await openInWorkspace('changing.js', "import './constant';\nconst total = |;\n");
    const isRead = async (): Promise<void> => {
      const asked = countRequests();
      await repeated(async () => {
        await entryAfter(parts, /^(shown|hidden)/, () => type('a'));
        assert.ok((asked.related().at(-1) ?? []).some(({ path }) => path === 'constant.ts'));
      });
      asked.stop();
    };
    await isRead();
    await vscode.languages.setTextDocumentLanguage(document, 'typescript');
    await isRead();
    await vscode.workspace.fs.delete(imported);
  });

  it('is made with what the language server says the names before it mean, which nobody waits for', async () => {
    const folder = workspaceFolder();
    const declaring = vscode.Uri.joinPath(folder, 'declaring.ts');
    const text = 'export function declaredElsewhere(): void {}\n';
    await vscode.workspace.fs.writeFile(declaring, Buffer.from(text));
    let slow = false;
    let questions = 0;
    const server = vscode.languages.registerDefinitionProvider(
      { pattern: '**/declared.ts' },
      {
        provideDefinition: async (document, position) => {
          questions++;
          if (slow) await pause(10_000);
          const word = document.getText(document.getWordRangeAtPosition(position));
          return word === 'lookedUp' ? new vscode.Location(declaring, new vscode.Position(0, 0)) : [];
        },
      },
    );
    const asked = countRequests();
    const sees = (name: string): boolean => {
      return (asked.related().at(-1) ?? []).some((each) => each.text.includes(name));
    };
    try {
      await openInWorkspace('declared.ts', 'lookedUp(|);\n');
      await repeated(async () => {
        await entryAfter(parts, /^(shown|hidden)/, () => type('a'));
        // The cursor rests.
        await pause(1_000);
        assert.ok(sees('declaredElsewhere'));
      });
      slow = true;
      questions = 0;
      await type('b');
      // It rests again: the server is asked, and says nothing yet.
      await until('the server to be asked', () => questions > 0);
      const entry = await entryAfter(parts, /^(shown|hidden)/, () => type('c'));
      assert.ok(entry.waitedMs < 1_500, `waited ${entry.waitedMs} ms`);
      // And once more: it is behind, and not asked.
      const open = questions;
      await pause(1_000);
      assert.equal(questions, open);
    } finally {
      server.dispose();
      asked.stop();
    }
  });

  it('comes in untitled documents', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'typescript',
      content: 'const total = ',
    });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 14, 0, 14);
    await entryAfter(parts, /^(shown|hidden)/, trigger);
  });

  it('comes in a cell of a notebook, under the name of the notebook', async () => {
    const file = vscode.Uri.joinPath(workspaceFolder(), 'prices.ipynb');
    const code = { cell_type: 'code', execution_count: null, metadata: {}, outputs: [] };
    const cells = ['prices = [1, 2]\n', 'total = '].map((source) => ({ ...code, source: [source] }));
    const metadata = { language_info: { name: 'python' } };
    const content = JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 });
    await vscode.workspace.fs.writeFile(file, Buffer.from(content));
    const notebook = await vscode.workspace.openNotebookDocument(file);
    await vscode.window.showNotebookDocument(notebook);
    const editor = await vscode.window.showTextDocument(notebook.cellAt(1).document);
    editor.selection = new vscode.Selection(0, 8, 0, 8);
    const { where, completion } = await entryAfter(parts, /^(shown|hidden)/, trigger);
    assert.equal(where, 'prices.ipynb [2]:1');
    const { path: named, repository, prefix } = parts.completions.askedFor(completion!)!.prompt;
    assert.deepEqual(
      { named, repository, prefix },
      {
        ...{ named: 'prices.py', repository: path.basename(workspaceFolder().fsPath) },
        prefix: 'prices = [1, 2]\n\ntotal = ',
      },
    );
    await closeAll();
    await vscode.workspace.fs.delete(file);
  });

  it('comes where it was typed last while a page is in front', async () => {
    const editor = await open(sample);
    const { document } = editor;
    const before = marked(editor);
    for (const work of ['ryzanstein.completeNow', 'ryzanstein.whyNothing']) {
      await vscode.commands.executeCommand('ryzanstein.showLiveView');
      await until('the page in front', () => !vscode.window.activeTextEditor);
      const done = vscode.commands.executeCommand(work);
      const front = await until('the document in front', () => vscode.window.activeTextEditor);
      assert.deepEqual([front.document, marked(front)], [document, before]);
      if (work === 'ryzanstein.completeNow') await done;
    }
    await until('an entry', () => parts.completions.entries[0]?.trigger === 'on request');
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('is asked for in the file where the log is in front', async () => {
    const { document } = await open(sample);
    await vscode.commands.executeCommand('ryzanstein.showLog');
    await until('the log', () => vscode.window.activeTextEditor?.document.uri.scheme === 'output');
    void vscode.commands.executeCommand('ryzanstein.whyNothing');
    await until('the file in front', () => vscode.window.activeTextEditor?.document === document);
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });

  it('can be turned off, and on again', async () => {
    await open(sample);
    await vscode.commands.executeCommand('ryzanstein.toggle');
    await until('the status', () => parts.status.current.name === 'off');
    await entryAfter(parts, /silent: .* turned off/, trigger);
    await vscode.commands.executeCommand('ryzanstein.toggle');
    await until('the status', () => parts.status.current.name !== 'off');
    await entryAfter(parts, /^(shown|hidden)/, () => type('a'));
  });

  it('is as it was where that is pressed twice', async () => {
    const isOn = (): unknown => vscode.workspace.getConfiguration('ryzanstein').get('enabled');
    const before = isOn();
    const seen: unknown[] = [];
    const watcher = vscode.workspace.onDidChangeConfiguration(() => seen.push(isOn()));
    try {
      const press = (): Thenable<unknown> => vscode.commands.executeCommand('ryzanstein.toggle');
      await Promise.all([press(), press()]);
    } finally {
      watcher.dispose();
    }
    assert.equal(isOn(), before);
    assert.deepEqual(seen, [!before, before]);
  });

  it('offers to snooze and to end that, with what VS Code has for it', async () => {
    const offered = [...parts.status.details.matchAll(/command:(editor\.action\.inlineSuggest\.\w+)/g)];
    assert.equal(offered.length, 2);
    const known = await vscode.commands.getCommands();
    for (const [, command] of offered) assert.ok(known.includes(command!), command);
  });

  it('tells where the editor is set not to ask, also for one language', async () => {
    const editor = vscode.workspace.getConfiguration('editor', { languageId: 'typescript' });
    const { Global } = vscode.ConfigurationTarget;
    await editor.update('inlineSuggest.enabled', false, Global, true);
    try {
      await open(sample);
      await until('the status', () => parts.status.current.name === 'silent');
      await completed(parts);
      const { sentence, setting } = explanation(parts);
      assert.match(sentence, /“editor\.inlineSuggest\.enabled” is off/);
      assert.equal(setting, 'editor.inlineSuggest.enabled');
      await open('total = |\n', 'asked.py');
      await until('the status', () => parts.status.current.name !== 'silent');
    } finally {
      await editor.update('inlineSuggest.enabled', undefined, Global, true);
    }
  });

  it('can be turned off for a language', async () => {
    await open(sample);
    await vscode.commands.executeCommand('ryzanstein.toggleLanguage');
    await until('the status', () => parts.status.current.name === 'offHere');
    await entryAfter(parts, /silent: .* turned off in TypeScript/, () => type('c'));
    assert.deepEqual(explanation(parts), {
      sentence: 'Completions are off in TypeScript files and on in others.',
      setting: 'languages',
    });
    await completed(parts);
    await vscode.commands.executeCommand('ryzanstein.toggleLanguage');
    await until('the status', () => parts.status.current.name !== 'offHere');
    await write({ 'ryzanstein.languages': undefined });
  });

  it('can be turned on for a language that the workspace has turned off, and off again', async () => {
    const { Workspace } = vscode.ConfigurationTarget;
    const languages = (): ReturnType<vscode.WorkspaceConfiguration['inspect']> =>
      vscode.workspace.getConfiguration('ryzanstein').inspect('languages');
    const press = (): Thenable<unknown> => vscode.commands.executeCommand('ryzanstein.toggleLanguage');
    const set = { typescript: false, go: false };
    await vscode.workspace.getConfiguration('ryzanstein').update('languages', set, Workspace);
    try {
      await open(sample);
      await until('the status', () => parts.status.current.name === 'offHere');
      await press();
      await until('the status', () => parts.status.current.name !== 'offHere');
      assert.deepEqual([languages()?.workspaceValue, languages()?.globalValue], [{ go: false }, undefined]);
      await press();
      await until('the status', () => parts.status.current.name === 'offHere');
    } finally {
      await vscode.workspace.getConfiguration('ryzanstein').update('languages', undefined, Workspace);
      await write({ 'ryzanstein.languages': undefined });
    }
  });

  it('can be quieter in one language than in others', async () => {
    const python = vscode.workspace.getConfiguration('ryzanstein', { languageId: 'python' });
    await python.update('confidence', 1, vscode.ConfigurationTarget.Global, true);
    try {
      await open('total = |\n', 'quiet.py');
      await entryAfter(parts, /^hidden: not sure enough$/, () => type('e'));
      const why = explanation(parts);
      assert.match(
        why.sentence,
        /^The model is \d+ % sure of its answer here\. Your setting asks for 100 %\.$/,
      );
      assert.equal(why.setting, 'confidence');
      await open(sample);
      await entryAfter(parts, /^shown/, () => type('e'));
    } finally {
      await python.update('confidence', undefined, vscode.ConfigurationTarget.Global, true);
    }
  });

  it('is paused during a build, if so set, but comes on request', async () => {
    const build = new vscode.Task(
      { type: 'shell' },
      vscode.TaskScope.Workspace,
      'a build',
      'test',
      new vscode.ShellExecution('sleep 60'),
    );
    build.group = vscode.TaskGroup.Build;
    build.presentationOptions = { reveal: vscode.TaskRevealKind.Never };
    await given({ 'ryzanstein.whileBuilding': 'paused' }, async () => {
      await open(sample);
      const execution = await vscode.tasks.executeTask(build);
      await until('the status', () => parts.status.current.name === 'paused');
      await entryAfter(parts, /^paused: a build runs$/, () => type('i'));
      await completed(parts);
      execution.terminate();
      await until('its end', () => parts.status.current.name !== 'paused');
      await entryAfter(parts, /^shown/, () => type('j'));
    });
  });

  it('is slower on battery, and paused if so set', async () => {
    const { circumstances, status } = parts;
    const answers = answerWith('first + second');
    circumstances.replaceBattery(() => Promise.resolve(true));
    await open(sample);
    await entryAfter(parts, /^shown/, () => type('k'));
    await until('the status', () => /Slower \(on battery\)/.test(status.current.sentence));
    await given({ 'ryzanstein.onBattery': 'paused' }, async () => {
      await entryAfter(parts, /^paused: on battery$/, () => type('l'));
      assert.equal(status.current.name, 'paused');
      assert.equal(explanation(parts).setting, 'onBattery');
    });
    answers.stop();
    circumstances.replaceBattery();
    await until('the status', () => !/battery/.test(status.current.sentence));
  });
});

describe('the engine', () => {
  before(() => write({ ...tinyAlone, 'ryzanstein.confidence': 0 }));
  afterEach(closeAll);
  after(() => write({ ...nothingChosen, 'ryzanstein.confidence': undefined }));

  it('shows in the status bar how fast it was, and with what', async () => {
    await open(sample.replace('total', 'status'));
    const { kernel } = await answered(parts);
    const { text } = await until(
      'ready',
      () => parts.status.current.name === 'ready' && parts.status.current,
    );
    assert.match(text, /^\$\(ryzanstein-weights\) Ryzanstein [\d,]+ tok\/s · [\w-]+ · \d+ threads?$/);
    assert.ok(kernel && text.includes(kernel));
  });

  it('comes back after a kill -9', async () => {
    await open(sample.replace('total', 'killed'));
    await answered(parts);
    const first = parts.engine.processId ?? assert.fail('no engine runs');
    process.kill(first, 'SIGKILL');
    await until('its end to be noticed', () => parts.engine.processId === undefined);
    await open(sample.replace('total', 'revived'));
    await answered(parts);
    assert.notEqual(parts.engine.processId, first);
  });

  it('is restarted on command', async () => {
    await open(sample.replace('total', 'restarted'));
    await answered(parts);
    const first = parts.engine.processId;
    await vscode.commands.executeCommand('ryzanstein.restartEngine');
    assert.equal(parts.engine.processId, undefined);
    await open(sample.replace('total', 'again'));
    await answered(parts);
    assert.notEqual(parts.engine.processId, first);
  });

  it('serves the other windows on where the model in use is chosen again', async () => {
    await open(sample.replace('total', 'chosen'));
    await answered(parts);
    const { processId, state } = parts.engine;
    assert.ok(state.name === 'ready');
    await parts.models.load(state.model.file);
    assert.equal(parts.engine.state.name, 'ready');
    assert.equal(parts.engine.processId, processId);
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('uses no processor time while nothing happens', async function () {
    if (process.platform !== 'linux') skipped(this, 'only Linux tells in files what time a process took');
    await open(sample.replace('total', 'rest'));
    await answered(parts);
    await pause(1_000);
    const { processId } = parts.engine;
    const used = (): number[] => [processorTime(processId!), processorTime(process.pid)];
    const [seconds, percent] = [5, (share = 0): string => `${(share * 100).toFixed(1)} %`];
    // Once, when the machine is idle, the engine measures what serves a model best here.
    for (let left = 2; ; left--) {
      const before = used();
      await pause(seconds * 1_000);
      const [engine, host] = used().map((time, i) => (time - before[i]!) / seconds);
      note(
        this,
        `engine ${percent(engine)}, extension host with all its extensions ${percent(host)} of a core in ${seconds} s`,
      );
      // A thread that spins takes a whole core, or on a busy machine its part of one.
      if (engine! < 0.1) return;
      assert.ok(left > 0, `the engine takes ${percent(engine)} of a core`);
    }
  });

  it('uses the threads and the kernel that are set', async () => {
    await given({ 'ryzanstein.threads': 1, 'ryzanstein.kernel': 'scalar' }, async () => {
      await open(sample.replace('total', 'scalar'));
      const { threads, kernel } = await answered(parts);
      assert.deepEqual({ threads, kernel }, { threads: 1, kernel: 'scalar' });
    });
  });

  const broken = path.join(os.tmpdir(), `ryzanstein-broken-${process.pid}.gguf`);
  writeFileSync(broken, 'GGUF, but not really');
  const problems: [title: string, settings: Record<string, unknown>, words: RegExp][] = [
    ['a broken model', { 'ryzanstein.modelFile': broken }, /ryzanstein-broken/],
    [
      'a kernel that this CPU has not',
      { 'ryzanstein.kernel': process.arch === 'arm64' ? 'avx2' : 'neon' },
      /cannot compute with the kernel/,
    ],
  ];
  for (const [title, settings, words] of problems)
    it(`tells of ${title}, leaves the editor alone and recovers`, async () => {
      await given(settings, async () => {
        const editor = await open(sample);
        await entryAfter(parts, /^failed: /, trigger);
        assert.equal(parts.status.current.name, 'error');
        assert.match(parts.status.current.sentence, words);
        await entryAfter(parts, /^failed: /, () => type('f'));
        assert.equal(marked(editor), sample.replace('|', 'f|'));
        await vscode.commands.executeCommand('ryzanstein.showDiagnostics');
        assert.match(parts.diagnostics.state.state, words);
      });
      await open(sample.replace('total', 'recovered'));
      await answered(parts);
      assert.equal(parts.status.current.name, 'ready');
      assert.doesNotMatch(parts.diagnostics.state.state, words);
    });

  it('has the bundled model answer beside it, and in its place where it is refused', async () => {
    await given({ 'ryzanstein.secondOpinion': true }, async () => {
      // Who asks does not wait for the chosen model to be loaded.
      await open(sample.replace('total', 'early'));
      await answered(parts);
      const names = await until('both models', () => {
        const { state } = parts.engine;
        return state.name === 'ready' && state.model.second && [state.model.name, state.model.second.name];
      });
      await open(sample.replace('total', 'second'));
      const { model, other } = await answered(parts);
      assert.deepEqual([model, other?.model].sort(), names.sort());
      assert.equal(new Set(names).size, 2);
      await write({ 'ryzanstein.modelFile': broken });
      await until('the bundled model', () => {
        const now = parts.engine.state;
        return now.name === 'ready' && /ryzanstein-broken/.test(now.refused?.message ?? '');
      });
      await open(sample.replace('total', 'instead'));
      assert.equal((await answered(parts)).other, undefined);
      assert.equal(parts.status.current.name, 'ready');
      assert.match(parts.status.current.sentence, /The chosen model cannot be used/);
      assert.match(parts.status.details, /\[Try Again\]\(command:ryzanstein\.loadAgain\)/);
      // As a disk that was not there for a moment.
      copyFileSync(tinyModel, broken);
      await vscode.commands.executeCommand('ryzanstein.loadAgain');
      await until('the chosen model', () => {
        const now = parts.engine.state;
        return now.name === 'ready' && !now.refused && /ryzanstein-broken/.test(now.model.file);
      });
      assert.doesNotMatch(parts.status.current.sentence, /cannot be used/);
      assert.doesNotMatch(parts.status.details, /Try Again/);
      writeFileSync(broken, 'GGUF, but not really');
      await vscode.commands.executeCommand('notifications.clearAll');
    });
  });

  it('loads the model that came with the extension, if no other is chosen', async () => {
    await given({ 'ryzanstein.modelFile': undefined }, async () => {
      await open(sample.replace('total', 'bundled'));
      await entryAfter(parts, /^(shown|hidden)/, trigger);
      const { state } = parts.engine;
      assert.ok(state.name === 'ready' && state.model.file.includes(`${path.sep}models${path.sep}`));
      // The one that answers in the file in front is named.
      const details = (words: string): Promise<unknown> =>
        until(words, () => parts.status.details.includes(`| ${words}:`));
      await details(`Model in TypeScript | ${state.model.name}`);
      const answersInGo = ({ languages }: { languages: string[] }): boolean => languages.includes('go');
      const specialist = state.model.specialists?.find(answersInGo) ?? assert.fail('none answers in Go');
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'go' }));
      await details(`Model in Go | ${specialist.name}`);
    });
  });

  it('can be another one that lies on this disk, chosen from a list, and the bundled one again', async () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-home-'));
    const before = { HOME: process.env.HOME, OLLAMA_MODELS: process.env.OLLAMA_MODELS };
    Object.assign(process.env, { HOME: home, OLLAMA_MODELS: path.join(home, 'models') });
    const blob = path.join(home, 'models', 'blobs', `sha256-${'a1'.repeat(32)}`);
    const manifest = path.join(home, 'models', 'manifests', 'registry.ollama.ai', 'library', 'tiny', '1m');
    for (const file of [blob, manifest]) mkdirSync(path.dirname(file), { recursive: true });
    copyFileSync(tinyModel, blob);
    const layer = { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${'a1'.repeat(32)}` };
    writeFileSync(manifest, JSON.stringify({ layers: [layer] }));
    writeFileSync(path.join(home, 'mine.gguf'), '');
    try {
      await given({ 'ryzanstein.modelFile': undefined, 'ryzanstein.modelFolders': [home] }, async () => {
        let seen: readonly { name?: string; origin: string; refusal?: string }[] = [];
        const token = new vscode.CancellationTokenSource().token;
        await parts.models.candidates((candidates) => (seen = [...candidates]), token);
        const lines = seen.filter(({ origin }) => ['Ollama', home].includes(origin));
        assert.deepEqual([lines.length, lines[0]?.name], [2, 'tiny:1m']);
        assert.match(lines[1]?.refusal ?? '', /mine\.gguf is empty/);

        const chosen = async (step: 'Next' | 'Previous', file: RegExp): Promise<void> => {
          void vscode.commands.executeCommand('ryzanstein.chooseModel');
          // Until the model in use is found, none is highlighted.
          await pause(2_500);
          await vscode.commands.executeCommand(`workbench.action.quickOpenSelect${step}`);
          await pause(1_000);
          await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
          // Nothing is typed: the choice itself has the model loaded.
          await until(`the model ${file}`, () => {
            const { state } = parts.engine;
            return state.name === 'ready' && file.test(state.model.file);
          });
        };
        await chosen('Next', /sha256-a1a1/);
        assert.doesNotMatch(parts.status.current.text, /tok/, 'The figures are those of the model before.');
        await chosen('Previous', /ryzanstein-.*\.gguf$/);
        await vscode.commands.executeCommand('notifications.clearAll');
      });
    } finally {
      Object.assign(process.env, before);
      if (before.OLLAMA_MODELS === undefined) delete process.env.OLLAMA_MODELS;
      rmSync(home, { recursive: true });
    }
  });

  it('is no download that nobody has gone to in the list', async () => {
    const { models, downloads } = parts;
    const own = { get: downloads.get.bind(downloads), candidates: models.candidates.bind(models) };
    let begun = 0;
    downloads.get = () => Promise.resolve(void begun++);
    // A disk on which it takes a while to find any.
    models.candidates = (...more) => pause(2_000).then(() => own.candidates(...more));
    try {
      const choosing = vscode.commands.executeCommand('ryzanstein.chooseModel');
      for (const end = Date.now() + 1_500; Date.now() < end; await pause(50))
        await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      await choosing;
      assert.equal(begun, 0);
    } finally {
      Object.assign(downloads, { get: own.get });
      Object.assign(models, { candidates: own.candidates });
    }
  });

  it('can be a model that is downloaded from a hub, in one piece after a break', async () => {
    const [repository, file] = ['org/tiny', 'tiny.gguf'];
    const hub = new LocalHub({ [repository]: { [file]: readFileSync(tinyModel) } });
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-downloads-'));
    hub.faults = [{ breakAfter: 1000 }];
    try {
      const settings = { 'ryzanstein.hub': await hub.start(), 'ryzanstein.downloadFolder': folder };
      await given(settings, async () => {
        let got = '';
        const use = (whole: string): Promise<void> => Promise.resolve(void (got = whole));
        await parts.downloads.get('tiny', { repository, file }, use);
        assert.ok(got.startsWith(folder), got);
        assert.deepEqual(readFileSync(got), readFileSync(tinyModel));
        assert.deepEqual(
          hub.asked.map(({ from }) => from),
          [0, 1000],
        );
        await write({ 'ryzanstein.modelFile': got });
        await until('the model', () => {
          const { state } = parts.engine;
          return state.name === 'ready' && state.model.file === got;
        });
        got = '';
        await parts.downloads.get('none', { repository, file: 'none.gguf' }, use);
        assert.equal(got, '');
        await vscode.commands.executeCommand('notifications.clearAll');
      });
    } finally {
      await hub.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('is measured by the benchmark command', async () => {
    const report = await vscode.commands.executeCommand<BenchReport>('ryzanstein.runBenchmark');
    assert.deepEqual([...new Set(report.results.map(({ work }) => work))].sort(), ['decode', 'prefill']);
    for (const { tokensPerSecond } of report.results) assert.ok(tokensPerSecond.median > 0);
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.ok(labels.includes('Ryzanstein Benchmark'), labels.join(', '));
    const { verdict, groups, working } = parts.benchmark.state;
    assert.match(verdict, /^An answer of 12 tokens takes /);
    assert.ok(groups.length >= 3 && !working, verdict);
    // As another window has it, which was open before.
    const storage = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-storage-'));
    const other = new Benchmark(extensionUri(), vscode.Uri.file(storage), problemsHere(), parts.engine);
    try {
      assert.doesNotMatch(other.state.verdict, /^An answer/);
      writeFileSync(path.join(storage, 'benchmarks.json'), JSON.stringify([report]));
      other.show();
      assert.equal(other.state.verdict, verdict);
    } finally {
      other.dispose();
      rmSync(storage, { recursive: true });
    }
  });

  it('is evaluated on the workspace, with ghost text waiting, and reported beside another model', async () => {
    const evaluate = (): Thenable<Evaluation> => vscode.commands.executeCommand('ryzanstein.evaluate');
    await open(sample.replace('total', 'waiting'));
    const running = evaluate();
    await until('the evaluation', () => parts.engine.occupation);
    await entryAfter(parts, /^silent: the engine evaluates the model/, trigger);
    const tiny = await running;
    assert.ok(tiny.holes > 10 && tiny.results.length === tiny.holes);
    assert.equal(tiny.file, tinyModel);
    for (const { path: file, line, expected } of tiny.results) {
      const [uri] = await vscode.workspace.findFiles(file);
      const text = (await vscode.workspace.openTextDocument(uri ?? assert.fail(`no ${file}`))).getText();
      assert.ok(
        text
          .split(/\r?\n/)
          .slice(line - 1)
          .join('\n')
          .includes(expected),
        `${file}:${line}`,
      );
    }
    const other = path.join(os.tmpdir(), `ryzanstein-other-${process.pid}.gguf`);
    copyFileSync(tinyModel, other);
    await given({ 'ryzanstein.modelFile': other }, async () => {
      const { results } = await evaluate();
      const answers = (list: Evaluation['results']) => list.map(({ expected, text }) => [expected, text]);
      assert.deepEqual(answers(results), answers(tiny.results));
    });
    const { models, warning, holes, sections } = parts.evaluations.report;
    assert.deepEqual([models.length, warning, holes.length], [2, undefined, tiny.holes]);
    assert.deepEqual(sections.at(-1)?.rows[0]?.values, [tinyModel, other]);
    const isOpen = (): boolean =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ label }) => label === 'Ryzanstein Evaluation'),
      );
    assert.ok(isOpen());
    await closeAll();
    await until('it to be closed', () => !isOpen());
    await vscode.commands.executeCommand('ryzanstein.showEvaluation');
    await until('it again', isOpen);
    // As after a reload, where the next run is beside the last one.
    await closeAll();
    const window = (): Evaluations =>
      new Evaluations(extensionUri(), vscode.Uri.file(storage), problemsHere(), parts.engine, parts.ignoring);
    const storage = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-storage-'));
    const [before, after] = [window(), window()];
    // Where every file is kept out by now.
    const barred = { rules: { readable: () => Promise.resolve([]) } } as unknown as typeof parts.ignoring;
    const later = new Evaluations(
      ...([extensionUri(), vscode.Uri.file(storage), problemsHere(), parts.engine, barred] as const),
    );
    try {
      const { date } = (await before.run({ holes: 12 })) ?? assert.fail('nothing was evaluated');
      await after.show();
      assert.deepEqual(after.report, before.report);
      await later.show();
      assert.equal(later.report.models.length, 0);
      assert.ok(after.report.sections.at(-1)?.rows.some(({ values }) => values[0] === dateAndTime(date)));
    } finally {
      for (const each of [before, after, later]) each.dispose();
      rmSync(storage, { recursive: true });
    }
  });

  it('forgets its completions on command', async () => {
    await open(sample.replace('total', 'erased'));
    await answered(parts);
    await vscode.commands.executeCommand('ryzanstein.eraseLog');
    assert.deepEqual(parts.completions.entries, []);
  });

  it('is opened again where it was asked for, were it closed, in no folder, or a cell', async () => {
    const outside = await open(`${sample}\n\n`);
    const entry = await entryAfter(parts, /./, trigger);
    const key = outside.document.uri.toString();
    assert.equal(entry.key, key);
    const json = { cells: [{ cell_type: 'code', source: 'x = 1', metadata: {}, outputs: [] }], metadata: {} };
    const file = vscode.Uri.joinPath(workspaceFolder(), 'opened.ipynb');
    writeFileSync(file.fsPath, JSON.stringify({ ...json, nbformat: 4, nbformat_minor: 4 }));
    const notebook = await vscode.workspace.openNotebookDocument(file);
    const cell = notebook.cellAt(0).document.uri.toString();
    await closeAll();
    assert.ok(await showLine(key, 1));
    const shown = vscode.window.activeTextEditor;
    assert.deepEqual([shown?.document.uri.toString(), shown?.selection.active.line], [key, 1]);
    await closeAll();
    assert.ok(await showLine(cell, 0));
    await until('the notebook', () =>
      vscode.window.visibleNotebookEditors.some((each) => each.notebook.uri.toString() === file.toString()),
    );
    await closeAll();
    rmSync(file.fsPath);
    assert.equal(await showLine(`${file.toString()}-gone`, 0), false);
    assert.equal(await showLine('untitled:Untitled-99', 0), false);
  });

  it('is watched in the live view', async () => {
    await vscode.commands.executeCommand('ryzanstein.showLiveView');
    await until('its tab', () =>
      vscode.window.tabGroups.all.some(({ tabs }) =>
        tabs.some(({ label }) => label === 'Ryzanstein Live View'),
      ),
    );
  });

  it('is examined on the diagnostics page, once as long as that holds, and not to the end where it is closed', async () => {
    const { status, diagnostics, engine } = parts;
    const begin = async (): Promise<{ ended: Thenable<unknown> }> => {
      const ended = vscode.commands.executeCommand('ryzanstein.showDiagnostics');
      await until('the status', () => status.current.name === 'occupied');
      assert.match(status.current.sentence, /examines itself/);
      return { ended };
    };
    const closed = await begin();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await closed.ended;
    assert.deepEqual([engine.occupation, diagnostics.state.groups], [undefined, []]);
    await (
      await begin()
    ).ended;
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.ok(labels.includes('Ryzanstein Diagnostics'), labels.join(', '));
    assert.deepEqual([engine.state.name, status.current.name], ['ready', 'ready']);
    const { groups } = diagnostics.state;
    assert.notDeepEqual(groups, []);
    const again = vscode.commands.executeCommand('ryzanstein.showDiagnostics');
    await pause(200);
    assert.equal(engine.occupation, undefined);
    await again;
    assert.deepEqual(diagnostics.state.groups, groups);
  });
});

/**
 * Puts a text in the place of an answer that the engine finds unfit. What a model of random weights says hangs on every
 * file visited before; these tests are about what the editor makes of it. Returns the engine's own method.
 */
function alwaysFitToShow(): Parts['engine']['complete'] {
  const { engine } = parts;
  const complete = engine.complete.bind(engine);
  engine.complete = async (params, token, onSooner) => {
    const { hidden, ...completion } = await complete(params, token, onSooner);
    if (hidden === undefined) return completion;
    if (hidden === 'cancelled' || hidden === 'confidence') return { ...completion, hidden };
    const fit = { ...completion, text: 'first + second', shown: true, confidence: 0.5 };
    return leastConfidence(params.limits.minConfidence, fit.text, '', undefined) <= fit.confidence
      ? fit
      : { ...fit, shown: false, hidden: 'confidence' };
  };
  return complete;
}

/** Gives every request the same answer instead of the model's, until stopped: to see what the editor makes of it. */
function answerWith(text: string, alternatives: Alternative[] = []) {
  const { engine } = parts;
  const complete = engine.complete.bind(engine);
  let requests = 0;
  engine.complete = ({ limits }) => {
    requests++;
    return Promise.resolve({
      ...(limits.candidates === 1 ? {} : { alternatives }),
      ...{ text, reason: 'line', shown: true, confidence: 1, tokens: 5, promptTokens: 9, reusedTokens: 0 },
      ...{ prefillMs: 1, decodeMs: 1, tokensPerSecond: 1, kernel: 'none', threads: 1, model: 'none' },
    });
  };
  const stop = (): void => {
    engine.complete = complete;
  };
  return { requests: () => requests, stop };
}

/** Seconds of processor time that a process has used. */
function processorTime(processId: number): number {
  const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Counts the requests that reach the engine, until stopped. */
function countRequests() {
  const { engine } = parts;
  const complete = engine.complete.bind(engine);
  const prefixes: string[] = [];
  const related: RelatedText[][] = [];
  let atWork = 0;
  let most = 0;
  engine.complete = async (params, token, onSooner) => {
    prefixes.push(params.prompt.prefix);
    related.push(params.prompt.related);
    most = Math.max(most, ++atWork);
    try {
      return await complete(params, token, onSooner);
    } finally {
      atWork--;
    }
  };
  return {
    atWork: () => atWork,
    total: () => prefixes.length,
    prefixes: () => prefixes,
    related: () => related,
    stop: () => {
      engine.complete = complete;
      return { total: prefixes.length, most };
    },
  };
}
