// What became of an offered text: changes of a document, and what each says of the text offered at its mark.

import assert from 'node:assert/strict';
import { outcomeOf } from '../../../src/editing/outcome';

describe('the outcome of an offer', () => {
  const offered = { offset: 10, text: 'call(first);' };
  const cases: [title: string, offset: number, text: string, outcome: string | undefined][] = [
    ['accepted', 10, 'call(first);', 'accepted'],
    ['accepted up to a word', 10, 'call', 'accepted in part'],
    ['typed into', 10, 'c', 'typed'],
    ['typed over', 10, 'x', 'typed over'],
    ['typed over by more than it holds', 10, 'call(first); // x', 'typed over'],
    ['untouched by a change elsewhere', 4, 'call', undefined],
    ['untouched by a deletion', 10, '', undefined],
  ];
  for (const [title, offset, text, outcome] of cases)
    it(title, () => assert.equal(outcomeOf(offered, { offset, text }), outcome));

  it('typed into where Enter indents the line', () => {
    for (const enter of ['\n', '\n\t', '\r\n    '])
      assert.equal(outcomeOf({ offset: 3, text: `${enter}a` }, { offset: 3, text: enter }), 'typed');
    assert.equal(outcomeOf({ offset: 3, text: '\n  a' }, { offset: 3, text: '\n    ' }), 'typed over');
    assert.equal(
      outcomeOf({ offset: 3, text: '\n  a\n}' }, { offset: 3, text: '\n  a' }),
      'accepted in part',
    );
  });

  it('typed into where the editor closes the bracket', () => {
    assert.equal(outcomeOf({ offset: 3, text: '(a)' }, { offset: 3, text: '()' }), 'typed');
    assert.equal(outcomeOf({ offset: 3, text: '[a]' }, { offset: 3, text: '()' }), 'typed over');
  });
});
