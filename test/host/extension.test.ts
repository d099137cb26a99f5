// The extension inside a real extension host, with a small model of random weights: what is shown, and when it is silent.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Alternative, Completion } from '../../src/protocol';
import type { Evaluation } from '../../src/reports';
import type { Parts } from '../../src/extension/extension';
import { defaults } from '../../src/extension/settings';
import type { RelatedText } from '../../src/protocol';
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

const root = process.env.RYZANSTEIN_ROOT ?? path.resolve(__dirname, '..', '..', '..');
const tinyModel = path.join(root, 'test', 'fixtures', 'tiny.gguf');
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

  it('has the same settings and defaults as package.json', () => {
    const contributed = Object.entries(manifest().contributes.configuration.properties).map(
      ([name, { default: value }]) => [name.replace('ryzanstein.', ''), value],
    );
    assert.deepEqual(Object.fromEntries(contributed), defaults);
  });

  it('binds neither Tab nor Ctrl+C', () => {
    const { keybindings } = (manifest() as unknown as { contributes: { keybindings: { key: string }[] } })
      .contributes;
    assert.deepEqual(
      keybindings.filter(({ key }) => /tab|ctrl\+[cx]\b/i.test(key)),
      [],
    );
  });
});

describe('ghost text', () => {
  let unchanged: Parts['engine']['complete'];
  before(() => write({ 'ryzanstein.modelFile': tinyModel, 'ryzanstein.confidence': 0 }));
  beforeEach(() => (unchanged = alwaysFitToShow()));
  // Also what a test has put in its place, and not taken back because it failed.
  afterEach(() => (parts.engine.complete = unchanged));
  afterEach(closeAll);
  after(() => write({ 'ryzanstein.modelFile': undefined, 'ryzanstein.confidence': undefined }));

  it('is computed on request and inserted when accepted', async () => {
    const editor = await open(sample);
    const { text } = await completed(parts);
    await accept(editor);
    assert.equal(marked(editor), sample.replace('|', `${text}|`));
    await until('the note of it', () => parts.ledger.entries.some(({ fate }) => fate === 'accepted'));
  });

  it('comes while typing', async () => {
    const editor = await open(sample);
    const entry = await entryAfter(parts, /^shown/, () => type('a'));
    assert.equal(entry.trigger, 'automatic');
    await accept(editor);
    assert.equal(marked(editor), sample.replace('|', `a${entry.completion?.text}|`));
  });

  it('is typed through without the engine', async () => {
    const answers = answerWith('first + second');
    const editor = await open(sample);
    await entryAfter(parts, /^shown$/, trigger);
    for (const character of 'first') await entryAfter(parts, /^typed through$/, () => type(character));
    assert.equal(answers.requests(), 1);
    await accept(editor);
    answers.stop();
    assert.equal(marked(editor), sample.replace('|', 'first + second|'));
  });

  it('is there again after an undo, without the engine', async () => {
    const answers = answerWith('first + second');
    const editor = await open(sample);
    await entryAfter(parts, /^shown$/, trigger);
    await accept(editor);
    await vscode.commands.executeCommand('undo');
    assert.equal(marked(editor), sample);
    // What accepting has asked for, at the place behind, is over by then.
    await pause(300);
    const asked = countRequests();
    await entryAfter(parts, /^shown again$/, trigger);
    assert.equal(asked.stop().total, 0);
    await accept(editor);
    answers.stop();
    assert.equal(marked(editor), sample.replace('|', 'first + second|'));
  });

  it('comes late, once, if nothing has changed until then', () =>
    whenTold('first + second', async (answers) => {
      const editor = await open(sample);
      const entry = await entryAfter(parts, /^not ready/, () => type('g'));
      assert.equal(answers.requests(), 1);
      answers.tell();
      await until('the late answer', () => entry.outcome === 'shown late');
      const entries = parts.ledger.entries.length;
      await accept(editor);
      assert.equal(marked(editor), sample.replace('|', 'gfirst + second|'));
      // What accepting has asked for, at the place behind.
      await until('that request', () => answers.requests() === 2);
      answers.tell();
      await pause(300);
      assert.equal(parts.ledger.entries.length - entries, 1, 'it was triggered more than once');

      const other = await entryAfter(parts, /^not ready/, () => type('h'));
      await vscode.commands.executeCommand('cursorHome');
      answers.tell();
      await until('the note of it', () => /moved on|cancelled/.test(other.outcome));
    }));

  it('is the first line of a block where the rest would come late, and the rest follows it', () =>
    whenTold('first + second;\n  third();', async (answers) => {
      const editor = await open(sample);
      const entry = await entryAfter(parts, /^shown, the first line/, async () => {
        await type('g');
        await until('the request', () => answers.requests() === 1);
        answers.tellFirstLine();
      });
      assert.equal(entry.text, 'first + second;');
      answers.tell();
      await pause(300);
      assert.equal(parts.ledger.entries[0], entry, 'the block took the place of its line');
      await entryAfter(parts, /^typed through/, () => accept(editor));
      assert.equal(marked(editor), sample.replace('|', 'gfirst + second;|'));
      await accept(editor);
      assert.equal(marked(editor), sample.replace('|', 'gfirst + second;\n  third();|'));
      assert.equal(answers.requests(), 1);
    }));

  it('is the first line of a block also when that is late, once', () =>
    whenTold('first + second;\n  third();', async (answers) => {
      await open(sample);
      const entry = await entryAfter(parts, /^not ready/, () => type('g'));
      answers.tellFirstLine();
      await until('the line', () => entry.outcome === 'shown late');
      assert.equal(entry.text, 'first + second;');
      answers.tell();
      await pause(300);
      assert.equal(parts.ledger.entries[0], entry, 'it was triggered more than once');
    }));

  it('is waited for while what is typed may be how it begins', () =>
    whenTold('first + second', (answers) =>
      given({ 'ryzanstein.deadline': 700 }, async () => {
        const editor = await open(sample);
        await type('a');
        await until('the request', () => answers.requests() === 1);
        await entryAfter(parts, /^(shown, computed|typed through)/, async () => {
          await type('f');
          await type('i');
          // VS Code asks a moment after the last key.
          await pause(100);
          answers.tell();
        });
        assert.equal(answers.requests(), 1);
        await accept(editor);
        assert.equal(marked(editor), sample.replace('|', 'afirst + second|'));
      }),
    ));

  it('can be accepted by words and by lines, and an undo brings the rest back', async () => {
    const answers = answerWith('for (const x of y) {\n  use(x);\n}');
    const editor = await open('|\nconst next = 2;\n');
    const shown = await entryAfter(parts, /^shown$/, trigger);
    await entryAfter(parts, /^typed through$/, () => acceptPart(editor, 'acceptNextWord'));
    assert.match(marked(editor), /^for ?\|\nconst next/);
    assert.equal(shown.fate, 'accepted in part');
    await entryAfter(parts, /^typed through$/, () => acceptPart(editor, 'acceptNextLine'));
    assert.match(marked(editor), /^for \(const x of y\) \{\n?\s*\|/);
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

  it('is noted as typed over when something else is typed', async () => {
    const answers = answerWith('first + second');
    await open(sample);
    const shown = await entryAfter(parts, /^shown$/, trigger);
    await entryAfter(parts, /^shown/, () => type('x'));
    answers.stop();
    assert.equal(shown.fate, 'typed over');
    assert.equal(shown.text, 'first + second');
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

  it('is asked for one at a time, and given up when typed on', async () => {
    const editor = await open(sample);
    const asked = countRequests();
    for (const character of 'count + items.length * width') {
      await type(character);
      await pause(15);
    }
    await until('the last one', () => asked.atWork() === 0 && asked.total() > 0);
    await pause(300);
    assert.equal(asked.stop().most, 1);
    assert.match(marked(editor), /width\|;/);
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

  it('may be a block of lines', async () => {
    const block = 'for (const x of y) {\n  use(x);\n}';
    const answers = answerWith(block);
    const editor = await open('|\nconst next = 2;\n');
    await entryAfter(parts, /^shown$/, trigger);
    await accept(editor);
    answers.stop();
    assert.equal(marked(editor), `${block}|\nconst next = 2;\n`);
  });

  it('takes the selected suggestion for typed', async () => {
    const provider: vscode.CompletionItemProvider = {
      provideCompletionItems: () => [
        new vscode.CompletionItem('zebraOfAll', vscode.CompletionItemKind.Variable),
      ],
    };
    const registered = vscode.languages.registerCompletionItemProvider(
      { pattern: '**/suggested.ts' },
      provider,
    );
    const asked = countRequests();
    try {
      await open('const a = zebr|;\n', 'suggested.ts');
      await vscode.commands.executeCommand('editor.action.triggerSuggest');
      const withSuggestion = (): boolean =>
        asked.prefixes().some((prefix) => prefix.endsWith('const a = zebraOfAll'));
      // The list opens when all who give suggestions have answered; only then a request can tell of it.
      for (let tries = 0; !withSuggestion() && tries < 40; tries++) {
        await trigger();
        await pause(500);
      }
      assert.ok(withSuggestion(), `the model was shown only: ${asked.prefixes().join(' / ')}`);
    } finally {
      asked.stop();
      registered.dispose();
      await vscode.commands.executeCommand('hideSuggestWidget');
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
    await until('the note of it', () => entry.fate === 'accepted');
    assert.deepEqual([entry.trigger, entry.completion?.text], ['on request', 'second()']);
  });

  it('is silent at several cursors', async () => {
    await open('const a = |;\nconst b = |;\n');
    await entryAfter(parts, /silent: .* several cursors/, trigger);
  });

  it('is silent in files that may hold secrets', async () => {
    await open('KEY=|\n', '.env');
    await entryAfter(parts, /silent: .* secrets/, trigger);
  });

  it('is silent in what the user has ignored, until it is not any more', async () => {
    const rules = vscode.Uri.joinPath(workspaceFolder(), '.ryzansteinignore');
    const editor = await openInWorkspace('private.ts', sample);
    await entryAfter(parts, /^(shown|hidden)/, trigger);
    const ignored = (): boolean | undefined => parts.ignoring.ignores(editor.document.uri);
    await vscode.workspace.fs.writeFile(rules, Buffer.from('private.*\n'));
    await until('the rules to be read', ignored);
    await entryAfter(parts, /silent: the file is ignored by \.ryzansteinignore/, () => type('a'));
    await vscode.workspace.fs.delete(rules);
    await until('the rules to be gone', () => !ignored());
    await entryAfter(parts, /^(shown|hidden)/, () => type('b'));
  });

  it('is silent in huge files', async () => {
    await open(`const a = |;\n${'// a line of a huge file\n'.repeat(100_000)}`);
    await entryAfter(parts, /silent: .* million/, trigger);
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
    await until('the rules to be read', () => parts.ignoring.ignores(hidden));
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
    await until('the new rules to be read', () => !parts.ignoring.ignores(hidden));
    await entryAfter(parts, /^(shown|hidden)/, () => type('b'));
    const last = asked.related().at(-1) ?? [];
    assert.ok(!last.some(({ path }) => path === 'helper.ts'));
    asked.stop();
    await vscode.workspace.fs.delete(rules);
  });

  it('is made with what the language server says the names before it mean, which nobody waits for', async () => {
    const folder = workspaceFolder();
    const declaring = vscode.Uri.joinPath(folder, 'declaring.ts');
    const text = 'export function declaredElsewhere(): void {}\n';
    await vscode.workspace.fs.writeFile(declaring, Buffer.from(text));
    let slow = false;
    const server = vscode.languages.registerDefinitionProvider(
      { pattern: '**/declared.ts' },
      {
        provideDefinition: async (document, position) => {
          if (slow) await pause(3_000);
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
      await type('b');
      // It rests again: the server is asked, and says nothing yet.
      await pause(500);
      const entry = await entryAfter(parts, /^(shown|hidden)/, () => type('c'));
      assert.ok(entry.waitedMs < 1_500, `waited ${entry.waitedMs} ms`);
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

  it('can be turned off, and on again', async () => {
    await open(sample);
    await vscode.commands.executeCommand('ryzanstein.toggle');
    await until('the status', () => parts.status.current.name === 'off');
    await entryAfter(parts, /silent: .* turned off/, trigger);
    await vscode.commands.executeCommand('ryzanstein.toggle');
    await until('the status', () => parts.status.current.name !== 'off');
    await entryAfter(parts, /^(shown|hidden)/, () => type('a'));
  });

  it('can be turned off for a language', async () => {
    await open(sample);
    await vscode.commands.executeCommand('ryzanstein.toggleLanguage');
    await until('the status', () => parts.status.current.name === 'off');
    await entryAfter(parts, /silent: .*typescript is turned off/, () => type('c'));
    await vscode.commands.executeCommand('ryzanstein.toggleLanguage');
    await until('the status', () => parts.status.current.name !== 'off');
    await write({ 'ryzanstein.languages': undefined });
  });

  it('is off for Markdown by default, but comes on request', async () => {
    await open('A text |\n', 'text.md');
    await entryAfter(parts, /silent: .*markdown is turned off/, () => type('x'));
    await entryAfter(parts, /^(shown|hidden)/, () =>
      vscode.commands.executeCommand('ryzanstein.completeNow'),
    );
  });

  it('comes on request only, if so set', async () => {
    await given({ 'ryzanstein.mode': 'onRequest' }, async () => {
      await open(sample);
      const asked = countRequests();
      await type('d');
      await pause(600);
      assert.equal(asked.stop().total, 0);
      await completed(parts);
    });
  });

  it('can be quieter in one language than in others', async () => {
    const python = vscode.workspace.getConfiguration('ryzanstein', { languageId: 'python' });
    await python.update('confidence', 1, vscode.ConfigurationTarget.Global, true);
    try {
      await open('total = |\n', 'quiet.py');
      await entryAfter(parts, /^hidden: confidence$/, () => type('e'));
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
    const { governor, status } = parts;
    const answers = answerWith('first + second');
    governor.lookAt({ isOnBattery: () => Promise.resolve(true), isMemoryShort: () => false });
    await open(sample);
    await entryAfter(parts, /^shown/, () => type('k'));
    await until('the status', () => /Slower \(on battery\)/.test(status.current.sentence));
    await given({ 'ryzanstein.onBattery': 'paused' }, async () => {
      await entryAfter(parts, /^paused: on battery$/, () => type('l'));
      assert.equal(status.current.name, 'paused');
    });
    answers.stop();
    governor.lookAt();
    await until('the status', () => !/battery/.test(status.current.sentence));
  });

  it('is hidden below the confidence that is set, unless asked for', async () => {
    await given({ 'ryzanstein.confidence': 1 }, async () => {
      await open(sample);
      await entryAfter(parts, /^hidden: confidence$/, () => type('e'));
      await completed(parts);
    });
    await write({ 'ryzanstein.confidence': 0 });
  });
});

describe('the engine', () => {
  before(() => write({ 'ryzanstein.modelFile': tinyModel, 'ryzanstein.confidence': 0 }));
  afterEach(closeAll);
  after(() => write({ 'ryzanstein.modelFile': undefined, 'ryzanstein.confidence': undefined }));

  it('shows in the status bar how fast it was, and with what', async () => {
    await open(sample.replace('total', 'status'));
    const { kernel } = await answered(parts);
    const { text } = await until(
      'ready',
      () => parts.status.current.name === 'ready' && parts.status.current,
    );
    assert.match(text, /^Ryzanstein [\d,]+ tok\/s · [\w-]+ · \d+ threads?$/);
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

  it('gives its memory back when it is idle and memory is short, and comes back when it is needed', async () => {
    const { engine, governor } = parts;
    await open(sample.replace('total', 'idle'));
    await answered(parts);
    const first = engine.processId;
    const memory = (short: boolean): void =>
      governor.lookAt({ isOnBattery: () => Promise.resolve(false), isMemoryShort: () => short });
    memory(true);
    governor.unloadIfIdle();
    assert.equal(engine.processId, first, 'it was not idle');
    memory(false);
    governor.unloadIfIdle(Infinity);
    assert.equal(engine.processId, first, 'memory was not short');
    memory(true);
    governor.unloadIfIdle(Infinity);
    assert.deepEqual([engine.processId, engine.state.name], [undefined, 'idle']);
    governor.lookAt();
    await open(sample.replace('total', 'again'));
    await answered(parts);
    assert.equal(engine.state.name, 'ready');
  });

  it('uses no processor time while nothing happens', async function () {
    if (process.platform !== 'linux') return this.skip();
    await open(sample.replace('total', 'rest'));
    await answered(parts);
    await pause(1_000);
    const { processId } = parts.engine;
    const used = (): number[] => [processorTime(processId!), processorTime(process.pid)];
    const [before, seconds] = [used(), 5];
    await pause(seconds * 1_000);
    const share = used().map((time, i) => `${(((time - before[i]!) / seconds) * 100).toFixed(1)} %`);
    note(
      this,
      `engine ${share[0]}, extension host with all its extensions ${share[1]} of a core in ${seconds} s`,
    );
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
    [
      'no model file',
      { 'ryzanstein.modelFile': '/nowhere/model.gguf' },
      /\/nowhere\/model\.gguf does not exist/,
    ],
    ['a broken model', { 'ryzanstein.modelFile': broken }, /ryzanstein-broken/],
    ['a kernel that this CPU lacks', { 'ryzanstein.kernel': 'amx' }, /amx/],
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
      });
      await open(sample.replace('total', 'recovered'));
      await answered(parts);
      assert.equal(parts.status.current.name, 'ready');
    });

  it('loads the model that came with the extension, if no other is chosen', async () => {
    await given({ 'ryzanstein.modelFile': undefined }, async () => {
      await open(sample.replace('total', 'bundled'));
      await entryAfter(parts, /^(shown|hidden)/, trigger);
      const { state } = parts.engine;
      assert.ok(state.name === 'ready' && state.model.file.includes(`${path.sep}models${path.sep}`));
    });
  });

  it('is measured by the benchmark command', async () => {
    const report = await vscode.commands.executeCommand<{
      results: { work: string; tokensPerSecond: { median: number } }[];
    }>('ryzanstein.runBenchmark');
    assert.deepEqual(report.results.map(({ work }) => work).sort(), ['decode', 'prefill']);
    for (const { tokensPerSecond } of report.results) assert.ok(tokensPerSecond.median > 0);
    await vscode.commands.executeCommand('notifications.clearAll');
  });

  it('is evaluated on the workspace, with ghost text waiting, and reported beside another model', async () => {
    const evaluate = (): Thenable<Evaluation> => vscode.commands.executeCommand('ryzanstein.evaluate');
    await open(sample.replace('total', 'waiting'));
    const running = evaluate();
    await until('the evaluation', () => parts.engine.occupation);
    await entryAfter(parts, /^silent: .* has to wait: the engine evaluates the model/, trigger);
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
    assert.deepEqual(sections[0]?.rows[0]?.values, [tinyModel, other]);
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.ok(labels.includes('Ryzanstein Evaluation'), labels.join(', '));
  });

  it('is free again when an evaluation is cancelled', async () => {
    await open(sample.replace('total', 'cancelled'));
    await answered(parts);
    const { processId } = parts.engine;
    const source = new vscode.CancellationTokenSource();
    const files = [{ file: path.join(root, 'src', 'extension', 'engineClient.ts'), path: 'a.ts' }];
    const params = { files, holes: 200, seed: 1 };
    let done = 0;
    const evaluation = parts.engine.evaluate(params, source.token, (progress) => {
      done = progress.done;
      source.cancel();
    });
    await assert.rejects(Promise.resolve(evaluation));
    assert.ok(done < 100, `${done} holes were done`);
    assert.equal(parts.engine.occupation, undefined);
    await open(sample.replace('total', 'free'));
    await answered(parts);
    assert.equal(parts.engine.processId, processId, 'the engine was not restarted');
  });

  it('forgets its completions on command', async () => {
    await open(sample.replace('total', 'erased'));
    await answered(parts);
    await vscode.commands.executeCommand('ryzanstein.eraseLedger');
    assert.deepEqual(parts.ledger.entries, []);
  });

  it('is examined on the diagnostics page', async () => {
    await vscode.commands.executeCommand('ryzanstein.showDiagnostics');
    const labels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
    assert.ok(labels.includes('Ryzanstein Diagnostics'), labels.join(', '));
    assert.equal(parts.engine.state.name, 'ready');
  });
});

/**
 * Puts a text in the place of an answer that the engine finds unfit. What a model of random weights says hangs on every
 * file visited before; these tests are about what the editor makes of it. Returns the engine's own method.
 */
function alwaysFitToShow(): Parts['engine']['complete'] {
  const { engine } = parts;
  const complete = engine.complete.bind(engine);
  engine.complete = async (params, token, onFirstLine) => {
    const { hidden, ...completion } = await complete(params, token, onFirstLine);
    if (hidden === undefined) return completion;
    if (hidden === 'cancelled' || hidden === 'confidence') return { ...completion, hidden };
    const fit = { ...completion, text: 'first + second', shown: true, confidence: 0.5 };
    return params.limits.minConfidence <= fit.confidence
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

interface Answers {
  requests(): number;
  /** Answers the request that was sent last. */
  tell(): void;
  /** Tells it of the answer's first line. */
  tellFirstLine(): void;
}

/** Gives requests the same answer instead of the model's, each when it is told to, as a slow engine would. */
async function whenTold(text: string, work: (answers: Answers) => Promise<void>): Promise<void> {
  const { engine } = parts;
  const complete = engine.complete.bind(engine);
  const completion: Completion = {
    ...{ text, reason: 'line', shown: true, confidence: 1, tokens: 5, promptTokens: 9, reusedTokens: 0 },
    ...{ prefillMs: 1, decodeMs: 1, tokensPerSecond: 1, kernel: 'none', threads: 1, model: 'none' },
  };
  let requests = 0;
  let tell: () => void = () => undefined;
  let tellFirstLine: () => void = () => undefined;
  engine.complete = (_, token, onFirstLine) =>
    new Promise((resolve) => {
      requests++;
      tell = () => resolve(completion);
      tellFirstLine = () => onFirstLine({ ...completion, text: text.split('\n')[0]! });
      const cancelled = { text: '', shown: false, reason: 'cancelled' } as const;
      token.onCancellationRequested(() => resolve({ ...completion, ...cancelled }));
    });
  try {
    await work({ requests: () => requests, tell: () => tell(), tellFirstLine: () => tellFirstLine() });
  } finally {
    engine.complete = complete;
  }
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
  engine.complete = async (params, token, onFirstLine) => {
    prefixes.push(params.prompt.prefix);
    related.push(params.prompt.related);
    most = Math.max(most, ++atWork);
    try {
      return await complete(params, token, onFirstLine);
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
