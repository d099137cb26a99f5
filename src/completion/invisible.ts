// Finds what looks like something else than it is: controls, those of direction above all, and letters without a shape.

const unseen = /\p{Default_Ignorable_Code_Point}|\ufffd|\p{Zl}|\p{Zp}|[^\P{Cc}\t\n\f\r]/u;
/** Joins the letters of some scripts and the parts of a picture, or chooses between shapes of one. */
const joiner = '(?:\\u200c|\\u200d|[\\ufe00-\\ufe0f])';
const joined = new RegExp(`(?<=[^\\0-\\u02ff])${joiner}`, 'gu');

export function hasInvisible(text: string): boolean {
  return unseen.test(text.replace(joined, ''));
}
