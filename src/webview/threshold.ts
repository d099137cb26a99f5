// How sure answers were and what became of them, as columns over which a slider chooses the confidence to show answers from.

import { t } from '@vscode/l10n';
import { bucketsOf, bucketWords, sentenceAt } from '../report/confidence';
import type { Sureness } from '../report/pages';
import { add, element, isNew, say } from './elements';

const fates = ['accepted', 'shown', 'hidden'] as const;

export class Threshold {
  private readonly slider = element('threshold', HTMLInputElement);
  private readonly keepButton = element('keep', HTMLButtonElement);
  private state: Sureness | undefined;
  /** Dragged to a place that is not kept yet. */
  private isDragged = false;

  /** `keep` gets a confidence, or null to go by the eagerness again. */
  constructor(keep: (confidence: number | null) => void) {
    this.slider.addEventListener('input', () => {
      this.isDragged = true;
      this.say();
    });
    this.keepButton.addEventListener('click', () => {
      if (this.keepButton.ariaDisabled === 'true') return;
      this.isDragged = false;
      keep(this.value);
    });
    element('unset', HTMLButtonElement).addEventListener('click', () => {
      this.isDragged = false;
      keep(null);
    });
  }

  fill(state: Sureness | undefined): void {
    element('sureness-section', HTMLElement).hidden = !state;
    const hasMoved = state?.threshold !== this.state?.threshold;
    this.state = state;
    if (!state) return;
    // What is dragged stays under the finger.
    if (hasMoved || !this.isDragged) {
      this.isDragged = false;
      this.slider.value = String(Math.round(state.threshold * 100));
    }
    say(element('sureness-now', HTMLParagraphElement), state.sentence);
    element('unset', HTMLButtonElement).hidden = !state.isSet;
    this.draw(state);
    this.say();
  }

  private get value(): number {
    return Number(this.slider.value) / 100;
  }

  private draw({ answers }: Sureness): void {
    const buckets = bucketsOf(answers);
    const columns = element('columns', HTMLDivElement);
    if (!isNew(columns, buckets)) return;
    const most = Math.max(...buckets.map(({ accepted, shown, hidden }) => accepted + shown + hidden));
    columns.replaceChildren();
    columns.ariaLabel = t`Answers by how sure they were. ${buckets.map(bucketWords).join('. ')}.`;
    for (const bucket of buckets) {
      const column = add(columns, 'div', '', 'column');
      const count = bucket.accepted + bucket.shown + bucket.hidden;
      add(column, 'span', count === 0 ? '' : String(count), 'count');
      for (const fate of [...fates].reverse())
        add(column, 'div', '', fate).style.height = `${(bucket[fate] / most) * 7}rem`;
    }
  }

  /** What would come of the place of the slider. */
  private say(): void {
    if (!this.state) return;
    const { value } = this.slider;
    const sentence = sentenceAt(this.state.answers, this.value);
    element('line', HTMLDivElement).style.left = `${value}%`;
    this.slider.setAttribute('aria-valuetext', sentence);
    say(element('would', HTMLParagraphElement), sentence);
    say(this.keepButton, t`Keep ${value} %`);
    // It keeps the focus.
    this.keepButton.ariaDisabled = String(
      this.state.isSet && Math.round(this.state.threshold * 100) === Number(value),
    );
  }
}
