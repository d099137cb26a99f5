// `ryzanstein tokenize`: token ids and pieces of a file.

import type { Command } from 'commander';
import * as path from 'node:path';
import { readText } from '../../measure/sourceFiles';
import { readGguf } from '../../model/gguf';
import { Tokenizer } from '../../model/tokenizer';
import { table } from '../../report/tables';
import { modelFileOf, type ModelOptions, print, verbWithModel } from './options';

export function addTokenize(program: Command): void {
  verbWithModel(program.command('tokenize'), 'ids and pieces of a file').argument('<FILE>').action(run);
}

async function run(file: string, options: ModelOptions): Promise<void> {
  const model = await modelFileOf(options);
  const tokenizer = new Tokenizer(readGguf(model));
  const ids = tokenizer.encode(readText(file));
  const pieces = ids.map((id) => tokenizer.piece(id).toString());
  print(options, 'tokenize', { model: path.basename(model), count: ids.length, ids, pieces }, () =>
    table(ids.map((id, i) => [String(id), JSON.stringify(pieces[i])])),
  );
}
