// The story of one ghost text: what is known already, else the backend's answer in time, else later, once.

import type { CancellationToken } from 'vscode-jsonrpc/node';
import type { CompleteParams, Completion, Prompt } from '../protocol';
import { type Backend, Problem } from './backend';
import type { Clock } from './clock';
import { answersOf, CompletionCache, type Fit } from './completionCache';
import type { CompletionLog, Entry } from './completionLog';
import { type Place, promptAt, samePlace } from './context';
import type { Change, Cursor, Document, Editor } from './editor';
import { outcomeOf } from './outcome';
import { Pace } from './pace';
import { type Request, Requests, within } from './requests';
import { languageIsOn, type Settings } from './settings';
import { type Throttle, threadsWith, waitWith } from './throttle';

/** Tokens that one answer may have; the engine leaves this much of its context free. */
export const maxTokens = 64;
/** Answers that the user asks for are shown however unsure the model is, with others to choose from. */
const anyConfidence = 0;
const mostCandidates = 3;
/** How long the cursor rests before the text around it is read ahead, in milliseconds. */
const restTime = 300;

/** What the log calls a shown completion, by where it came from. */
const results: Record<Fit['how'], string> = {
  computed: 'shown',
  'first line': 'shown, the first line of a block',
  joined: 'shown, computed while it was typed into',
  same: 'shown again',
  'typed through': 'typed through',
};

/** What the editor is answered: texts to choose from, the first one first; none where nothing is to be shown. */
export interface Offer {
  readonly items: readonly OfferedText[];
  /**
   * `at once`: nobody had to be asked; `computed`: the backend has ended its work; `later`: it has not, and when it has,
   * the editor is triggered if there is something to show.
   */
  readonly when: 'at once' | 'computed' | 'later';
}

export interface OfferedText {
  /** To insert at the cursor, or in the place of the selected suggestion, with which it begins. */
  readonly text: string;
  /** How many characters behind the cursor it replaces. */
  readonly overwrites: number;
  /** For `accept`, when the user takes this one. */
  readonly entry: Entry;
  readonly alternative?: Completion;
}

/** What the editor asks, with the rules that hold then. */
interface Question {
  readonly cursor: Cursor;
  /** That of the document when it was asked. */
  readonly version: number;
  readonly onRequest: boolean;
  readonly settings: Settings;
  readonly throttle: Throttle;
  /** On the clock. */
  readonly asked: number;
}

export interface GhostTextParts {
  readonly editor: Editor;
  readonly backend: Backend;
  readonly log: CompletionLog;
  readonly clock: Clock;
}

export class GhostText {
  private readonly cache = new CompletionCache();
  private readonly requests: Requests;
  private readonly pace = new Pace();
  /** The entry of an answer that came late and for whose sake the editor was asked to ask again. */
  private late: { readonly place: Place; readonly entry: Entry } | undefined;
  /** What was offered last, until the document shows what became of it. */
  private offered: { readonly key: string; offset: number; texts: string[]; entry: Entry } | undefined;
  private stopResting = (): void => undefined;

  constructor(private readonly parts: GhostTextParts) {
    const { backend, clock } = parts;
    const complete: Backend['complete'] = async (params, token, onFirstLine) => {
      const completion = await backend.complete(params, token, onFirstLine);
      if (completion.reason !== 'cancelled') this.pace.answered(completion.prefillMs + completion.decodeMs);
      return completion;
    };
    const prefill: Backend['prefill'] = (params, token) => backend.prefill(params, token);
    this.requests = new Requests({ complete, prefill }, this.cache, clock);
  }

  /** The ghost text at a cursor. The token is cancelled when the editor does not want it any more. */
  async ask(cursor: Cursor, onRequest: boolean, token: CancellationToken): Promise<Offer> {
    const { document } = cursor;
    const question: Question = {
      ...{ cursor, version: document.version, onRequest, asked: this.parts.clock.now() },
      ...this.rules(document),
    };
    const silence = this.silence(document, question.settings, onRequest);
    if (silence) return this.nothing(question, `silent: the file ${silence}`);

    const place = cursor.place();
    const known = this.cache.find(place);
    if (known && this.suffices(known, question, place))
      return this.offer(question, place, this.cache.findAll(place));
    if (!onRequest && question.settings.mode === 'onRequest')
      return this.nothing(question, 'silent: completions are set to come on request');
    if (!onRequest && question.throttle.use === 'paused')
      return this.nothing(question, `paused: ${question.throttle.because}`);
    return this.compute(question, place, token);
  }

  /** Notes that an offered text was accepted, and which alternative it was. */
  accept(entry: Entry, alternative?: Completion): void {
    const chosen = alternative && { completion: alternative, text: alternative.text };
    this.parts.log.amend(entry, { outcome: 'accepted', ...chosen });
  }

  /** Learns from a change how fast keys come and what became of an offer; ends a request that cannot fit any more. */
  changed({ key, offset, length, text, more }: Change): void {
    if (key === this.parts.editor.cursor()?.document.key) this.pace.key(this.parts.clock.now());
    if (more || length > 0) this.requests.cancel(key);
    const { offered } = this;
    if (offered?.key !== key) return;
    this.offered = undefined;
    const outcomes = offered.texts.map((each) =>
      outcomeOf({ offset: offered.offset, text: each }, { offset, text }),
    );
    const outcome = outcomes.find((each) => each !== 'typed over') ?? outcomes[0];
    if (outcome) this.parts.log.amend(offered.entry, { outcome });
  }

  /** A document has come to the front or the cursor has moved: if it stays there, the text around it is read ahead. */
  moved(): void {
    this.stopResting();
    this.stopResting = this.parts.clock.after(restTime, () => void this.readAhead());
  }

  /** Forgets all answers, because another model or other settings would answer otherwise. */
  forget(): void {
    this.requests.cancel();
    this.cache.clear();
  }

  dispose(): void {
    this.stopResting();
    this.forget();
  }

  private rules(document: Document): { settings: Settings; throttle: Throttle } {
    const settings = document.settings();
    return { settings, throttle: this.parts.editor.throttle(settings) };
  }

  private silence(document: Document, settings: Settings, onRequest: boolean): string | undefined {
    const { occupation } = this.parts.backend;
    const always = document.silence();
    if (always) return always;
    if (!settings.enabled) return 'gets no completions: Ryzanstein is turned off';
    if (!languageIsOn(settings, document.languageId) && !onRequest)
      return `gets no completions: ${document.languageId} is turned off`;
    if (occupation) return `has to wait: the engine ${occupation}`;
    return undefined;
  }

  /** Whether what is known answers a question: a user who asks wants to choose among alternatives. */
  private suffices(known: Fit, { onRequest }: Question, place: Place): boolean {
    if (!onRequest || (this.late && samePlace(this.late.place, place))) return true;
    return known.text !== '' && known.completion.alternatives !== undefined;
  }

  /**
   * Asks the backend, and waits as long as the deadline allows, then makes do with a block's first line. What comes
   * later is kept; where there was nothing to show, it triggers once.
   */
  private async compute(question: Question, place: Place, token: CancellationToken): Promise<Offer> {
    const { cursor, onRequest, settings, throttle } = question;
    const { editor, clock } = this.parts;
    const request = this.requests.send(place, {
      onRequest,
      after: onRequest ? 0 : waitWith(throttle, this.pace.wait(settings.deadline)),
      expected: this.pace.answer,
      params: () => this.params(question, place),
    });
    if (onRequest) editor.showWork(request.answer);
    try {
      let answer = await within(request.answer, token, onRequest ? Infinity : settings.deadline, clock);
      if (answer === 'late') {
        editor.showWork(request.answer);
        answer = await within(request.soonest, token, 0, clock);
      }
      if (answer === 'late') {
        const entry = this.note(question, `not ready after ${settings.deadline} ms`);
        void this.triggerWhenReady(question, place, request, entry);
        return { items: [], when: 'later' };
      }
      const typedOn = question.version !== cursor.document.version;
      // The answer may begin with what is typed on: then the request goes on, and the next question decides.
      if (answer === 'cancelled' && !typedOn) request.cancel();
      if (answer === 'cancelled' || answer === undefined)
        return this.nothing(question, `cancelled: ${typedOn ? 'typed on' : 'moved on'}`, 'computed');
      return this.offer(question, place, answer.how === 'computed' ? computed(answer.completion) : [answer]);
    } catch (error) {
      if (error instanceof Problem) return this.nothing(question, failed(error), 'computed');
      throw error;
    }
  }

  private params({ cursor, onRequest, settings, throttle }: Question, place: Place): CompleteParams {
    const { state } = this.parts.backend;
    const minConfidence = onRequest ? anyConfidence : settings.confidence;
    return {
      prompt: promptFor(cursor.document, place),
      limits: {
        ...{ maxTokens, maxLines: settings.maxLines, minConfidence },
        candidates: onRequest ? mostCandidates : 1,
      },
      threads: threadsWith(throttle, state.name === 'ready' ? state.model.threads : undefined),
    };
  }

  /** Has the editor ask once more, when a late answer or its first line is there and nothing has changed meanwhile. */
  private async triggerWhenReady(
    question: Question,
    place: Place,
    request: Request,
    entry: Entry,
  ): Promise<void> {
    const amend = (result: string, completion?: Completion): void =>
      this.parts.log.amend(entry, { result, completion });
    try {
      const fit = await request.soonest;
      if (!fit) return amend(`${entry.result}, then cancelled`);
      const { completion } = fit;
      if (fit.text === '') return amend(hidden(completion), completion);
      if (!this.isAsItWas(question)) return amend(`${entry.result}, then moved on`, completion);
    } catch (error) {
      return amend(failed(error));
    }
    this.late = { place, entry };
    this.parts.editor.trigger();
  }

  private isAsItWas({ cursor, version }: Pick<Question, 'cursor' | 'version'>): boolean {
    const now = this.parts.editor.cursor();
    const isThere = now?.document.key === cursor.document.key && now.offset === cursor.offset;
    return isThere && now.document.version === version;
  }

  /** Looks up the names before the cursor, and reads the prompt there. */
  private async readAhead(): Promise<void> {
    const { editor, backend } = this.parts;
    const cursor = editor.cursor();
    if (!cursor || backend.state.name !== 'ready') return;
    const { document } = cursor;
    const { version } = document;
    const { settings, throttle } = this.rules(document);
    if (settings.mode === 'onRequest' || throttle.use !== 'full') return;
    if (this.silence(document, settings, false)) return;
    await cursor.lookUp();
    if (!this.isAsItWas({ cursor, version })) return;
    const place = cursor.place();
    if (!this.cache.find(place)) await this.requests.prefill({ prompt: promptFor(document, place) });
  }

  /** Each answer that fits and has text, only the first one where nobody asked, and a note in the log. */
  private offer(question: Question, place: Place, fits: Fit[]): Offer {
    const { cursor, onRequest } = question;
    const isKnown = fits.some(({ how }) => how === 'same' || how === 'typed through');
    const when = isKnown ? 'at once' : 'computed';
    this.cache.display(place);
    const [first, ...others] = fits
      .slice(0, onRequest ? mostCandidates : 1)
      .filter(({ text }) => text !== '');
    if (!first) {
      const { completion, how } = fits[0]!;
      if (how === 'same') return this.nothing(question, `${hidden(completion)}, as before`);
      return this.nothing(question, hidden(completion), 'computed', completion);
    }
    const textOf = ({ text }: Fit): string => (cursor.selected?.text ?? '') + text;
    const entry = this.noteOf(question, place, first);
    this.parts.log.amend(entry, { text: textOf(first), outcome: undefined });
    this.offered = {
      ...{ key: cursor.document.key, entry, offset: cursor.selected?.offset ?? cursor.offset },
      texts: [first, ...others].map(textOf),
    };
    const items = [first, ...others].map((fit) => ({
      ...{ text: textOf(fit), overwrites: fit.overwrites, entry },
      alternative: fit === first ? undefined : fit.completion,
    }));
    return { items, when };
  }

  /** Nothing to show, noted; a user who asked gets the reason, without being disturbed. */
  private nothing(
    question: Question,
    result: string,
    when: Offer['when'] = 'at once',
    completion?: Completion,
  ): Offer {
    this.note(question, result, completion);
    if (question.onRequest) this.parts.editor.explain(result);
    return { items: [], when };
  }

  private noteOf(question: Question, place: Place, { how, completion }: Fit): Entry {
    const late = this.late;
    if (late && samePlace(late.place, place)) {
      this.late = undefined;
      this.parts.log.amend(late.entry, { result: 'shown late', completion });
      return late.entry;
    }
    const isNew = how !== 'same' && how !== 'typed through';
    return this.note(question, results[how], isNew ? completion : undefined);
  }

  private note(
    { cursor: { document, line }, onRequest, asked }: Question,
    result: string,
    completion?: Completion,
  ): Entry {
    return this.parts.log.add({
      time: Date.now(),
      where: `${document.path}:${line + 1}`,
      trigger: onRequest ? 'on request' : 'automatic',
      result,
      waitedMs: this.parts.clock.now() - asked,
      completion,
    });
  }
}

function promptFor(document: Document, place: Place): Prompt {
  return promptAt(place, document.repository, document.related(place));
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
