// `ryzanstein synthesize`: a model file of a real shape with random weights.

import type { Command } from 'commander';
import {
  architectures,
  customShape,
  type Shape,
  shapes,
  synthesize,
  types,
  syntheticKey,
} from '../../measure/synthesize';
import { describeModel } from '../../model/description';
import { readGguf } from '../../model/gguf';
import { bundledModelFile, expectOwn, jsonOption, type JsonOption, print, wholeNumber } from './options';

interface Options extends JsonOption {
  shape: string;
  architecture?: string;
  type: string;
  out: string;
  seed: number;
}

export function addSynthesize(program: Command): void {
  program
    .command('synthesize')
    .description('write a GGUF of a real shape with random weights, for measuring')
    .requiredOption('--shape <name>', `${Object.keys(shapes).join(', ')}, bundled, or six numbers`)
    .requiredOption('--out <file>', 'where to write it')
    .option('--type <name>', `of the matrices: ${types.join(', ')}`, 'tq2_0')
    .option('--architecture <name>', `${architectures.join(', ')}; the shape's own without it`)
    .option('--seed <n>', 'another one gives other weights', wholeNumber, 1)
    .addOption(jsonOption())
    .action(run);
}

function run({ out, shape: name, ...rest }: Options): void {
  const shape = shapeOf(name);
  if (expectOwn(out, syntheticKey)) throw new Error(`${out} is no file that a model can be written to.`);
  const architecture = shape.architecture ?? architectures[0]!;
  const result = synthesize(out, { name, shape, architecture, ...rest });
  print(rest, 'synthesize', result, ({ file, architecture, type, weights, bytes }) => {
    const size = `${(weights / 1e6).toFixed(1)} million random weights, ${(bytes / 1e6).toFixed(1)} MB`;
    return `${file}: ${architecture}, ${type}, ${size}`;
  });
}

/** A shape by its name, as numbers, or that of the bundled model. */
function shapeOf(name: string): Shape {
  const shape =
    name === 'bundled'
      ? describeModel(readGguf(bundledModelFile())).hyperparameters
      : (shapes[name] ?? customShape(name));
  if (shape) return shape;
  const known = [...Object.keys(shapes), 'bundled', 'WIDTH,LAYERS,FFN,HEADS,KV_HEADS,VOCABULARY'];
  throw new Error(`"${name}" is not a known shape. Known are ${known.join(', ')}.`);
}
