// Finds what looks like something else than it is: controls, those of direction above all, and letters without a shape.

const unseen = /\p{Default_Ignorable_Code_Point}|\ufffd|\p{Zl}|\p{Zp}|[^\P{Cc}\t\n\f\r]/u;
/** Joins the letters of some scripts and the parts of a picture, or chooses between shapes of one. */
const joiner = '(?:\\u200c|\\u200d|[\\ufe00-\\ufe0f])';
const joined = new RegExp(`(?<=[^\\0-\\u02ff])${joiner}`, 'gu');
/** The mark from right to left at a letter that is written so: there it turns no code round, at most the end of a sentence. */
const right = String.raw`[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]`;
const rightMark = new RegExp(
  `(?<=${right}(?:[!?.\\u061f]+(?=\\u200f(?:[\\s"'\`<]|$)))?)\\u200f|\\u200f(?=${right})`,
  'gu',
);

export function hasInvisible(text: string): boolean {
  return unseen.test(text.replace(joined, '').replace(rightMark, ''));
}
