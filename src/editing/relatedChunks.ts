// What of other files goes before the prompt: the chunks most like the text around the cursor, in an order that lasts.

import { setImmediate } from 'node:timers/promises';
import type { RelatedText } from '../protocol';
import { type Chunk, type Chunks, chunksIn, likest, linesOf, similarity, wordsOf } from './chunks';
import type { Place } from './context';
import { isForeign, largestFile } from './ignoring';
import { importedPaths } from '../language/imports';
import { languageAt } from '../language/languages';
import { isSecret } from './secretNames';
import { withoutSecrets } from './secretValues';

/** Another file; `text` is read only if the file may be. */
export interface CodeFile {
  readonly key: string;
  readonly path: string;
  readonly languageId: string;
  /** Whether the user keeps it out of sight. */
  readonly ignored: boolean;
  readonly characters: number;
  /** Where it was last edited or looked at, a line counted from 0. */
  readonly line?: number;
  /** Lines where names that are used at the place are declared. */
  readonly declares?: readonly number[];
  text(): string;
}

interface Candidate {
  readonly file: CodeFile;
  readonly chunk: Chunk;
}

interface Choice {
  /** What the choice was made for: as long as it is the same, nothing is looked at again. Undefined where files were left out. */
  readonly occasion?: string;
  readonly chosen: readonly Candidate[];
}

/** All files together get a quarter of the context, the first ones first. */
const mostChunks = 3;
/** The lines around the cursor that others are compared with. */
const linesBefore = 40;
const linesBehind = 12;

/** Declarations of names, an imported file, and the place where the user just was, count for more than their words say. */
const declaredBonus = 0.2;
const importedBonus = 0.1;
const lineBonus = 0.05;
/** Another choice costs the evaluation of the whole prompt: its score has to be this many times that of the one before. */
const leastGain = 1.25;
/** A chunk that has a larger share of its words in common with a chosen one is left out. */
const mostSimilarity = 0.9;
/** Of choices, and of files with their chunks. */
const capacity = 64;

/** Languages whose code is of use to each other have the same. */
const family = (languageId: string): string => languageAt(languageId).family ?? languageId;

/** Remembers what was chosen for each document, so that the prompt begins the same until there is a reason. */
export class RelatedChunks {
  private readonly choices = new Map<string, Choice>();
  private readonly chunks = new Map<string, Chunks & { readonly source: string }>();

  /**
   * The texts to put before the prompt at `place`, best first; of equally good `files` the first ones. To look a file through
   * takes milliseconds: of those that have not been, no more than `mostNew` are, and the others are left to `prepare`.
   */
  at(place: Place, files: readonly CodeFile[], mostNew = Infinity): RelatedText[] {
    const usable = files.filter((file) => isOfUse(file, place));
    const names = usable.map(({ key, declares = [] }) => [key, ...declares].join());
    const occasion = [linesUpTo(place.prefix), ...names].join('\0');
    const before = this.choices.get(place.key);
    const choice =
      before?.occasion === occasion
        ? before
        : this.choose(place, usable, occasion, before?.chosen ?? [], mostNew);
    this.choices.delete(place.key);
    this.choices.set(place.key, choice);
    dropOldest(this.choices);
    return choice.chosen.map(({ file, chunk }) => ({ path: file.path, text: chunk.text }));
  }

  /** Looks `files` through for requests at a place that come later, with time for others after each of them. */
  async prepare(place: Pick<Place, 'key' | 'languageId'>, files: readonly CodeFile[]): Promise<void> {
    for (const file of files) {
      if (!isOfUse(file, place) || this.isKnown(file)) continue;
      this.chunksOf(file);
      await setImmediate();
    }
  }

  private choose(
    place: Place,
    usable: readonly CodeFile[],
    occasion: string,
    before: readonly Candidate[],
    mostNew: number,
  ): Choice {
    const files = usable.filter((file) => this.isKnown(file) || mostNew-- > 0);
    const chosen = this.chosenOf(place, files, before);
    if (files.length === usable.length) return { occasion, chosen };
    void setImmediate().then(() => this.prepare(place, usable));
    return { chosen };
  }

  /** What was chosen before stays in its order, with what is missing put behind it, unless another choice is clearly better. */
  private chosenOf(place: Place, files: readonly CodeFile[], before: readonly Candidate[]): Candidate[] {
    const here = wordsOf(around(place));
    const imported = importedBy(place, files);
    const score = ({ file, chunk }: Candidate): number =>
      similarity(here, chunk.words) + placeBonus(file, chunk) + (imported.has(file) ? importedBonus : 0);
    const total = (candidates: Candidate[]): number => candidates.reduce((sum, each) => sum + score(each), 0);

    const best = files
      .flatMap((file) => {
        const chunk = likest(here, this.chunksOf(file), (each) => placeBonus(file, each));
        return chunk ? { file, chunk, value: score({ file, chunk }) } : [];
      })
      .sort((a, b) => b.value - a.value);
    const fresh = firstUnlike([], best);
    const kept = before.flatMap(({ file, chunk }) => {
      const now = files.find(({ key }) => key === file.key);
      return now && linesOf(this.chunksOf(now).text).join('\n').includes(chunk.text)
        ? { file: now, chunk }
        : [];
    });
    const lasting = firstUnlike(kept, best);
    return total(fresh) > total(lasting) * leastGain ? fresh : lasting;
  }

  private isKnown(file: CodeFile): boolean {
    return this.chunks.get(file.key)?.source === file.text();
  }

  /** The chunks of a file without the lines that hold secrets. */
  private chunksOf(file: CodeFile): Chunks {
    const source = file.text();
    const known = this.chunks.get(file.key);
    const chunks =
      known?.source === source
        ? known
        : { ...chunksIn(withoutSecrets(source, file.languageId), file.languageId), source };
    this.chunks.delete(file.key);
    this.chunks.set(file.key, chunks);
    dropOldest(this.chunks);
    return chunks;
  }
}

/** A file as it is when somebody has it open. */
export function openFile({
  path,
  languageId,
  text,
}: {
  path: string;
  languageId: string;
  text: string;
}): CodeFile {
  return { key: path, path, languageId, ignored: false, characters: text.length, text: () => text };
}

function isOfUse(file: CodeFile, place: Pick<Place, 'key' | 'languageId'>): boolean {
  if (file.key === place.key || family(file.languageId) !== family(place.languageId)) return false;
  return !file.ignored && !isSecret(file.path) && !isForeign(file.path) && file.characters <= largestFile;
}

function importedBy({ path, languageId, prefix, suffix }: Place, files: readonly CodeFile[]): Set<CodeFile> {
  const byPath = new Map(files.map((file) => [file.path.replaceAll('\\', '/'), file]));
  const imports = importedPaths({ path: path.replaceAll('\\', '/'), languageId, text: prefix + suffix });
  return new Set(
    imports.flatMap((paths) => paths.map((each) => byPath.get(each)).find((file) => file) ?? []),
  );
}

/** The text around the cursor that others are compared with. */
function around({ prefix, suffix }: Place): string {
  const before = prefix.split('\n').slice(-linesBefore);
  return [...before, ...suffix.split('\n', linesBehind)].join('\n');
}

function linesUpTo(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('\n') + 1);
}

/** For the chunk that the user has just left, and for those that declare something. */
function placeBonus({ line = -1, declares = [] }: CodeFile, { start, end }: Chunk): number {
  const holds = (line: number): boolean => start <= line && line < end;
  return (holds(line) ? lineBonus : 0) + (declares.some(holds) ? declaredBonus : 0);
}

/** `start` filled up from `candidates`, with neither the same file nor nearly the same words twice. */
function firstUnlike(start: Candidate[], candidates: Candidate[]): Candidate[] {
  const chosen = start.slice(0, mostChunks);
  for (const { file, chunk } of candidates) {
    if (chosen.length >= mostChunks) break;
    const known = chosen.some(
      (other) => other.file.key === file.key || similarity(other.chunk.words, chunk.words) > mostSimilarity,
    );
    if (!known) chosen.push({ file, chunk });
  }
  return chosen;
}

function dropOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= capacity) break;
    map.delete(key);
  }
}
