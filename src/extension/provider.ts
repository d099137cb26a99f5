// The story of one ghost text: what is known already, else the engine's answer in time, else later, once.

import * as vscode from 'vscode';
import type { CompleteParams, Completion } from '../protocol';
import { type Place, promptAt } from '../editing/context';
import { placeOf, repositoryOf, silenceAt, type Visits } from './documents';
import { type EngineClient, EngineProblem } from './engineClient';
import type { Entry, Ledger } from './ledger';
import { relatedCode } from '../editing/relatedCode';
import { type Request, Requests, samePlace, within } from '../editing/requests';
import { languageIsOn, readSettings, type Settings } from './settings';
import { answersOf, type Fit, Shown } from '../editing/shown';

/** Tokens that one answer may have; the engine leaves this much of its context free. */
const maxTokens = 64;
/** Answers asked for by the user are shown however unsure the model is, with others to choose from. */
const anyConfidence = 0;
const mostCandidates = 3;

export const acceptedCommand = 'ryzanstein.accepted';

/** One call by VS Code: what it asks, and what is needed to see later whether all is still as it was. */
interface Question {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
  readonly selected: vscode.SelectedCompletionInfo | undefined;
  readonly onRequest: boolean;
  readonly settings: Settings;
  /** On the clock of `performance.now()`. */
  readonly asked: number;
}

export interface ProviderParts {
  engine: EngineClient;
  ledger: Ledger;
  visits: Visits;
  /** Shows that someone waits for this. */
  showWork(work: Promise<unknown>): void;
}

export class Provider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  private readonly shown = new Shown();
  private readonly requests: Requests;
  /** The entry of an answer that came late and for whose sake VS Code was asked to ask again. */
  private late: { readonly place: Place; readonly entry: Entry } | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly parts: ProviderParts) {
    this.requests = new Requests(
      (params, token) => parts.engine.complete(params, token),
      (place, completion) => this.shown.remember(place, completion),
    );
    this.subscription = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.requests.cancel(document.uri.toString());
    });
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const selected = context.selectedCompletionInfo;
    const question: Question = {
      ...{ document, version: document.version, position, selected, asked: performance.now() },
      onRequest: context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke,
      settings: readSettings(document),
    };
    const silence = this.silence(question);
    if (silence) return this.nothing(question, `silent: the file ${silence}`);

    const place = placeOf(document, position, selected);
    const known = this.shown.find(place);
    if (known && this.suffices(known, question, place))
      return this.offer(question, place, this.shown.findAll(place));
    if (question.settings.mode === 'onRequest' && !question.onRequest) return [];
    return this.ask(question, place, token);
  }

  /** Marks an accepted entry, and which alternative it was; VS Code runs this as the item's command. */
  accept(entry: Entry, alternative?: Completion): void {
    this.parts.ledger.amend(entry, { accepted: true, ...(alternative && { completion: alternative }) });
  }

  /** Forgets all answers, because another model or other settings would answer otherwise. */
  forget(): void {
    this.requests.cancel();
    this.shown.clear();
  }

  dispose(): void {
    this.subscription.dispose();
    this.forget();
  }

  private silence({ document, settings, onRequest }: Question): string | undefined {
    const { engine } = this.parts;
    const always = silenceAt(document);
    if (always) return always;
    if (!settings.enabled) return 'gets no completions: Ryzanstein is turned off';
    if (!languageIsOn(settings, document.languageId) && !onRequest)
      return `gets no completions: ${document.languageId} is turned off`;
    if (engine.occupation) return `has to wait: the engine ${engine.occupation}`;
    return undefined;
  }

  /** Whether what is known answers a question: who asks for it by hand wants to choose among alternatives. */
  private suffices(known: Fit, { onRequest }: Question, place: Place): boolean {
    if (!onRequest || (this.late && samePlace(this.late.place, place))) return true;
    return known.text !== '' && known.completion.alternatives !== undefined;
  }

  /** Asks the engine, and waits as long as the deadline allows; what comes later is kept and triggers once. */
  private async ask(
    question: Question,
    place: Place,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const { onRequest, settings } = question;
    const request = this.requests.send(place, onRequest, () => this.params(question, place));
    if (onRequest) this.parts.showWork(request.answer);
    try {
      const answer = await within(request.answer, token, onRequest ? Infinity : settings.deadline);
      if (answer === 'late') {
        const entry = this.note(question, `not ready after ${settings.deadline} ms`);
        this.parts.showWork(request.answer);
        void this.triggerWhenReady(question, place, request, entry);
        return [];
      }
      if (answer === 'cancelled') request.cancel();
      if (answer === 'cancelled' || answer === undefined)
        return this.nothing(question, 'cancelled: typed on');
      const fits = answersOf(answer).map((completion): Fit => {
        return { text: completion.shown ? completion.text : '', overwrites: 0, completion, how: 'computed' };
      });
      return this.offer(question, place, fits);
    } catch (error) {
      if (error instanceof EngineProblem) return this.nothing(question, failed(error));
      throw error;
    }
  }

  private params({ document, onRequest, settings }: Question, place: Place): CompleteParams {
    const related = relatedCode(this.parts.visits.documents, place);
    const minConfidence = onRequest ? anyConfidence : settings.confidence;
    return {
      prompt: promptAt(place, repositoryOf(document), related),
      limits: {
        ...{ maxTokens, maxLines: settings.maxLines, minConfidence },
        candidates: onRequest ? mostCandidates : 1,
      },
    };
  }

  /** Asks VS Code to ask once more, when a late answer is there and nothing has changed meanwhile. */
  private async triggerWhenReady(
    question: Question,
    place: Place,
    request: Request,
    entry: Entry,
  ): Promise<void> {
    const amend = (outcome: string, completion?: Completion): void =>
      this.parts.ledger.amend(entry, { outcome, completion });
    try {
      const completion = await request.answer;
      if (!completion) return amend(`${entry.outcome}, then cancelled`);
      if (!completion.shown) return amend(hidden(completion), completion);
      if (!isAsItWas(question)) return amend(`${entry.outcome}, then moved on`, completion);
    } catch (error) {
      return amend(failed(error));
    }
    this.late = { place, entry };
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  /** An item for each answer that fits and has text, only the first one where nobody asked, and a note of it. */
  private offer(question: Question, place: Place, fits: Fit[]): vscode.InlineCompletionItem[] {
    const { position, selected, onRequest } = question;
    const [first, ...others] = fits
      .slice(0, onRequest ? mostCandidates : 1)
      .filter(({ text }) => text !== '');
    if (!first) {
      const { completion, how } = fits[0]!;
      return this.nothing(question, hidden(completion), how === 'computed' ? completion : undefined);
    }
    const start = selected?.range.start ?? position;
    const end = selected?.range.end.isAfter(position) ? selected.range.end : position;
    const entry = this.noteOf(question, place, first);
    return [first, ...others].map((fit) => {
      const range = new vscode.Range(start, end.translate(0, fit.overwrites));
      const accepted = fit === first ? [entry] : [entry, fit.completion];
      const command = { command: acceptedCommand, title: 'Note that it was accepted', arguments: accepted };
      return new vscode.InlineCompletionItem((selected?.text ?? '') + fit.text, range, command);
    });
  }

  /** Nothing to show, noted; who asked for it is told why, without being in the way. */
  private nothing(question: Question, outcome: string, completion?: Completion): [] {
    this.note(question, outcome, completion);
    if (question.onRequest)
      vscode.window.setStatusBarMessage(`Ryzanstein: nothing to offer here (${outcome})`, 6000);
    return [];
  }

  private noteOf(question: Question, place: Place, { how, completion }: Fit): Entry {
    const late = this.late;
    if (late && samePlace(late.place, place)) {
      this.late = undefined;
      this.parts.ledger.amend(late.entry, { outcome: 'shown late', completion });
      return late.entry;
    }
    if (how === 'computed') return this.note(question, 'shown', completion);
    return this.note(question, how === 'same' ? 'shown again' : how);
  }

  private note(
    { document, position, onRequest, asked }: Question,
    outcome: string,
    completion?: Completion,
  ): Entry {
    return this.parts.ledger.add({
      time: Date.now(),
      where: `${vscode.workspace.asRelativePath(document.uri)}:${position.line + 1}`,
      trigger: onRequest ? 'on request' : 'automatic',
      outcome,
      accepted: false,
      waitedMs: performance.now() - asked,
      completion,
    });
  }
}

function isAsItWas({ document, version, position }: Question): boolean {
  const editor = vscode.window.activeTextEditor;
  return (
    editor?.document === document && document.version === version && editor.selection.active.isEqual(position)
  );
}

function hidden(completion: Completion): string {
  return `hidden: ${completion.hidden ?? 'empty'}`;
}

function failed(error: unknown): string {
  return `failed: ${error instanceof Error ? error.message : String(error)}`;
}
