// The story of one ghost text: what is known already, else the backend's answer in time, else later, once.

import { CancellationToken } from 'vscode-jsonrpc/node';
import type { CompleteParams, Completion, Prompt } from '../protocol';
import type { Result, Silence } from '../results';
import { type Backend, Problem } from './backend';
import type { Clock } from './clock';
import { answersOf, CompletionCache, type Fit } from './completionCache';
import type { CompletionLog, Entry, Sent } from './completionLog';
import { type Place, promptAt } from './context';
import type { Change, Cursor, Document, Editor } from './editor';
import { failed, hidden, mostCandidates, type Offer, Offers, type Question } from './offers';
import { Pace } from './pace';
import { type Request, Requests, within } from './requests';
import { discreet } from './secretValues';
import { isUnproven, languageIsOn, type Settings, sureEnough } from './settings';
import { type Throttle, threadsWith, waitWith } from './throttle';
import { Truths } from './truths';

/** Tokens that one answer may have; the engine leaves this much of its context free. */
export const maxTokens = 64;
/** Answers that the user asks for are shown however unsure the model is. */
const anyConfidence = 0;
/** How long the judgement of a file is waited for, in milliseconds: it takes a few, but on a slow disk or a busy machine more. */
const judgingTime = { whileTyping: 100, whenAsked: 3_000 };
/** How long the cursor rests before the text around it is read ahead, in milliseconds. */
const restTime = 300;

/** How long the editor takes at most to ask once it is triggered, in milliseconds. */
const triggerTime = 500;

/** Where the editor asked. */
interface Asked {
  readonly cursor: Cursor;
  /** That of the document when it was asked. */
  readonly version: number;
}

interface Rules {
  readonly settings: Settings;
  readonly throttle: Throttle;
}

/** What the editor asks, with the rules that hold then. */
interface RuledQuestion extends Question, Asked, Rules {
  sent?: Sent;
}

interface GhostTextParts {
  readonly editor: Editor;
  readonly backend: Backend;
  readonly log: CompletionLog;
  readonly clock: Clock;
}

export class GhostText {
  private readonly cache = new CompletionCache();
  private readonly requests: Requests;
  private readonly pace = new Pace();
  private readonly offers: Offers;
  private readonly truths: Truths;
  private stopResting = (): void => undefined;
  /** When the editor was triggered and has not asked since, on the clock. */
  private triggered = -Infinity;

  constructor(private readonly parts: GhostTextParts) {
    const { backend, clock, log } = parts;
    this.offers = new Offers(parts);
    this.truths = new Truths((known) => backend.known?.(known));
    const complete: Backend['complete'] = async (params, token, onSooner) => {
      const answer = await backend.complete(params, token, ({ completion: sooner, isLast }) => {
        const completion = discreet(sooner, params.prompt);
        if (completion.shown) log.keep(params, completion);
        onSooner({ completion, isLast });
      });
      this.truths.answered(params.prompt, answer);
      const completion = discreet(answer, params.prompt);
      if (completion.reason !== 'cancelled') log.keep(params, completion);
      const { reason, prefillMs, decodeMs, other } = completion;
      if (reason !== 'cancelled') this.pace.answered(prefillMs + decodeMs + (other?.milliseconds ?? 0));
      return completion;
    };
    const prefill: Backend['prefill'] = (params, token) => backend.prefill(params, token);
    this.requests = new Requests({ complete, prefill }, this.cache, clock);
  }

  /**
   * The ghost text at a cursor; `isTriggered` by the user, or by us. The token is cancelled when the editor does not want it
   * any more.
   */
  async ask(cursor: Cursor, isTriggered: boolean, token: CancellationToken): Promise<Offer> {
    const onRequest = isTriggered && !this.hasTriggered();
    const { document } = cursor;
    const { version } = document;
    const asked = this.parts.clock.now();
    const judging = document.judging();
    if (judging) {
      const patience = onRequest ? judgingTime.whenAsked : judgingTime.whileTyping;
      const isLate = (await within(judging, token, patience, this.parts.clock)) === 'late';
      if (isLate && !onRequest) void this.askOnceJudged(judging, { cursor, version });
    }
    const question: RuledQuestion = {
      ...{ cursor, version, onRequest, asked },
      ...this.rules(document),
    };
    const silence = this.silence(document, question.settings);
    if (silence) return this.offers.nothing(question, { kind: 'silent', because: silence });
    const held = onRequest ? undefined : this.held(document, question);

    const place = cursor.place();
    this.truths.at(place);
    const known = this.cache.find(place);
    if (known && (onRequest ? this.sufficesOnRequest(known, place) : !held || wasAskedFor(known)))
      return this.offer(question, place, this.cache.findAll(place), 'at once');
    if (held) return this.offers.nothing(question, held);
    return this.compute(question, place, token);
  }

  /** Notes that an offered text was accepted, and which alternative it was. */
  accept(entry: Entry, alternative?: Completion): void {
    this.offers.accept(entry, alternative);
  }

  /** Learns from a change how fast keys come and what became of an offer; ends a request that cannot fit any more. */
  changed(change: Change): void {
    const { key, length, more } = change;
    if (key === this.parts.editor.cursor()?.document.key) this.pace.key(this.parts.clock.now());
    if (more || length > 0) this.requests.cancel(key);
    this.offers.changed(change);
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

  /** The editor does not ask again by itself where the judgement of a file came too late for its question. */
  private async askOnceJudged(judging: Promise<unknown>, asked: Asked): Promise<void> {
    await judging;
    if (!this.isAsItWas(asked)) return;
    const { items } = await this.ask(asked.cursor, false, CancellationToken.None);
    if (items.length === 0 || !this.isAsItWas(asked)) return;
    this.offers.await(asked.cursor.place(), items[0]!.entry);
    this.trigger();
  }

  private trigger(): void {
    this.triggered = this.parts.clock.now();
    this.parts.editor.trigger();
  }

  /** Whether the editor asks because it was triggered by us, wherever the cursor is by now: the user has not asked then. */
  private hasTriggered(): boolean {
    const since = this.parts.clock.now() - this.triggered;
    this.triggered = -Infinity;
    return since < triggerTime;
  }

  private rules(document: Document): Rules {
    const settings = document.settings();
    return { settings, throttle: this.parts.editor.throttle(settings) };
  }

  /** Why nothing is offered at all. */
  private silence(document: Document, settings: Settings): Silence | undefined {
    const { occupation } = this.parts.backend;
    const always = document.silence();
    if (always) return always;
    if (!settings.enabled) return { kind: 'off' };
    return occupation && { kind: 'occupied', by: occupation };
  }

  /** Why nothing comes unasked; what was asked for stays all the same while it is typed. */
  private held({ languageId }: Document, { settings, throttle }: Rules): Result | undefined {
    const silent = (because: Silence): Result => ({ kind: 'silent', because });
    if (!languageIsOn(settings, languageId)) return silent({ kind: 'languageOff', languageId });
    if (settings.mode === 'onRequest') return silent({ kind: 'onRequestOnly' });
    if (isUnproven(this.parts.backend.state, settings, languageId))
      return silent({ kind: 'unproven', languageId });
    return throttle.use === 'paused' ? { kind: 'paused', because: throttle.because } : undefined;
  }

  /** A user who asks wants to choose among alternatives. */
  private sufficesOnRequest(known: Fit, place: Place): boolean {
    return this.offers.isAwaited(place) || (known.text !== '' && wasAskedFor(known));
  }

  /**
   * Asks the backend, and waits as long as the deadline allows, then makes do with an answer before the answer, or with
   * nothing: at once where that is all that is expected in time. What comes later is kept; where there was nothing to
   * show, it triggers once.
   */
  private async compute(question: RuledQuestion, place: Place, token: CancellationToken): Promise<Offer> {
    const { onRequest, settings, throttle } = question;
    const { editor, clock } = this.parts;
    const { pace } = this;
    const wait = onRequest ? 0 : waitWith(throttle, pace.wait(settings.deadline), pace.answer);
    const holdsBack = throttle.use === 'full' && this.hasSecond;
    const request = this.requests.send(place, {
      onRequest,
      after: holdsBack ? 0 : wait,
      expected: pace.answer,
      params: () => {
        const began = clock.now();
        const params = this.params(question, place, holdsBack ? wait : 0);
        question.sent = { heldMs: began - question.asked, gatheredMs: clock.now() - began };
        return params;
      },
    });
    if (onRequest) editor.showWork(request.answer);
    try {
      // Of the deadline, the wait for a judgement has taken its part.
      const deadline = onRequest ? Infinity : settings.deadline - (clock.now() - question.asked);
      let answer = await within(request.inTime, token, deadline, clock);
      if (answer === 'late') answer = await within(request.soonest(), token, 0, clock);
      if (answer === 'late' || (typeof answer === 'object' && answer.how !== 'computed'))
        editor.showWork(request.answer);
      if (answer === 'late') {
        const entry = this.offers.note(question, { kind: 'late', after: settings.deadline });
        void this.triggerWhenReady(question, place, request, entry);
        return { items: [], when: 'later' };
      }
      // The answer may begin with what is typed on: then the request goes on, and the next question decides.
      if (answer === 'cancelled' && moved(question).because === 'moved on') request.cancel();
      if (answer === 'cancelled' || answer === undefined)
        return this.offers.nothing(question, moved(question), 'computed');
      const fits = answer.how === 'computed' ? computed(answer.completion) : [answer];
      return this.offer(question, place, fits, 'computed');
    } catch (error) {
      if (error instanceof Problem) return this.offers.nothing(question, failed(error), 'computed');
      throw error;
    }
  }

  private offer(question: Question, place: Place, fits: Fit[], when: 'at once' | 'computed'): Offer {
    this.cache.display(place, fits[0]!.completion);
    return this.offers.offer(question, place, fits, when);
  }

  /** A second model answers in no time: nothing is gained by asking it later. */
  private get hasSecond(): boolean {
    const { state } = this.parts.backend;
    return state.name === 'ready' && state.model.second !== undefined;
  }

  private params(question: RuledQuestion, place: Place, pause: number): CompleteParams {
    const { cursor, onRequest, asked, settings, throttle } = question;
    const { backend, clock } = this.parts;
    const { state } = backend;
    const minConfidence = onRequest ? anyConfidence : sureEnough(settings);
    return {
      prompt: promptFor(cursor.document, place),
      limits: {
        ...{ maxTokens, maxLines: settings.maxLines, minConfidence },
        candidates: onRequest ? mostCandidates : 1,
      },
      threads: threadsWith(throttle, state.name === 'ready' ? state.model.threads : undefined),
      ...(onRequest ? {} : { deadline: settings.deadline - (clock.now() - asked) }),
      ...(pause > 0 ? { pause } : {}),
    };
  }

  /** Has the editor ask once more, when a late answer or its first line is there and nothing has changed meanwhile. */
  private async triggerWhenReady(
    question: RuledQuestion,
    place: Place,
    request: Request,
    entry: Entry,
  ): Promise<void> {
    const { log, clock } = this.parts;
    const amend = (result: Result, completion?: Completion): void =>
      log.amend(entry, { result, ...(completion && { completion, answer: completion }) });
    const late = { kind: 'late', after: question.settings.deadline } as const;
    // The engine has told that it would be late; nobody has seen that yet.
    const isTold = clock.now() - question.asked < late.after;
    try {
      const fit = await request.soonest();
      if (!fit) return amend(isTold ? moved(question) : { ...late, then: 'cancelled' });
      log.amend(entry, { waitedMs: clock.now() - question.asked });
      const { completion } = fit;
      if (fit.text === '') return amend(hidden(completion), completion);
      if (!this.isAsItWas(question)) return amend({ ...late, then: 'moved on' }, completion);
    } catch (error) {
      return amend(failed(error));
    }
    this.offers.await(place, entry);
    this.trigger();
  }

  private isAsItWas({ cursor, version }: Asked): boolean {
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
    const rules = this.rules(document);
    if (rules.throttle.use !== 'full' || this.silence(document, rules.settings)) return;
    if (this.held(document, rules)) return;
    await cursor.lookUp();
    await this.requests.rest();
    if (!this.isAsItWas({ cursor, version })) return;
    // Also where an answer is known: the next one may come from a longer prompt then.
    await this.requests.prefill({ prompt: promptFor(document, cursor.place()) });
  }
}

function promptFor(document: Document, place: Place): Prompt {
  return promptAt(place, document.repository, document.related(place));
}

/** Why a question is no longer waited for: its document is another one now, or only the cursor. */
function moved({ cursor, version }: Asked) {
  const isTyped = version !== cursor.document.version;
  return { kind: 'cancelled', because: isTyped ? 'typed on' : 'moved on' } as const satisfies Result;
}

function wasAskedFor({ completion }: Fit): boolean {
  return completion.alternatives !== undefined;
}

/** An answer and its alternatives, as they fit where they were computed. */
function computed(completion: Completion): Fit[] {
  return answersOf(completion).map((answer) => {
    return { text: answer.shown ? answer.text : '', overwrites: 0, completion: answer, how: 'computed' };
  });
}
