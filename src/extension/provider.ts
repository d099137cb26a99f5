// The story of one ghost text: what is known already, else the engine's answer in time, else later, once.

import * as vscode from 'vscode';
import type { CompleteParams, Completion, Prompt } from '../protocol';
import { type Place, promptAt, samePlace } from '../editing/context';
import { type Allowance, threadsWith, waitWith } from '../editing/throttle';
import { fateOf } from '../editing/outcome';
import { Pace } from '../editing/pace';
import { placeOf, repositoryOf, silenceAt } from './documents';
import { Problem } from '../editing/backend';
import type { LocalEngine } from '../editing/localEngine';
import type { Governor } from './governor';
import type { Ignoring } from './ignoring';
import type { Entry, Ledger } from '../editing/completionLog';
import { type Request, Requests, within } from '../editing/requests';
import { languageIsOn, readSettings, type Settings } from './settings';
import { answersOf, type Fit, Shown } from '../editing/completionCache';
import type { Visits } from './visits';

/** Tokens that one answer may have; the engine leaves this much of its context free. */
const maxTokens = 64;
/** Answers asked for by the user are shown however unsure the model is, with others to choose from. */
const anyConfidence = 0;
const mostCandidates = 3;
/** How long the cursor rests before the text around it is read ahead, in milliseconds. */
const restTime = 300;

/** What the ledger calls a shown completion, by how it was come by. */
const outcomes: Record<Fit['how'], string> = {
  computed: 'shown',
  'first line': 'shown, the first line of a block',
  joined: 'shown, computed while it was typed into',
  same: 'shown again',
  'typed through': 'typed through',
};

export const acceptedCommand = 'ryzanstein.accepted';

/** One call by VS Code: what it asks, and what is needed to see later whether all is still as it was. */
interface Question {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
  readonly selected: vscode.SelectedCompletionInfo | undefined;
  readonly onRequest: boolean;
  readonly settings: Settings;
  readonly allowance: Allowance;
  /** On the clock of `performance.now()`. */
  readonly asked: number;
}

export interface ProviderParts {
  engine: LocalEngine;
  governor: Governor;
  ledger: Ledger;
  ignoring: Ignoring;
  visits: Visits;
  /** Shows that someone waits for this. */
  showWork(work: Promise<unknown>): void;
}

export class Provider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  private readonly shown = new Shown();
  private readonly requests: Requests;
  private readonly pace = new Pace();
  /** The entry of an answer that came late and for whose sake VS Code was asked to ask again. */
  private late: { readonly place: Place; readonly entry: Entry } | undefined;
  /** What was offered last, until the document tells what became of it. */
  private offered:
    { readonly document: vscode.TextDocument; offset: number; texts: string[]; entry: Entry } | undefined;
  private resting: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly parts: ProviderParts) {
    const { engine, governor } = parts;
    const complete: LocalEngine['complete'] = async (params, token, onFirstLine) => {
      governor.used();
      const completion = await engine.complete(params, token, onFirstLine);
      if (completion.reason !== 'cancelled') this.pace.answered(completion.prefillMs + completion.decodeMs);
      return completion;
    };
    this.requests = new Requests(
      { complete, prefill: (params, token) => engine.prefill(params, token) },
      this.shown,
    );
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument((change) => this.onChange(change)),
      vscode.window.onDidChangeActiveTextEditor(() => this.onRest()),
      vscode.window.onDidChangeTextEditorSelection(() => this.onRest()),
    ];
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
      ...this.rules(document),
    };
    const silence = this.silence(question);
    if (silence) return this.nothing(question, `silent: the file ${silence}`);

    const place = placeOf(document, position, selected);
    const known = this.shown.find(place);
    if (known && this.suffices(known, question, place))
      return this.offer(question, place, this.shown.findAll(place));
    if (!question.onRequest && question.settings.mode === 'onRequest')
      return this.nothing(question, 'silent: completions are set to come on request');
    if (!question.onRequest && question.allowance.effort === 'paused')
      return this.nothing(question, `paused: ${question.allowance.because}`);
    return this.ask(question, place, token);
  }

  /** Marks an accepted entry, and which alternative it was; VS Code runs this as the item's command. */
  accept(entry: Entry, alternative?: Completion): void {
    const chosen = alternative && { completion: alternative, text: alternative.text };
    this.parts.ledger.amend(entry, { fate: 'accepted', ...chosen });
  }

  /** Forgets all answers, because another model or other settings would answer otherwise. */
  forget(): void {
    this.requests.cancel();
    this.shown.clear();
  }

  dispose(): void {
    clearTimeout(this.resting);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.forget();
  }

  private rules(document: vscode.TextDocument): { settings: Settings; allowance: Allowance } {
    const settings = readSettings(document);
    return { settings, allowance: this.parts.governor.allowance(settings) };
  }

  /** Learns from a change how fast keys come and what became of an offer; ends a request that cannot fit any more. */
  private onChange({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const [change, ...more] = contentChanges;
    if (!change) return;
    if (document === vscode.window.activeTextEditor?.document) this.pace.key(performance.now());
    if (more.length > 0 || change.rangeLength > 0) this.requests.cancel(document.uri.toString());
    const { offered } = this;
    if (offered?.document !== document) return;
    this.offered = undefined;
    const { offset, texts, entry } = offered;
    const fates = texts.map((text) =>
      fateOf({ offset, text }, { offset: change.rangeOffset, text: change.text }),
    );
    const fate = fates.find((fate) => fate !== 'typed over') ?? fates[0];
    if (fate) this.parts.ledger.amend(entry, { fate });
  }

  /** A file has come to the front or the cursor has moved: when it stays there, the text around it is read ahead. */
  private onRest(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => void this.readAhead(), restTime);
  }

  /** Looks up the names before the cursor, and reads the prompt there. */
  private async readAhead(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || this.parts.engine.state.name !== 'ready') return;
    const { document, selection } = editor;
    const { version } = document;
    const rules = this.rules(document);
    const { settings, allowance } = rules;
    if (settings.mode === 'onRequest' || allowance.effort !== 'full') return;
    if (this.silence({ document, settings, onRequest: false })) return;
    await this.parts.visits.lookUp(document, selection.active);
    const rests = vscode.window.activeTextEditor === editor && editor.selection.isEqual(selection);
    if (!rests || document.version !== version) return;
    const place = placeOf(document, selection.active, undefined);
    if (!this.shown.find(place)) await this.requests.prefill({ prompt: this.prompt(document, place) });
  }

  private silence({
    document,
    settings,
    onRequest,
  }: Pick<Question, 'document' | 'settings' | 'onRequest'>): string | undefined {
    const { engine, ignoring } = this.parts;
    const always = silenceAt(document, (file) => ignoring.ignores(file));
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

  /**
   * Asks the engine, and waits as long as the deadline allows, then makes do with a block's first line. What comes later
   * is kept; where there was nothing to show, it triggers once.
   */
  private async ask(
    question: Question,
    place: Place,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const { onRequest, settings, allowance } = question;
    const request = this.requests.send(place, {
      onRequest,
      after: onRequest ? 0 : waitWith(allowance.effort, this.pace.wait(settings.deadline)),
      expected: this.pace.answer,
      params: () => this.params(question, place),
    });
    if (onRequest) this.parts.showWork(request.answer);
    try {
      let answer = await within(request.answer, token, onRequest ? Infinity : settings.deadline);
      if (answer === 'late') {
        this.parts.showWork(request.answer);
        answer = await within(request.soonest, token, 0);
      }
      if (answer === 'late') {
        const entry = this.note(question, `not ready after ${settings.deadline} ms`);
        void this.triggerWhenReady(question, place, request, entry);
        return [];
      }
      const typedOn = question.version !== question.document.version;
      // What is typed on may be what the answer begins with: then it goes on, and the next question decides.
      if (answer === 'cancelled' && !typedOn) request.cancel();
      if (answer === 'cancelled' || answer === undefined)
        return this.nothing(question, `cancelled: ${typedOn ? 'typed on' : 'moved on'}`);
      return this.offer(question, place, answer.how === 'computed' ? computed(answer.completion) : [answer]);
    } catch (error) {
      if (error instanceof Problem) return this.nothing(question, failed(error));
      throw error;
    }
  }

  private params({ document, onRequest, settings, allowance }: Question, place: Place): CompleteParams {
    const { state } = this.parts.engine;
    const minConfidence = onRequest ? anyConfidence : settings.confidence;
    return {
      prompt: this.prompt(document, place),
      limits: {
        ...{ maxTokens, maxLines: settings.maxLines, minConfidence },
        candidates: onRequest ? mostCandidates : 1,
      },
      threads: threadsWith(allowance.effort, state.name === 'ready' ? state.model.threads : undefined),
    };
  }

  private prompt(document: vscode.TextDocument, place: Place): Prompt {
    return promptAt(place, repositoryOf(document), this.parts.visits.related(document, place));
  }

  /** Asks VS Code to ask once more, when a late answer or its first line is there and nothing has changed meanwhile. */
  private async triggerWhenReady(
    question: Question,
    place: Place,
    request: Request,
    entry: Entry,
  ): Promise<void> {
    const amend = (outcome: string, completion?: Completion): void =>
      this.parts.ledger.amend(entry, { outcome, completion });
    try {
      const fit = await request.soonest;
      if (!fit) return amend(`${entry.outcome}, then cancelled`);
      const { completion } = fit;
      if (fit.text === '') return amend(hidden(completion), completion);
      if (!isAsItWas(question)) return amend(`${entry.outcome}, then moved on`, completion);
    } catch (error) {
      return amend(failed(error));
    }
    this.late = { place, entry };
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  }

  /** An item for each answer that fits and has text, only the first one where nobody asked, and a note of it. */
  private offer(question: Question, place: Place, fits: Fit[]): vscode.InlineCompletionItem[] {
    const { document, position, selected, onRequest } = question;
    const [first, ...others] = fits
      .slice(0, onRequest ? mostCandidates : 1)
      .filter(({ text }) => text !== '');
    if (!first) {
      const { completion, how } = fits[0]!;
      if (how === 'same') return this.nothing(question, `${hidden(completion)}, as before`);
      return this.nothing(question, hidden(completion), completion);
    }
    const start = selected?.range.start ?? position;
    const end = selected?.range.end.isAfter(position) ? selected.range.end : position;
    const entry = this.noteOf(question, place, first);
    const textOf = ({ text }: Fit): string => (selected?.text ?? '') + text;
    this.parts.ledger.amend(entry, { text: textOf(first), fate: undefined });
    this.offered = {
      ...{ document, entry, offset: document.offsetAt(start) },
      texts: [first, ...others].map(textOf),
    };
    return [first, ...others].map((fit) => {
      const range = new vscode.Range(start, end.translate(0, fit.overwrites));
      const accepted = fit === first ? [entry] : [entry, fit.completion];
      const command = { command: acceptedCommand, title: 'Note that it was accepted', arguments: accepted };
      return new vscode.InlineCompletionItem(textOf(fit), range, command);
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
    const isNew = how !== 'same' && how !== 'typed through';
    return this.note(question, outcomes[how], isNew ? completion : undefined);
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

/** An answer and its alternatives, as they fit where they were computed. */
function computed(completion: Completion): Fit[] {
  return answersOf(completion).map((answer) => {
    return { text: answer.shown ? answer.text : '', overwrites: 0, completion: answer, how: 'computed' };
  });
}

function hidden(completion: Completion): string {
  return `hidden: ${completion.hidden ?? 'empty'}`;
}

function failed(error: unknown): string {
  return `failed: ${error instanceof Error ? error.message : String(error)}`;
}
