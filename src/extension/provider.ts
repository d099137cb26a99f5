// Ghost text in VS Code: its questions, changes and cursors in the terms of the story, and the story's offers as items.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Result } from '../results';
import { resultWords } from '../wording';
import type { Backend } from '../editing/backend';
import { machineClock } from '../editing/clock';
import { closersBehind, SoftClosers } from '../editing/closing';
import type { CompletionLog } from '../editing/completionLog';
import type { Cursor, Document, Editor, Selected } from '../editing/editor';
import { GhostText } from '../editing/ghostText';
import type { OfferedText } from '../editing/offers';
import type { Settings } from '../editing/settings';
import type { Throttle } from '../editing/throttle';
import { nameOf, placeOf, repositoryOf, silenceAt } from './documents';
import type { WorkspaceIgnoring } from './ignoring';
import type { RelatedFiles } from './relatedFiles';
import { readSettings } from './settings';

export const acceptedCommand = 'ryzanstein.accepted';
/** Set from the first acceptance on: it ticks the walkthrough's first step. */
const acceptedContext = 'ryzanstein.hasAccepted';

interface ProviderParts {
  backend: Backend;
  log: CompletionLog;
  ignoring: WorkspaceIgnoring;
  relatedFiles: RelatedFiles;
  throttle(settings: Settings): Throttle;
  /** Shows that someone waits for this. */
  showWork(work: Promise<unknown>): void;
}

export class Provider implements vscode.InlineCompletionItemProvider, vscode.Disposable, Editor {
  private readonly story: GhostText;
  private readonly softClosers = new SoftClosers();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly parts: ProviderParts) {
    const { backend, log } = parts;
    this.story = new GhostText({ editor: this, backend, log, clock: machineClock });
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument((change) => this.onChange(change)),
      vscode.window.onDidChangeActiveTextEditor(() => this.story.moved()),
      vscode.window.onDidChangeTextEditorSelection((change) => this.onSelection(change)),
    ];
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    { selectedCompletionInfo: selected, triggerKind }: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const onRequest = triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const { items } = await this.story.ask(this.cursorAt(document, position, selected), onRequest, token);
    const start = selected?.range.start ?? position;
    const end = selected?.range.end.isAfter(position) ? selected.range.end : position;
    return items.map((offered) => {
      const range = new vscode.Range(start, end.translate(0, offered.overwrites));
      const command = { command: acceptedCommand, title: t`Note that it was accepted`, arguments: [offered] };
      return new vscode.InlineCompletionItem(offered.text, range, command);
    });
  }

  /** VS Code runs this as the command of an item that was accepted, and asks for the next one when it has ended. */
  async accept({ text, entry, alternative }: OfferedText): Promise<void> {
    this.story.accept(entry, alternative);
    void vscode.commands.executeCommand('setContext', acceptedContext, true);
    await this.closeBehind(text, entry.key);
  }

  /** Forgets all answers, because another model or other settings would answer otherwise. */
  forget(): void {
    this.story.forget();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.story.dispose();
  }

  cursor(): Cursor | undefined {
    const editor = vscode.window.activeTextEditor;
    return editor && this.cursorAt(editor.document, editor.selection.active);
  }

  throttle(settings: Settings): Throttle {
    return this.parts.throttle(settings);
  }

  trigger(): void {
    void vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  /** Takes back what is displayed, because nothing is to be offered any more. */
  withdraw(): void {
    void vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
  }

  showWork(work: Promise<unknown>): void {
    this.parts.showWork(work);
  }

  explain(result: Result): void {
    vscode.window.setStatusBarMessage(t`Ryzanstein: nothing to offer here (${resultWords(result)})`, 6000);
  }

  private onChange({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    const [first, ...more] = contentChanges;
    if (!first) return;
    const { rangeOffset: offset, rangeLength: length, text } = first;
    const change = { key: document.uri.toString(), offset, length, text, more: more.length > 0 };
    this.story.changed(change);
    // An undo that writes such a closer again has not typed it.
    if (this.softClosers.changed(change) && reason === undefined) void this.typeOver(document);
  }

  private onSelection({ textEditor }: vscode.TextEditorSelectionChangeEvent): void {
    this.story.moved();
    // In another editor of the same file what is typed in this one moves the cursor too.
    if (textEditor !== vscode.window.activeTextEditor) return;
    const { document, selection } = textEditor;
    this.softClosers.moved(document.uri.toString(), document.offsetAt(selection.active));
  }

  /** Closes what an accepted text ends with opening as the editor would have where it was typed; one undo takes both back. */
  private async closeBehind(accepted: string, key: string): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.uri.toString() !== key || editor.selections.length !== 1) return;
    const { document, selection } = editor;
    const { active } = selection;
    const [text, cursor] = [document.getText(), document.offsetAt(active)];
    if (!text.slice(0, cursor).endsWith(accepted)) return;
    const settings = vscode.workspace.getConfiguration('editor', document);
    const setting = settings.get('autoClosingBrackets', 'languageDefined');
    const place = [cursor - accepted.length, cursor] as const;
    const closers = closersBehind(setting, document.languageId, text, place);
    if (closers === '') return;
    // What is inserted at the cursor moves it, and what takes the place of text behind it does not.
    const behind = document.validateRange(
      new vscode.Range(active, active.translate(1).with({ character: 0 })),
    );
    const rest = document.getText(behind);
    const { version } = document;
    const isOver = settings.get('autoClosingOvertype') !== 'never';
    if (isOver) this.softClosers.note(key, cursor, closers, rest);
    const close = (edit: vscode.TextEditorEdit): void => edit.replace(behind, closers + rest);
    if (!(await editor.edit(close, { undoStopBefore: false, undoStopAfter: true })))
      return this.softClosers.forget();
    const isMoved = behind.isEmpty && document.offsetAt(editor.selection.active) === cursor + closers.length;
    if (!isMoved || document.version !== version + 1) return;
    editor.selection = selection;
    if (isOver) this.softClosers.note(key, cursor, closers);
  }

  /** Removes the closer that was typed in front of it; what is typed meanwhile has an edit refused, and then the next one is tried. */
  private async typeOver(document: vscode.TextDocument): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    for (let tries = 0; editor?.document === document && tries < 3; tries++) {
      const first = this.softClosers.first(document.uri.toString());
      if (!first) return;
      const start = document.positionAt(first.offset);
      const range = new vscode.Range(start, start.translate(0, 1));
      if (document.getText(range) !== first.closer) return;
      const remove = (edit: vscode.TextEditorEdit): void => edit.delete(range);
      if (await editor.edit(remove, { undoStopBefore: false, undoStopAfter: false })) return;
    }
  }

  private cursorAt(
    document: vscode.TextDocument,
    position: vscode.Position,
    selected?: vscode.SelectedCompletionInfo,
  ): Cursor {
    return {
      document: this.documentOf(document),
      offset: document.offsetAt(position),
      line: position.line,
      selected: selected && selectedAt(document, position, selected),
      place: () => placeOf(document, position),
      lookUp: () => this.parts.relatedFiles.lookUp(document, position),
    };
  }

  private documentOf(document: vscode.TextDocument): Document {
    const { ignoring, relatedFiles } = this.parts;
    return {
      key: document.uri.toString(),
      path: nameOf(document),
      languageId: document.languageId,
      get version() {
        return document.version;
      },
      repository: repositoryOf(document),
      settings: () => readSettings(document),
      judging: () => {
        let unjudged: vscode.Uri | undefined;
        silenceAt(document, (file) => {
          const judgement = ignoring.known(file);
          if (judgement === undefined) unjudged = file;
          return judgement;
        });
        return unjudged && ignoring.rules.judge(unjudged.toString());
      },
      silence: () => silenceAt(document, (file) => ignoring.known(file)),
      related: (place) => relatedFiles.related(document, place),
    };
  }
}

function selectedAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  { text, range }: vscode.SelectedCompletionInfo,
): Selected {
  const replaced = document.getText(range);
  const isTyped = range.end.isEqual(position) && text.startsWith(replaced);
  return {
    ...{ offset: document.offsetAt(range.start), text },
    rest: isTyped ? text.slice(replaced.length) : undefined,
  };
}
