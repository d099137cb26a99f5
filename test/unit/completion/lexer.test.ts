// Brackets followed through each kind of language: what is owed where comments and strings are none of it.

import assert from 'node:assert/strict';
import { Lexer } from '../../../src/completion/lexer';
import { place } from './place';

describe('brackets', () => {
  const cases: [languageId: string, text: string, owed: string][] = [
    // Every language that comments with these marks.
    ...['python', 'ruby', 'julia', 'elixir', 'powershell', 'makefile'].map((id): [string, string, string] => [
      id,
      'f( # [ it\'s "{\n{',
      ')}',
    ]),
    ...['sql', 'lua', 'haskell', 'elm', 'vhdl'].map((id): [string, string, string] => [
      id,
      'f( -- [ it\'s "{\n{',
      ')}',
    ]),
    ...['typescript', 'go', 'rust', 'java', 'of its own'].map((id): [string, string, string] => [
      id,
      'f( // [ it\'s "\n/* { \n// */ {',
      ')}',
    ]),
    ['clojure', '(a ; [ "\n{', ')}'],
    // In text nothing has to be closed.
    ['latex', '{ % (\n[', ''],
    ['vb', "f( ' it's [ \"\n{", ')}'],
    ['bat', 'f( :: [\n{', ''],
    // A mark of another language is code.
    ['python', 'a // (', ')'],
    ['typescript', 'a #(', ')'],
    ['c', 'a -- (', ')'],
    ['lua', 'a /* (', ')'],
    ['css', 'a // (', ')'],
    // Blocks of comment.
    ['css', '{ /* ( */ [', '}]'],
    ['css', '{ /*/ ( */ [', '}]'],
    ['html', '<!-- ( // -- > --> {', ''],
    ['sql', '/* ( -- \n */ [', ']'],
    ['lua', 'f( --[[ [\n { ]] [', ')]'],
    ['lua', '-- x --[[ (\n [', ']'],
    ['haskell', '{- (\n -} [', ']'],
    ['fsharp', '(* { *) [', ']'],
    ['julia', '#= (\n # =# [', ']'],
    ['powershell', '<# (\n # #> {', '}'],
    ['coffeescript', '### (\n# ### [', ']'],
    // Strings.
    ['typescript', '`(\n{` [', ']'],
    ['go', '`(\n{` [', ']'],
    ['python', '"""(\n"{""" [', ']'],
    ['python', '`(', ')'],
    ['swift', '"""(\n"{""" [', ']'],
    ['swift', "it's (", ')'],
    ['rust', "fn f<'a>(x: &'a str) { '('", '}'],
    ['java', "'\\'' (", ')'],
    ['julia', "(a' * [b]'", ')'],
    ['toml', "'(' [", ']'],
    ['json', "it's [", ']'],
    ['markdown', "it's `a (", ''],
    ['php', '<p>:( <?php f(', ')'],
    ['php', '<?php f( ?> :( <?= [', ')]'],
    ['typescript', '"(\n[', ']'],
  ];
  for (const [languageId, text, owed] of cases)
    it(`are owed ${owed} in ${languageId} after ${JSON.stringify(text)}`, () =>
      assert.equal(new Lexer(languageId).read(text).owed.join(''), owed));
});

describe('the line that opens a block', () => {
  const cases: [languageId: string, marked: string, closer: string | undefined][] = [
    ['typescript', 'if (a) {‸', '}'],
    ['typescript', '// if (a) {‸', undefined],
    ['typescript', 'case 1:‸', undefined],
    ['shellscript', 'f() {‸', '}'],
    ['shellscript', '# f() {‸', undefined],
    ['python', 'if a:‸', ''],
    ['python', '# if a:‸', undefined],
    ['python', 'a = {‸', '}'],
    ['python', 'f(‸', ')'],
    ['typescript', 'const a = [‸', ']'],
    ['typescript', '// see (‸', undefined],
    ['lua', 'a = {‸', '}'],
    ['lua', '-- a = {‸', undefined],
    ['ini', 'a = {‸', undefined],
    ['of its own', 'a {‸', '}'],
  ];
  for (const [languageId, marked, closer] of cases)
    it(`${closer === undefined ? 'is not' : 'is'} ${JSON.stringify(marked)} in ${languageId}`, () =>
      assert.equal(place(marked, languageId).block?.closer, closer));
});
