// The list of models that one can choose from: what each line says, and in what order they stand.

import { t } from '@vscode/l10n';
import { bytesOf } from '../numbers';
import type { MachineSpeed, ModelGlance } from '../reports';
import type { CatalogueModel } from './catalogue';
import {
  answersInTime,
  type Expectation,
  expectationLine,
  expectationOf,
  type Load,
  unfit,
} from './expectation';
import { type Found, isSame } from './folders';
import { type Licence, licenceOf } from './licences';
import { type Habit, toolsWith } from './otherTools';
import type { Speed } from './speeds';

/** A file that was found and looked at; `refusal` says why the engine would not load it. */
export type Candidate = Found & ({ glance: ModelGlance } | { refusal: string });

/** A line of the list. `description` stands behind the name, `detail` below it. */
export interface Choice {
  /** Where it lies, if it is on this disk. */
  file?: string;
  /** What it is called at the hub, if it is not. */
  download?: CatalogueModel;
  /** The one that is in use. */
  current: boolean;
  name: string;
  description: string;
  detail: string;
  license?: Licence;
  refusal?: string;
  /** It completes between two texts, and was trained for no more than that. */
  infills?: boolean;
  /** What to expect of it here, as far as that is known. */
  expectation?: Expectation;
  /** Why it is not for this machine. */
  unfit?: string;
  /** It is the one to take, as the detail says. */
  recommended?: true;
}

/** What this machine has to give. */
export interface Machine {
  speed: MachineSpeed;
  memoryBytes: number;
  /** How fast the model of a file was here, if it ran. */
  measured?: (file: string) => Speed | undefined;
}

/** Says of each model which other tools complete with it. */
export function withHabits(choices: readonly Choice[], habits: readonly Habit[]): Choice[] {
  return choices.map((choice) => {
    const tools = toolsWith(habits, choice.name, choice.file);
    return tools.length === 0
      ? choice
      : { ...choice, detail: [choice.detail, t`as in ${tools.join(', ')}`].join(' · ') };
  });
}

/** Of the model that nobody had to get. */
export const bundledOrigin = 'bundled';

/** Where a model was found, for people; the names of programs and folders stay. */
function originWords(origin: string): string {
  const words: Record<string, string> = {
    [bundledOrigin]: t`part of the extension`,
    downloaded: t`downloaded`,
    chosen: t`chosen as a file`,
  };
  return words[origin] ?? origin;
}

/** The bundled model first, then what fills in the middle, the smaller ones first; what cannot be run stands at the end. */
export function choicesOf(candidates: readonly Candidate[], current: string, machine?: Machine): Choice[] {
  const rank = (candidate: Candidate): number => {
    if (candidate.origin === bundledOrigin) return 0;
    if ('refusal' in candidate) return 3;
    return candidate.glance.infills ? 1 : 2;
  };
  const size = (candidate: Candidate): number => ('glance' in candidate ? candidate.glance.bytes : 0);
  return [...candidates]
    .sort((a, b) => rank(a) - rank(b) || size(a) - size(b) || (nameOf(a) < nameOf(b) ? -1 : 1))
    .map((candidate) => choiceOf(candidate, isSame(candidate.file, current), machine))
    .sort((a, b) => Number(a.unfit !== undefined) - Number(b.unfit !== undefined));
}

function choiceOf(candidate: Candidate, current: boolean, machine: Machine | undefined): Choice {
  const { file, origin } = candidate;
  const name = nameOf(candidate);
  if ('refusal' in candidate) {
    const { refusal } = candidate;
    // What is the matter has to be read before the line ends.
    const detail = `${refusal.replaceAll(file, baseName(file))} · ${file}`;
    return { ...{ file, current, name, refusal }, description: originWords(origin), detail };
  }
  const { glance } = candidate;
  const license = licenceOf([name, glance.name], glance.license ?? candidate.license);
  const licensed = license?.name ?? t`licence unknown`;
  const middle = glance.infills ? t`fills in the middle` : t`continues the text before the cursor only`;
  return {
    ...{ file, current, name, infills: glance.infills && glance.caution === undefined },
    description: [glance.type, bytesOf(glance.bytes), licensed].join(' · '),
    ...expected([middle, originWords(origin)], glance, machine, file),
    ...(license && { license }),
  };
}

/** A model that would have to be downloaded; all of the catalogue's were trained to fill in. */
export function choiceToDownload(model: CatalogueModel, hub: string, machine?: Machine): Choice {
  const { name, type, megabytes, repository } = model;
  const license = licenceOf([name], model.license)!;
  return {
    ...{ download: model, current: false, name, license, infills: true },
    description: [type, t`about ${bytesOf(megabytes * 1e6)}`, license.name].join(' · '),
    ...expected(
      [t`fills in the middle`, t`from ${hub.replace(/^https?:\/\//, '')}/${repository}`],
      loadOf(model),
      machine,
    ),
  };
}

/** What a program calls it, what it calls itself, or what its file is called. */
function nameOf(candidate: Candidate): string {
  const { file, name } = candidate;
  if (name !== undefined) return name;
  if ('glance' in candidate) return candidate.glance.name;
  return baseName(file);
}

const baseName = (file: string): string => file.split(/[/\\]/).at(-1)!;

/** The detail of a line, with what to expect of the model on this machine. */
function expected(
  said: string[],
  load: Load,
  machine: Machine | undefined,
  file?: string,
): Pick<Choice, 'detail' | 'expectation' | 'unfit'> {
  if (!machine) return { detail: said.join(' · ') };
  const measured = file === undefined ? undefined : machine.measured?.(file);
  const expectation = expectationOf(load, machine.speed, measured);
  const reason = unfit(expectation, machine.memoryBytes);
  const detail = [...(reason === undefined ? [] : [reason]), expectationLine(expectation), ...said].join(
    ' · ',
  );
  return { detail, expectation, ...(reason === undefined ? {} : { unfit: reason }) };
}

/** Of a model that is called so, about a seventh of the weights are embeddings, which are looked up. */
function loadOf({ name, megabytes }: CatalogueModel): Load {
  const [, count, unit] = /([\d.]+)([BM])$/.exec(name) ?? [];
  const weights = Number(count ?? 0) * (unit === 'M' ? 1e6 : 1e9);
  const bytes = megabytes * 1e6;
  return { bytes, passBytes: bytes, multiplied: (weights * 6) / 7 };
}

/**
 * Marks the largest model that fills in the middle, answers in time on this machine and may be used by anybody for
 * anything; of two as large the one that is there already, then the one with more bits.
 */
export function withRecommendation(choices: readonly Choice[]): Choice[] {
  const good = choices.filter(
    ({ license, expectation, unfit: reason, infills, refusal }) =>
      refusal === undefined &&
      license !== undefined &&
      license.terms === undefined &&
      reason === undefined &&
      expectation !== undefined &&
      answersInTime(expectation) &&
      infills,
  );
  const size = ({ expectation }: Choice): number => expectation!.coldMs;
  const [best] = [...good].sort((a, b) => {
    const alike = Math.abs(size(a) - size(b)) < 0.2 * Math.max(size(a), size(b));
    if (!alike) return size(b) - size(a);
    return (
      Number(b.file !== undefined) - Number(a.file !== undefined) ||
      b.expectation!.memory - a.expectation!.memory
    );
  });
  return choices.map((choice) =>
    choice === best
      ? {
          ...choice,
          recommended: true,
          detail: [t`recommended: the largest that answers in time here`, choice.detail].join(' · '),
        }
      : choice,
  );
}
