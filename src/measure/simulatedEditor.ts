// An editor without a screen, over the files of a recording: it asks for ghost text when VS Code does.

import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { Backend } from '../editing/backend';
import { CompletionLog } from '../editing/completionLog';
import type { Cursor, Document, Editor, Selected } from '../editing/editor';
import { GhostText } from '../editing/ghostText';
import type { Offer, OfferedText } from '../editing/offers';
import { RelatedChunks } from '../editing/relatedChunks';
import { defaults, type Settings } from '../editing/settings';
import { silentBecause } from '../editing/silence';
import type { Throttle } from '../editing/throttle';
import type { Result } from '../results';
import type { Documents, Step } from './recording';
import type { VirtualClock } from './virtualClock';

/** VS Code asks when nothing was typed for this long, in milliseconds. */
const quiet = 50;

/** What the editor wants to know where the cursor is, once or, if the answer comes late, twice. */
interface Question {
  /** On the clock. */
  readonly asked: number;
  /** How the story took it up. */
  when?: Offer['when'];
  /** On the clock; absent until the answer is there, with something to show or without. */
  answered?: number;
}

export class SimulatedEditor implements Editor {
  readonly log = new CompletionLog();
  readonly story: GhostText;
  settings: Settings = defaults;
  throttled: Throttle = { use: 'full' };
  /** Ends when it is known whether files may be read. */
  judging: Promise<unknown> | undefined;
  /** What a list of suggestions has selected. */
  selected: Selected | undefined;
  /** The last question, until the next step. */
  question: Question | undefined;
  /** The ghost text that is shown, and what else is offered. */
  items: readonly OfferedText[] = [];
  /** What the user, who asked, was answered in words. */
  readonly explanations: Result[] = [];
  private readonly related = new RelatedChunks();
  /** Of the question that is asked now or was asked last. */
  private source: CancellationTokenSource | undefined;
  private stopAsking = (): void => undefined;

  constructor(
    readonly documents: Documents,
    backend: Backend,
    readonly clock: VirtualClock,
    private readonly repository?: string,
  ) {
    this.story = new GhostText({ editor: this, backend, log: this.log, clock });
  }

  /** Does what a user did; what follows from it comes while the clock passes. */
  apply(step: Step): void {
    const change = this.documents.apply(step);
    if (change) this.story.changed(change);
    this.story.moved();
    this.hide();
    if (change) this.stopAsking = this.clock.after(quiet, () => void this.ask(false));
  }

  /** Accepts the ghost text, or another text that is offered. */
  accept(index = 0): void {
    const { text, overwrites, entry, alternative } = this.items[index]!;
    this.apply({ pause: 0, accept: text, over: overwrites });
    this.story.accept(entry, alternative);
  }

  /** Asks at the cursor, as `Complete Now` does on request. */
  async ask(onRequest: boolean): Promise<void> {
    this.source?.cancel();
    const { token } = (this.source = new CancellationTokenSource());
    const question: Question = (this.question ??= { asked: this.clock.now() });
    const { items, when } = await this.story.ask(this.cursor(), onRequest, token);
    if (token.isCancellationRequested) return;
    this.items = items;
    question.when ??= when;
    if (when !== 'later') question.answered ??= this.clock.now();
  }

  cursor(): Cursor {
    const file = this.documents.front;
    return {
      document: this.documentInFront(),
      offset: file.cursor,
      line: file.position.line,
      selected: this.selected,
      place: () => file.place,
      lookUp: () => Promise.resolve(),
    };
  }

  throttle(): Throttle {
    return this.throttled;
  }

  trigger(): void {
    void this.ask(true);
  }

  showWork(work: Promise<unknown>): void {
    const { question } = this;
    const end = (): void => {
      if (question) question.answered ??= this.clock.now();
    };
    work.then(end, end);
  }

  explain(result: Result): void {
    this.explanations.push(result);
  }

  private hide(): void {
    this.stopAsking();
    this.source?.cancel();
    this.question = undefined;
    this.items = [];
  }

  private documentInFront(): Document {
    const file = this.documents.front;
    return {
      ...{ key: file.path, path: file.path, languageId: file.languageId, repository: this.repository },
      get version() {
        return file.version;
      },
      settings: () => this.settings,
      judging: () => this.judging,
      silence: () =>
        silentBecause({
          ...{ scheme: 'file', path: file.path, characters: file.getText().length },
          ...{ writable: true, judged: () => (this.judging ? undefined : 'readable') },
        }),
      related: (place) => this.related.at(place, this.documents.visited),
    };
  }
}
