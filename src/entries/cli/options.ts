// What the verbs of the command line share: options, their values, the loaded engine, and output for people or as JSON.

import { type Command, InvalidArgumentError, Option } from 'commander';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { wantedPrecision } from '../../eagerness';
import { findModelFile } from '../../editing/modelFile';
import { defaults } from '../../editing/settings';
import { loadAddon } from '../../engine/addon';
import { type Answering, Engine } from '../../engine/engine';
import { Opinions } from '../../engine/opinions';
import { type Found, isSame } from '../../library/folders';
import { modelsOnDisk } from '../../library/onDisk';
import { glanceAt } from '../../model/description';
import type { LoadParams } from '../../protocol';
import { readText } from '../../measure/sourceFiles';
import { whenFreeNow } from '../../held';
import { printable, unwritable } from '../../wording';

export interface JsonOption {
  json?: boolean;
}

export interface ModelOptions extends JsonOption {
  model?: string;
}

export interface EngineOptions extends ModelOptions {
  threads?: number;
  kernel?: string;
  both?: boolean;
}

/** A verb with the options that all verbs with a model have. */
export function verbWithModel(command: Command, description: string): Command {
  return command
    .description(description)
    .option('--model <file>', 'GGUF file, or the name of a model on this disk; the bundled one without it')
    .addOption(jsonOption());
}

/** The same for a verb that runs the model. */
export function verbWithEngine(command: Command, description: string): Command {
  return verbWithModel(command, description)
    .option('--threads <n>', 'threads; one for each fast core without it', threadCount)
    .addOption(kernelOption());
}

export function jsonOption(): Option {
  return new Option('--json', 'print one JSON document');
}

export function kernelOption(): Option {
  return new Option('--kernel <name>', 'kernel level; the best one without it');
}

/** How often what is shown has to be right; the default is the setting's. */
export function eagernessOption(): Option {
  return new Option('--eagerness <level>', 'how often what is shown has to be right')
    .choices(Object.keys(wantedPrecision))
    .default(defaults.eagerness);
}

export function confidenceOption(): Option {
  return new Option(
    '--confidence <n>',
    'instead: how sure an answer has to be to be shown, 0 to 1',
  ).argParser(share);
}

/** The one that comes with the package: `models/` is one folder above the bundle. */
export function bundledModelFile(): string {
  return findModelFile('', path.join(__dirname, '..', 'models'));
}

/** The file that was given, what Choose Model calls so of those on this disk, or the bundled one. */
export async function modelFileOf({ model }: ModelOptions): Promise<string> {
  if (model === undefined) return bundledModelFile();
  if (model === '') throw new Error('--model names no model. Leave it out for the bundled one.');
  const isPath = path.isAbsolute(model) || /^[.~]/.test(model) || fs.existsSync(model);
  const surroundings = { platform: process.platform, home: os.homedir(), environment: process.env };
  const onDisk = isPath ? [] : await modelsOnDisk(surroundings, []);
  const named = onDisk.filter((found) => isCalled(found, model));
  if (named.length > 1)
    throw new Error(`${model} may be ${named.map(({ file }) => file).join(' or ')}. Give the file.`);
  return named[0]?.file ?? findModelFile(model, '');
}

/** By what its program calls it, its file, or the name in its header. */
function isCalled({ file, name }: Found, wanted: string): boolean {
  const like = (text: string): string => text.toLowerCase().replace(/\.gguf$/, '');
  if ([name ?? '', path.basename(file)].some((each) => like(each) === like(wanted))) return true;
  try {
    return like(glanceAt(file).name) === like(wanted);
  } catch {
    // What cannot be run has no name that matters.
    return false;
  }
}

/** For a verb that answers as the editor does. */
export function bothOption(): Option {
  return new Option(
    '--both',
    'let the bundled model answer as well, as in the editor, and give the surer answer',
  );
}

/** Lends what answers: the model that the options name, or the bundled one and that. */
export async function withAnswering<T>(
  options: EngineOptions,
  work: (answering: Answering) => Promise<T>,
): Promise<T> {
  if (options.both && isSame(await modelFileOf(options), bundledModelFile()))
    throw new Error('--both needs another model beside the bundled one: name it with --model.');
  return withEngine(options, (engine) => {
    if (!options.both) return work(engine);
    return withEngine({ ...options, model: bundledModelFile() }, async (second) => {
      const chosen = Promise.resolve(engine);
      const opinions = new Opinions(second, chosen);
      await chosen;
      return work(opinions);
    });
  });
}

/** Lends an engine with the model that the options name to `work`, and closes it. */
export async function withEngine<T>(
  options: EngineOptions,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await Engine.load(loadAddon(), await loadParamsOf(options));
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

async function loadParamsOf({ threads = 0, kernel, ...options }: EngineOptions): Promise<LoadParams> {
  return { modelFile: await modelFileOf(options), threads, ...(kernel ? { kernel } : {}) };
}

/** Prints one JSON document that begins with its schema, or text for people. */
export function print<T extends object>(
  { json }: JsonOption,
  verb: string,
  result: T,
  text: (result: T) => string,
): void {
  const output = json ? JSON.stringify({ schema: `ryzanstein/${verb}/1`, ...result }) : text(result);
  process.stdout.write(`${output}\n`);
}

/** Tells of progress beside the output, in a line that does nothing but show. */
export function tell(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/** Throws an Error where the file's document is none, or a single value. */
export function readJson(file: string): object {
  const text = readText(file);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not a JSON document.`, { cause: error });
  }
  if (typeof document !== 'object' || document === null)
    throw new Error(`${file} is a JSON document, but neither a list nor an object.`);
  return document;
}

/** Whole, or the file is as it was. Throws an Error where it cannot be written, or is one of others: see `expectOwn`. */
export function write(file: string, text: string, mark: string): void {
  const isStream = expectOwn(file, mark);
  const target = !isStream && fs.existsSync(file) ? fs.realpathSync(file) : file;
  const unfinished = isStream ? file : `${target}.part`;
  try {
    fs.writeFileSync(unfinished, text);
    if (!isStream) whenFreeNow(() => fs.renameSync(unfinished, target));
  } catch (error) {
    if (!isStream) fs.rmSync(unfinished, { force: true });
    throw unwritable(file, error);
  }
}

/** Of a file that is there already; whoever writes such a file begins it with its mark. */
const markedBytes = 4096;

/**
 * Throws an Error where there is a file that has no such mark: it is somebody's own, and named by mistake. True for a
 * terminal, a pipe or a device, which keeps nothing.
 */
export function expectOwn(file: string, mark: string): boolean {
  const state = fs.statSync(file, { throwIfNoEntry: false });
  if (!state || state.isDirectory()) return false;
  if (!state.isFile()) return true;
  const descriptor = fs.openSync(file, 'r');
  try {
    const head = Buffer.alloc(markedBytes);
    const read = fs.readSync(descriptor, head, 0, head.length, 0);
    if (read === 0 || head.subarray(0, read).includes(mark)) return false;
  } finally {
    fs.closeSync(descriptor);
  }
  throw new Error(
    `${file} is there already, and was not written by this command. Give another name, or delete it.`,
  );
}

/** Throws an Error where options were given that mean nothing with `what`: something else was meant. */
export function expectUseful(command: Command, useless: readonly string[], what: string): void {
  const given = useless.filter((name) => command.getOptionValueSource(name) === 'cli');
  const flags = given.map((name) => (name === 'cache' ? '--no-cache' : `--${name}`));
  if (flags.length > 0) throw new Error(`${flags.join(' and ')} cannot be used with ${what}.`);
}

export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(value);
}

export function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError('A whole number above 0 is needed.');
  return number;
}

/** More would not compute, and figures would name threads that there are none of. */
function threadCount(value: string): number {
  const count = positive(value);
  const { physicalCores } = loadAddon().cpu();
  if (count > physicalCores)
    throw new InvalidArgumentError(`This machine has ${physicalCores} cores; no more threads compute.`);
  return count;
}

export function threadCounts(value: string): number[] {
  return value.split(',').map(threadCount);
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1))
    throw new InvalidArgumentError('A number from 0 to 1 is needed.');
  return number;
}
