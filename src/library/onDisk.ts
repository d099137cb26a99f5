// Which model files lie on this disk already: where other programs keep theirs, and the folders that the user names; looked at, never changed.

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { unreadable } from '../wording';
import { atHome, type Found, modelsIn } from './folders';
import { ollamaModels } from './ollama';

/** What decides where programs keep their files; a variable of the environment that is empty counts as none. */
interface Surroundings {
  platform: NodeJS.Platform;
  home: string;
  environment: Partial<Record<string, string>>;
}

/** Each file once, however many programs link to it, the `own` ones first, the `named` ones last; what cannot be read is left out. */
export async function modelsOnDisk(
  surroundings: Surroundings,
  folders: readonly string[],
  named: readonly Found[] = [],
  own: readonly Found[] = [],
): Promise<Found[]> {
  const lists = await Promise.all([
    ...ollamaFolders(surroundings).map(ollamaModels),
    ...(await programFolders(surroundings)).map(([program, folder]) => modelsIn(folder, program)),
    ...folders.map((folder) => modelsIn(atHome(folder, surroundings.home), folder)),
  ]);
  const byPlace = new Map<string, Found>();
  for (const found of [...own, ...lists.flat(), ...named]) {
    const place = await fs.realpath(found.file).catch(() => undefined);
    if (place !== undefined && !byPlace.has(place)) byPlace.set(place, found);
  }
  return [...byPlace.values()];
}

/** Of the folders that the user names, those in which nothing can be looked for, and why. */
export async function unreadFolders(
  folders: readonly string[],
  home: string,
): Promise<(Found & { refusal: string })[]> {
  const looked = folders.map(async (origin) => {
    const file = atHome(origin, home);
    return fs.readdir(file).then(
      () => [],
      (error: unknown) => [{ file, origin, refusal: unreadable(file, error).message }],
    );
  });
  return (await Promise.all(looked)).flat();
}

function ollamaFolders({ platform, home, environment }: Surroundings): string[] {
  const own = environment.OLLAMA_MODELS || path.join(home, '.ollama', 'models');
  // The service of a Linux package has a home of its own.
  return platform === 'linux' ? [own, '/usr/share/ollama/.ollama/models'] : [own];
}

async function programFolders(surroundings: Surroundings): Promise<[program: string, folder: string][]> {
  const { home, environment } = surroundings;
  const { caches, data, settings } = userFolders(surroundings);
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, LLAMA_CACHE } = environment;
  const { TABBY_MODEL_CACHE_ROOT, TABBY_ROOT } = environment;
  const hub = HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || (HF_HOME && path.join(HF_HOME, 'hub'));
  const inEach = (folders: string[], ...more: string[]): string[] =>
    folders.map((folder) => path.join(folder, ...more));
  const lmStudio = [path.join(home, '.lmstudio'), path.join(home, '.cache', 'lm-studio')];
  const chosen = await Promise.all(lmStudio.map((folder) => downloadsFolder(folder, home)));
  const byProgram: [program: string, folders: string[]][] = [
    ['LM Studio', [...inEach(lmStudio, 'models'), ...chosen.flat()]],
    ['llama.cpp', LLAMA_CACHE ? [LLAMA_CACHE] : inEach(caches, 'llama.cpp')],
    ['Hugging Face', hub ? [hub] : inEach(besides(surroundings, 'CACHE', '.cache'), 'huggingface', 'hub')],
    ['GPT4All', inEach(data, 'nomic.ai', 'GPT4All')],
    ['Jan', inEach([...settings, ...data], 'Jan', 'data', 'llamacpp', 'models')],
    ['Jan', [path.join(home, 'jan', 'models')]],
    ['Tabby', [TABBY_MODEL_CACHE_ROOT || path.join(TABBY_ROOT || path.join(home, '.tabby'), 'models')]],
  ];
  return byProgram.flatMap(([program, folders]) =>
    folders.map((folder): [string, string] => [program, folder]),
  );
}

/** Where LM Studio was told to put its models, if it was. */
async function downloadsFolder(lmStudio: string, home: string): Promise<string[]> {
  try {
    const settings: unknown = JSON.parse(await fs.readFile(path.join(lmStudio, 'settings.json'), 'utf8'));
    const { downloadsFolder: told } = settings as { downloadsFolder?: unknown };
    const folder = typeof told === 'string' ? atHome(told, home) : '';
    return path.isAbsolute(folder) ? [folder] : [];
  } catch {
    return [];
  }
}

/** Where programs of this system keep what can be had again, what cannot, and their settings. */
function userFolders(surroundings: Surroundings): Record<'caches' | 'data' | 'settings', string[]> {
  const { platform, home, environment } = surroundings;
  if (platform === 'darwin') {
    const library = path.join(home, 'Library');
    const support = path.join(library, 'Application Support');
    return { caches: [path.join(library, 'Caches')], data: [support], settings: [support] };
  }
  if (platform === 'win32') {
    const local = environment.LOCALAPPDATA || path.join(home, 'AppData', 'Local');
    const roaming = environment.APPDATA || path.join(home, 'AppData', 'Roaming');
    return { caches: [local], data: [local], settings: [roaming] };
  }
  return {
    caches: besides(surroundings, 'CACHE', '.cache'),
    data: besides(surroundings, 'DATA', '.local', 'share'),
    settings: besides(surroundings, 'CONFIG', '.config'),
  };
}

/** The usual folder at home, and the one that a variable names: of an editor from a snap or Flatpak it names one that only the editor has. */
function besides(
  { home, environment }: Surroundings,
  kind: 'CACHE' | 'DATA' | 'CONFIG',
  ...usual: string[]
): string[] {
  const named = environment[`XDG_${kind}_HOME`];
  const own = path.join(home, ...usual);
  return named && path.resolve(named) !== own ? [own, named] : [own];
}
