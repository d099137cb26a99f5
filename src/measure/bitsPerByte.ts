// Bits per byte: how well the model foretells the heads of files, by language; comparable between models of any vocabulary.

import type { Engine } from '../engine/engine';
import type { ModelDescription } from '../model/description';
import { languageName } from '../language/languages';
import { withLineFeeds } from '../completion/site';
import type { TextScore } from '../reports';
import { namesIn } from '../specialists';
import type { SourceFile } from './sourceFiles';

/** Of the head of each file, as the trainer measures it at its checkpoints. */
const headCharacters = 2000;
const headTokens = 500;

/** At most `limit` files of each language, spread over them. Calls `progress` before each language. */
export async function bitsPerByte(
  engine: Engine,
  files: SourceFile[],
  limit: number | undefined,
  progress: (language: string) => void,
): Promise<TextScore> {
  const { type, kernel } = engine.info;
  const model = namesIn(
    engine.info,
    files.map(({ languageId }) => languageName(languageId)),
  );
  const score: TextScore = { model, type, kernel, bitsPerByte: {}, text: {} };
  for (const language of [...new Set(files.map((file) => file.languageId))].sort()) {
    progress(language);
    const total = { files: 0, tokens: 0, bytes: 0 };
    let bits = 0;
    const answering = engine.of(language);
    for (const file of spread(files, language, limit)) {
      const { ids, start, bytes } = rowOf(file, answering.model);
      if (bytes === 0) continue;
      const scores = await answering.withSession((session) => session.score(ids));
      // The first score is that of the second id.
      bits -= scores.subarray(start - 1).reduce((sum, score) => sum + score, 0) / Math.LN2;
      total.files++;
      total.tokens += ids.length - start;
      total.bytes += bytes;
    }
    if (total.bytes === 0) continue;
    score.bitsPerByte[language] = bits / total.bytes;
    score.text[language] = total;
  }
  return score;
}

function spread(files: SourceFile[], language: string, limit: number | undefined): SourceFile[] {
  const known = files.filter((file) => file.languageId === language);
  const stride = Math.max(1, Math.floor(known.length / (limit ?? known.length)));
  return known.filter((_, i) => i % stride === 0).slice(0, limit);
}

/** The path of a file and its head, begun as a prompt is: what is scored begins at `start`, never with the first id, and has `bytes`. */
function rowOf(
  file: SourceFile,
  { tokenizer, contextLength }: ModelDescription,
): { ids: Int32Array; start: number; bytes: number } {
  const { beginOfText, fileSeparator } = tokenizer.control;
  const title = [
    ...(beginOfText === undefined ? [] : [beginOfText]),
    ...(fileSeparator === undefined ? [] : [fileSeparator, ...tokenizer.encode(`${file.path}\n`)]),
  ];
  const head = Array.from(withLineFeeds(file.text)).slice(0, headCharacters).join('');
  const body = tokenizer.encode(head).slice(0, headTokens);
  const ids = Int32Array.from([...title, ...body].slice(0, contextLength));
  const start = Math.max(1, title.length);
  const bytes = ids.subarray(start).reduce((sum, id) => sum + tokenizer.piece(id).length, 0);
  return { ids, start, bytes };
}
