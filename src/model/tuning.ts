// What was measured of a model on code: how much the context weighs beside it and how far its confidence holds; from its file, or from one that was kept of it.

import { t } from '@vscode/l10n';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Calibration } from '../completion/calibration';
import type { Thresholds } from '../eagerness';
import { whenFreeNow, writeWhole } from '../held';
import { messageOf, unwritable } from '../wording';
import { fail } from './architectures';
import type { Gguf } from './gguf';
import { string } from './ggufWriter';
import { type CacheSettings, type Tuning, usual } from './measured';
import { restate } from './rewrite';

/** A model as it was when its file was read: what is measured of it is not that of another file in the same place. */
export interface TunedModel {
  readonly file: string;
  /** A digest that no other model has, wherever its file lies. */
  readonly identity: string;
  /** A folder of our own, in which nobody else cleans up; without it tunings lie beside the models' files. */
  readonly store?: string;
}

/** `identity` is that of the model. */
interface TuningFile extends Partial<Tuning> {
  schema: typeof schema;
  identity: string;
  date: string;
}

const schema = 'ryzanstein/tuning/1';
/** Of each tensor: weights that were trained again differ in the first of them. */
const sampledBytes = 4096;
/** A large vocabulary takes half of it; where a file has more in front of its tensors, the rest tells nothing. */
const mostHeaderBytes = 1 << 25;

/** The identity is told by all that stands before the tensors, by how each of these begins, and by the size. */
export function tunedModel({ file, tensors }: Gguf, store?: string): TunedModel {
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY);
  try {
    const { size } = fs.fstatSync(descriptor);
    const hash = createHash('sha256').update(String(size));
    const add = (from: number, length: number): void => {
      const bytes = Buffer.alloc(length);
      hash.update(bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, from)));
    };
    add(0, Math.min(size, mostHeaderBytes, ...tensors.map(({ offset }) => offset)));
    for (const { offset, bytes } of tensors) add(offset, Math.min(sampledBytes, bytes));
    return { file, identity: hash.digest('hex'), ...(store !== undefined && { store }) };
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Where the tuning of a model's file is kept that has to be found without a folder of our own. */
export function tuningFileOf(file: string): string {
  return `${file.replace(/\.gguf$/i, '')}.tuning.json`;
}

/** Where a tuning may lie; the first is where it is kept. */
function placesOf({ file, identity, store }: TunedModel): [string, ...string[]] {
  const beside = tuningFileOf(file);
  return store === undefined ? [beside] : [path.join(store, 'tunings', `${identity}.json`), beside];
}

/**
 * What was tuned last for this model, else what its file says, else what was measured of such models. `caution` says in
 * a sentence why what was kept is left alone;
 * `isCalibrated`: its confidence is that of this model, and not of such models. Throws a GgufError where the file itself says nonsense.
 */
export function tuningOf(
  gguf: Gguf,
  model = tunedModel(gguf),
): Tuning & { isCalibrated: boolean; caution?: string } {
  const stated = cacheSettingsOf(gguf);
  const ofFile = statedConfidence(gguf);
  const { own, caution } = newestTuning(model);
  return {
    cache: own?.cache ?? (Object.keys(stated).length > 0 ? stated : usual.cache),
    confidence: own?.confidence ?? ofFile ?? usual.confidence,
    isCalibrated: (own?.confidence ?? ofFile) !== undefined,
    ...(caution !== undefined && { caution }),
  };
}

/** Throws the Error of `keepTuning` where it is foreseen: before what takes minutes. */
export function expectKeepable(model: TunedModel): void {
  const [kept] = placesOf(model);
  try {
    fs.mkdirSync(path.dirname(kept), { recursive: true });
    if (fs.existsSync(kept)) fs.closeSync(fs.openSync(kept, 'r+'));
    fs.accessSync(path.dirname(kept), fs.constants.W_OK);
  } catch (error) {
    throw unwritable(kept, error);
  }
}

/** Keeps what was found, with what was found before, and returns where. Throws an Error that says why it cannot. */
export function keepTuning(model: TunedModel, found: Partial<Tuning>): string {
  const [file] = placesOf(model);
  const { identity } = model;
  const kept: TuningFile = {
    ...newestTuning(model).own,
    ...found,
    ...{ schema, identity, date: new Date().toISOString() },
  };
  try {
    whenFreeNow(() => writeWhole(file, `${JSON.stringify(kept, undefined, 2)}\n`));
  } catch (error) {
    throw unwritable(file, error);
  }
  return file;
}

/** The tuning that was kept last; with a `caution` where there is none but something that is in its place. */
function newestTuning(model: TunedModel): { own?: TuningFile; caution?: string } {
  let own: TuningFile | undefined;
  let caution: string | undefined;
  for (const file of placesOf(model)) {
    try {
      const found = readTuning(file, model.identity);
      if (found && (!own || found.date > own.date)) own = found;
    } catch (error) {
      caution ??= t`${file} ${messageOf(error)}: it is not used. Tune the model again, or delete the file.`;
    }
  }
  return own ? { own } : caution === undefined ? {} : { caution };
}

/** JSON in the form of the tuning file's `confidence`. */
const confidenceKey = 'ryzanstein.confidence';

function statedConfidence(gguf: Gguf): Calibration | undefined {
  const stated = gguf.metadata.get(confidenceKey);
  if (stated === undefined) return undefined;
  const found = typeof stated === 'string' ? parsed(() => stated) : undefined;
  return isCalibration(found) ? found : fail(gguf, t`has no calibration under "ryzanstein.confidence"`);
}

/** Puts into the model's own file how far its confidence holds, for everybody who has it. */
export function stateConfidence(gguf: Gguf, confidence: Calibration): void {
  restate(gguf, confidenceKey, string(JSON.stringify(confidence)));
}

function parsed(read: () => string): unknown {
  try {
    return JSON.parse(read());
  } catch {
    return undefined;
  }
}

/** Undefined where nothing was tuned; throws an Error whose message goes on behind the file's name. */
function readTuning(file: string, identity: string): TuningFile | undefined {
  if (!fs.existsSync(file)) return undefined;
  const document = parsed(() => fs.readFileSync(file, 'utf8'));
  if (document === undefined) throw new Error(t`cannot be read as JSON`);
  const found = tuningFrom(document);
  if (found.identity !== identity) throw new Error(t`was made for another file of that name`);
  return found;
}

/** What the model's file says under `ryzanstein.cache`; the engine has defaults for the rest. */
export function cacheSettingsOf(gguf: Gguf): CacheSettings {
  const keyOf = (name: string): string =>
    `ryzanstein.cache.${name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)}`;
  return cacheSettings(
    (name) => gguf.metadata.get(keyOf(name)),
    (name, isList) => fail(gguf, lacking(keyOf(name), isList)),
  );
}

function lacking(key: string, isList: boolean): string {
  return isList ? t`has no numbers under "${key}"` : t`has no number under "${key}"`;
}

/** Calls `refuse` with the name of a setting that is there and is not what it has to be: a number, or a list of them. */
function cacheSettings(
  stated: (name: string) => unknown,
  refuse: (name: string, isList: boolean) => never,
): CacheSettings {
  const settings: CacheSettings = {};
  for (const name of ['sharpness', 'modelWeight', 'leastCosine'] as const) {
    const value = stated(name);
    if (isNumber(value)) settings[name] = value;
    else if (value !== undefined) refuse(name, false);
  }
  for (const name of ['strengths', 'draftTokens'] as const) {
    const value = stated(name);
    const isOne = name === 'draftTokens' ? isWhole : isNumber;
    if (Array.isArray(value) && (value as unknown[]).every(isOne)) settings[name] = value as number[];
    else if (value !== undefined) refuse(name, true);
  }
  return settings;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isWhole(value: unknown): value is number {
  return isNumber(value) && (value | 0) === value;
}

/** `what` goes on behind the file's name. */
function refuse(what: string): never {
  throw new Error(what);
}

/** Throws an Error whose message goes on behind the file's name. */
function tuningFrom(found: unknown): TuningFile {
  const { schema: named, identity, date, cache, confidence } = asRecord(found);
  if (named !== schema) throw new Error(t`is no tuning of a model`);
  if (typeof identity !== 'string' || typeof date !== 'string')
    throw new Error(t`does not say which file it was made for`);
  const settings = cache === undefined ? undefined : asRecord(cache);
  const kept =
    settings &&
    cacheSettings(
      (name) => settings[name],
      (name, isList) => refuse(lacking(`cache.${name}`, isList)),
    );
  if (kept && !isUsable(kept)) refuse(t`has settings under "cache" that the engine does not take`);
  return {
    ...{ schema, identity, date },
    ...(kept && { cache: kept }),
    ...(confidence !== undefined && {
      confidence: isCalibration(confidence) ? confidence : refuse(t`has no calibration under "confidence"`),
    }),
  };
}

/** Within the ranges of native/model/cache_settings.cpp, which would refuse the model for what lies beside it. */
function isUsable({ sharpness, modelWeight, leastCosine, strengths, draftTokens }: CacheSettings): boolean {
  const within = (value: number | undefined, least: number, most: number): boolean =>
    value === undefined || (value >= least && value <= most);
  return (
    within(sharpness, 0, 1e4) &&
    within(modelWeight, 1e-6, 1e6) &&
    within(leastCosine, 0, 1) &&
    (strengths === undefined || (strengths.length === 5 && strengths.every((one) => within(one, 0, 1e6)))) &&
    (draftTokens === undefined || (draftTokens.length > 0 && draftTokens.every((one) => within(one, 0, 63))))
  );
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isCalibration(value: unknown): value is Calibration {
  const { slope, offset, languages, thresholds } = asRecord(value);
  return (
    isNumber(slope) &&
    slope > 0 &&
    isNumber(offset) &&
    typeof languages === 'object' &&
    languages !== null &&
    Object.values(asRecord(languages)).every(isNumber) &&
    (thresholds === undefined || isThresholds(thresholds))
  );
}

function isThresholds(value: unknown): value is Thresholds {
  const { short, languages } = asRecord(value);
  const isOfLanguage = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && Object.values(asRecord(one)).every(isNumber);
  return (
    (short === undefined || isNumber(short)) &&
    typeof languages === 'object' &&
    languages !== null &&
    Object.values(languages).every(isOfLanguage)
  );
}
