// The text above a cursor that is read for what is open and what is wrong there: enough of it, from where nothing is open.

/** Characters that are read at least: of a prompt that begins within a file, fewer than it has, so that never its first line is the start. */
const least = 7000;
/** The start moves in steps, so that what is typed mostly begins alike: with those of a prompt's start. */
const step = 8000;

/** Where a line of the outermost level begins, near enough; undefined where there is none. */
export function outermostStart(above: string): number | undefined {
  const cut = cutOf(above);
  if (cut === 0) return 0;
  const outermost = /^[^\s)\]}]/gm;
  outermost.lastIndex = cut;
  return outermost.exec(above)?.index;
}

/** The first of the least indented lines that are near, where none of the outermost level is: of a class its members. */
export function leastIndentedStart(above: string): number {
  const cut = cutOf(above);
  let [start, indentation] = [cut, Infinity];
  const filled = /^[ \t]*(?=[^\s)\]}])/gm;
  filled.lastIndex = cut;
  // What is typed changes nothing of it: it is looked for behind the cut alone.
  for (let found = filled.exec(above); found && found.index < cut + least; found = filled.exec(above)) {
    if (found[0].length < indentation) [start, indentation] = [found.index, found[0].length];
    if (found[0] === '') filled.lastIndex++;
  }
  return start;
}

function cutOf(above: string): number {
  return Math.max(0, Math.floor((above.length - least) / step) * step);
}
