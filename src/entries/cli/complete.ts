// `ryzanstein complete`: one completion at a place in a file.

import type { Command } from 'commander';
import * as path from 'node:path';
import type { Eagerness } from '../../eagerness';
import { placeAt, promptAt } from '../../editing/context';
import { DiskFolder, repositoryOf } from '../../editing/diskFolder';
import { maxTokens } from '../../editing/ghostText';
import { Ignoring } from '../../editing/ignoring';
import { openFile, RelatedChunks } from '../../editing/relatedChunks';
import { discreet } from '../../editing/secretValues';
import { defaults } from '../../editing/settings';
import { silentBecause } from '../../editing/silence';
import { languageOf } from '../../language/languages';
import type { Bundle } from '../../editing/bundle';
import { readText } from '../../measure/sourceFiles';
import type { Completion, Limits, Prompt } from '../../protocol';
import type { Silence } from '../../results';
import { describeCompletion } from '../../report/tables';
import {
  bothOption,
  confidenceOption,
  eagernessOption,
  type EngineOptions,
  expectUseful,
  positive,
  print,
  tell,
  verbWithEngine,
  withAnswering,
  write,
} from './options';
import { hiddenBecause, silenceWords } from '../../wording';

interface Options extends EngineOptions {
  maxTokens: number;
  maxLines: number;
  candidates: number;
  eagerness: Eagerness;
  confidence?: number;
  bundle?: string;
}

export function addComplete(program: Command): void {
  verbWithEngine(program.command('complete'), 'complete at a place, the way the editor does')
    .argument('<FILE:LINE:COL>', 'where, counted from 1')
    .option('--max-tokens <n>', 'longest answer', positive, maxTokens)
    .option('--max-lines <n>', 'lines of a block, where the line opens one', positive, defaults.maxLines)
    .option('--candidates <n>', 'answers at most, each with another first token', positive, 1)
    .addOption(eagernessOption())
    .addOption(confidenceOption())
    .addOption(bothOption())
    .option('--bundle <file>', 'also write prompt, limits and answer, to replay them')
    .action(complete);
}

async function complete(place: string, options: Options, command: Command): Promise<void> {
  if (options.candidates > 1) expectUseful(command, ['confidence', 'eagerness'], 'several --candidates');
  if (options.confidence !== undefined) expectUseful(command, ['eagerness'], '--confidence');
  const cursor = cursorAt(place);
  const ignoring = new Ignoring(new DiskFolder(repositoryOf(cursor.file)));
  const silence = await silenceIn(cursor, ignoring);
  if (silence) return tellSilence(silence, options);
  const prompt = await promptAtCursor(cursor, ignoring);
  const { maxLines, candidates, confidence, eagerness } = options;
  // Who asks for alternatives is shown them however unsure the model is, as by Complete Now.
  const minConfidence = candidates > 1 ? 0 : (confidence ?? eagerness);
  const limits: Limits = { maxTokens: options.maxTokens, maxLines, minConfidence, candidates };
  const completion = await withAnswering(options, async (engine) =>
    discreet(await engine.complete(prompt, limits), prompt),
  );
  if (options.bundle !== undefined) {
    const bundle: Bundle = { schema: 'ryzanstein/bundle/1', prompt, limits, completion };
    write(options.bundle, `${JSON.stringify(bundle)}\n`, bundle.schema);
  }
  tell(describeCompletion(completion));
  // As in the editor: what is hidden is not shown.
  if (completion.shown || options.json) print(options, 'complete', completion, textOf);
  else {
    const { hidden = 'empty' } = completion;
    const hint = hidden === 'confidence' ? ' --confidence 0 shows it all the same.' : '';
    tell(`Nothing is shown here: ${hiddenBecause(hidden)}.${hint}`);
  }
}

/** Why the editor would offer nothing in the file. */
async function silenceIn({ file, text }: Cursor, ignoring: Ignoring): Promise<Silence | undefined> {
  const judgement = await ignoring.judge(file);
  return silentBecause({
    ...{ scheme: 'file', path: file, characters: text.length, writable: true },
    judged: () => judgement,
  });
}

function tellSilence(silence: Silence, options: Options): void {
  if (options.json) print(options, 'complete', { text: '', shown: false, silence }, ({ text }) => text);
  else tell(`Nothing is completed there: ${silenceWords(silence)}.`);
}

/** The prompt that the editor would send, with the files that this one imports for those that are open there. */
async function promptAtCursor({ file, text, line, column }: Cursor, ignoring: Ignoring): Promise<Prompt> {
  const { files } = ignoring;
  const languageId = languageOf(file) ?? 'plaintext';
  const document = { languageId, getText: () => text, offsetAt: () => offsetOf(text, line, column) };
  const { path: shown } = files.placeOf(file);
  const place = placeAt(document, { line, character: column }, { key: file, path: shown });
  const imported = await ignoring.read(await ignoring.importedBy(file, languageId, text));
  const related = new RelatedChunks().at(place, imported.map(openFile));
  return promptAt(place, path.basename(repositoryOf(file)), related);
}

interface Cursor {
  /** An absolute path. */
  file: string;
  text: string;
  /** Both counted from 0. */
  line: number;
  column: number;
}

/** FILE:LINE:COL, both from 1; a column counts UTF-16 units, as editors do. */
function cursorAt(place: string): Cursor {
  const match = /^(.+):(\d+):(\d+)$/.exec(place);
  if (!match) throw new Error(`"${place}" does not name a place. Write FILE:LINE:COL, both counted from 1.`);
  const [, file, line, column] = match as unknown as [string, string, string, string];
  const text = readText(file);
  const lines = text.split('\n');
  const content = lines[Number(line) - 1]?.replace(/\r$/, '');
  if (content === undefined || Number(column) < 1 || Number(column) > content.length + 1) {
    const bounds =
      content === undefined ? `${lines.length} lines` : `${content.length + 1} columns in line ${line}`;
    throw new Error(`${file} has no place ${line}:${column}, only ${bounds}.`);
  }
  return { file: path.resolve(file), text, line: Number(line) - 1, column: Number(column) - 1 };
}

function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + column;
}

function textOf({ text, alternatives = [] }: Completion): string {
  const others = alternatives.map(
    (other) => `-- or, confidence ${other.confidence.toFixed(2)}:\n${other.text}`,
  );
  return [text, ...others].join('\n');
}
