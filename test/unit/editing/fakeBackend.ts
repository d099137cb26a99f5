// A backend that answers at once or when told to, and an editor without a screen before it: the story of ghost text under test.

import { Problem, type Backend, type BackendState } from '../../../src/editing/backend';
import type { Entry } from '../../../src/editing/completionLog';
import { leastConfidence } from '../../../src/eagerness';
import { defaults, type Settings } from '../../../src/editing/settings';
import { Documents, type Step } from '../../../src/measure/recording';
import { SimulatedEditor } from '../../../src/measure/simulatedEditor';
import { VirtualClock } from '../../../src/measure/virtualClock';
import type { Alternative, CompleteParams, Completion, Prefill, PrefillParams } from '../../../src/protocol';
import { resultWords } from '../../../src/wording';
import { answer } from './marked';

export class FakeBackend implements Backend {
  state: BackendState = { name: 'ready', model: { name: 'fake', threads: 8 } };
  occupation: Backend['occupation'];
  /** What every request is answered at once; without it, `tell` answers the last one. */
  text: string | undefined;
  /** Given to those who ask for more than one answer. */
  alternatives: Alternative[] = [];
  /** How sure it is of everything. */
  confidence = 1;
  decodeMs = 2;
  readonly requests: CompleteParams[] = [];
  readonly readAhead: PrefillParams[] = [];
  /** The most requests that it has been at work on at a time. */
  most = 0;
  private atWork = 0;
  tell: (text: string) => void = () => undefined;
  tellSooner: (text: string, more?: Partial<Completion>, isLast?: boolean) => void = () => undefined;
  fail: (message: string) => void = () => undefined;

  async complete(
    params: CompleteParams,
    token: Parameters<Backend['complete']>[1],
    onSooner: Parameters<Backend['complete']>[2],
  ): Promise<Completion> {
    this.requests.push(params);
    this.most = Math.max(this.most, ++this.atWork);
    try {
      if (this.text !== undefined) return this.completion(this.text, params);
      return await new Promise<Completion>((resolve, reject) => {
        this.tell = (text) => resolve(this.completion(text, params));
        this.tellSooner = (text, more, isLast = false) =>
          onSooner({ completion: { ...this.completion(text, params), ...more }, isLast });
        this.fail = (message) => reject(new Problem('request', message));
        token.onCancellationRequested(() =>
          resolve(answer('', { reason: 'cancelled', shown: false, hidden: 'cancelled' })),
        );
      });
    } finally {
      this.atWork--;
    }
  }

  prefill(params: PrefillParams): Promise<Prefill> {
    this.readAhead.push(params);
    return Promise.resolve({ promptTokens: 1, reusedTokens: 0, prefillMs: 1 });
  }

  private completion(text: string, { limits }: CompleteParams): Completion {
    const { confidence, alternatives } = this;
    const unsure = confidence < leastConfidence(limits.minConfidence, text, '', undefined);
    return answer(text, {
      ...(limits.candidates === 1 ? {} : { alternatives }),
      ...(unsure ? { shown: false, hidden: 'confidence' } : {}),
      ...{ confidence, decodeMs: this.decodeMs },
    });
  }
}

/** An editor with the marked text in front, `|` at the cursor, and time enough passed that it is at rest. */
export class Trial {
  readonly backend = new FakeBackend();
  readonly editor: SimulatedEditor;

  private constructor(marked: string, path: string, languageId: string, settings: Partial<Settings>) {
    const text = marked.replace('|', '');
    const file = { path, languageId, text, sha256: '' };
    const other = {
      path: 'other.ts',
      languageId: 'typescript',
      text: 'export const other = 1;\n',
      sha256: '',
    };
    const header = { source: 'us/shop', version: '1', licence: 'MIT', copyright: 'us' };
    const documents = new Documents({ schema: 'ryzanstein/session/1', ...header, files: [file, other] });
    documents.apply({ pause: 0, move: marked.indexOf('|') });
    this.editor = new SimulatedEditor(documents, this.backend, new VirtualClock(), 'shop');
    this.editor.settings = { ...defaults, ...settings };
  }

  static of(
    marked: string,
    settings: Partial<Settings> = {},
    path = 'a.ts',
    languageId = 'typescript',
  ): Trial {
    return new Trial(marked, path, languageId, settings);
  }

  /** Types each character and lets so much time pass after each. */
  async type(text: string, pause = 100): Promise<void> {
    for (const type of text) await this.step({ pause: 0, type }, pause);
  }

  async step(step: Step, pause = 100): Promise<void> {
    this.editor.apply(step);
    await this.pass(pause);
  }

  async accept(index = 0, pause = 100): Promise<void> {
    this.editor.accept(index);
    await this.pass(pause);
  }

  /** Asks at the cursor, as `Complete Now` does. */
  async request(pause = 100): Promise<void> {
    void this.editor.ask(true);
    await this.pass(pause);
  }

  async pass(milliseconds: number): Promise<void> {
    await this.editor.clock.pass(milliseconds);
  }

  /** The ghost text that is shown; empty where there is none. */
  get shown(): string {
    return this.editor.items[0]?.text ?? '';
  }

  get entries(): readonly Entry[] {
    return this.editor.log.entries;
  }

  /** The newest entry of the log. */
  get last(): Entry {
    return this.entries[0]!;
  }

  /** What became of the last request, in words. */
  get result(): string {
    return resultWords(this.last.result);
  }

  /** The text with a mark at the cursor. */
  get marked(): string {
    const { front } = this.editor.documents;
    const text = front.getText();
    return `${text.slice(0, front.cursor)}|${text.slice(front.cursor)}`;
  }
}
