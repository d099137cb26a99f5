// Texts of unknown origin, as they are shown to people: of a model, of its file, of an error.

import assert from 'node:assert/strict';
import { withoutLinks } from '../../src/wording';

/** What VS Code takes for a link in a notification. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('a text of unknown origin in a notification', () => {
  it('makes no link', () => {
    for (const text of [
      'a model [Update](command:workbench.action.quit) that answers',
      '[a](COMMAND:x)',
      '[a](https://evil.example "title")',
      '[a](file:///etc/passwd)',
      '[a](command:x)[b](command:y)',
      '[[a](command:x)](command:y)',
    ]) {
      assert.match(text, link);
      assert.doesNotMatch(withoutLinks(text), link);
    }
  });

  it('is otherwise as it was', () => {
    for (const text of ['handlers[0](event)', 'a[i](b ? c : d)', 'see https://code.example (or not)', ''])
      assert.equal(withoutLinks(text), text);
  });
});
