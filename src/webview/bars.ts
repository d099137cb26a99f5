// Groups of bars in a page: each bar a list item with its name, its value, the bar itself, and a note; they fit any width.

import type { Bar, BarGroup } from '../report/pages';
import { add, isNew } from './elements';

export function fillGroups(parent: HTMLElement, groups: readonly BarGroup[]): void {
  if (!isNew(parent, groups)) return;
  parent.replaceChildren();
  for (const { title, note, bars } of groups) {
    const section = add(parent, 'section');
    add(section, 'h2', title);
    add(section, 'p', note, 'legend');
    const list = add(section, 'ul', '', 'bars');
    for (const bar of bars) fillBar(add(list, 'li', '', bar.look), bar);
  }
}

function fillBar(item: HTMLLIElement, { name, share, range, limit, value, note }: Bar): void {
  add(item, 'span', name, 'name');
  // Names and values say what the bar shows.
  const track = add(item, 'span', '', 'track');
  track.ariaHidden = 'true';
  add(track, 'span', '', 'fill').style.width = percent(share);
  if (range) {
    const whisker = add(track, 'span', '', 'whisker');
    whisker.style.left = percent(range[0]);
    whisker.style.width = percent(range[1] - range[0]);
  }
  if (limit !== undefined) add(track, 'span', '', 'limit').style.left = percent(limit);
  add(item, 'span', value, 'value');
  add(item, 'span', note, 'note');
}

const percent = (share: number): string => `${Math.max(0, Math.min(1, share)) * 100}%`;
