// What other tools on this machine complete code with, by their settings, so that the same model can be proposed.

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { atHome, type Found, isSame } from './folders';

/** A model that a tool completes with, by the tool's own name for it; the file where it is one of this disk. */
export interface Habit {
  tool: string;
  model: string;
  file?: string;
}

/** `llamaCommand` is how llama.vscode starts its server. What cannot be read says nothing. */
export async function habitsOf(home: string, llamaCommand: string | undefined): Promise<Habit[]> {
  const ofContinue = await continueModels(path.join(home, '.continue'));
  return [
    ...ofContinue.map((model) => ({ tool: 'Continue', model })),
    ...(llamaCommand === undefined ? [] : llamaHabits(llamaCommand, home)),
  ];
}

/** The files among them, as files that were found. */
export function filesOf(habits: readonly Habit[]): Found[] {
  return habits.flatMap(({ tool, file }) => (file === undefined ? [] : [{ file, origin: tool }]));
}

/** The tools that complete with a model of this name, or with this file. */
export function toolsWith(habits: readonly Habit[], name: string, file: string | undefined): string[] {
  const tools = habits
    .filter((habit) => isSame(habit.file ?? '', file ?? '') || kindOf(habit.model) === kindOf(name))
    .map(({ tool }) => tool);
  return [...new Set(tools)];
}

/** Extensions that offer grey text as well, by their ids in lower case: how people call them, and the setting that has them do so unasked. */
const completers: Readonly<Record<string, readonly [name: string, setting?: string]>> = {
  'alibaba-cloud.tongyi-lingma': ['Lingma'],
  'amazonwebservices.amazon-q-vscode': ['Amazon Q'],
  'aminer.codegeex': ['CodeGeeX'],
  'augment.vscode-augment': ['Augment', 'augment.completions.enableAutomaticCompletions'],
  'baiducomate.comate': ['Comate'],
  'blackboxapp.blackbox': ['Blackbox'],
  'codeium.codeium': ['Windsurf', 'codeium.enableConfig'],
  'continue.continue': ['Continue', 'continue.enableTabAutocomplete'],
  'ex3ndr.llama-coder': ['Llama Coder'],
  'fittentech.fitten-code': ['Fitten Code'],
  'ggml-org.llama-vscode': ['llama.vscode', 'llama-vscode.enabled'],
  'github.copilot': ['GitHub Copilot', 'github.copilot.enable'],
  'github.copilot-chat': ['GitHub Copilot', 'github.copilot.enable'],
  'google.geminicodeassist': ['Gemini Code Assist', 'geminicodeassist.inlineSuggestions.enableAuto'],
  'huggingface.huggingface-vscode': ['llm-vscode', 'llm.enableAutoSuggest'],
  'jetbrains.jetbrains-ai-assistant': ['JetBrains AI Assistant'],
  'kilocode.kilo-code': ['Kilo Code', 'kilo-code.new.autocomplete.enableAutoTrigger'],
  'marscode.marscode-extension': ['MarsCode'],
  'rjmacarthy.twinny': ['twinny', 'twinny.autoSuggestEnabled'],
  'sourcegraph.cody-ai': ['Cody', 'cody.autocomplete.enabled'],
  'supermaven.supermaven': ['Supermaven', 'supermaven.enable'],
  'tabbyml.vscode-tabby': ['Tabby', 'tabby.inlineCompletion.triggerMode'],
  'tabnine.tabnine-vscode': ['Tabnine'],
};

/** Those of the active extensions that complete code by their settings, as far as these tell, and were not named before; of a tool that has several, one. */
export function completersToName(
  active: readonly string[],
  named: readonly string[],
  valueOf: (setting: string) => unknown,
): { id: string; name: string }[] {
  const completerOf = (id: string) => completers[id.toLowerCase()];
  const known = new Set(named.map((id) => completerOf(id)?.[0]));
  return active.flatMap((id) => {
    const [name, setting] = completerOf(id) ?? [];
    if (name === undefined || known.has(name)) return [];
    if (setting !== undefined && isOff(valueOf(setting))) return [];
    known.add(name);
    return [{ id, name }];
  });
}

/** A switch, a way of asking, or a switch for each language. */
function isOff(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === false || value === 'manual';
  const languages = Object.values(value);
  return languages.length > 0 && !languages.includes(true);
}

/** The family and the size alone: `qwen2.5-coder:1.5b-base` and `Qwen2.5-Coder 1.5B` are of a kind. */
export function kindOf(model: string): string {
  const own = model.split('/').at(-1)!.toLowerCase();
  const sized = /^(.*?)[\s:_-]*(\d+(?:\.\d+)?)([bm])(?![a-z\d])/.exec(own);
  const [family, size] = sized ? [sized[1]!, sized[2]! + sized[3]!] : [own.replace(/[:-]latest$/, ''), ''];
  return `${family.replace(/[^a-z\d.]/g, '')} ${size}`.trim();
}

/** Of Continue's two files the newer one counts. */
async function continueModels(folder: string): Promise<string[]> {
  const config =
    (await read(path.join(folder, 'config.yaml'))) ?? (await read(path.join(folder, 'config.json')));
  const models = listOf(fieldOf(config, 'models')).filter((model) =>
    listOf(fieldOf(model, 'roles')).includes('autocomplete'),
  );
  return [...models, ...listOf(fieldOf(config, 'tabAutocompleteModel'))]
    .map((model) => fieldOf(model, 'model'))
    .filter((name) => typeof name === 'string');
}

/** Every JSON file is one of YAML. */
async function read(file: string): Promise<unknown> {
  try {
    return parse(await fs.readFile(file, 'utf8'), { logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

const llama = 'llama.vscode';

/** `llama-server -hf ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF`, `-m FILE`, or a name of its presets. */
function llamaHabits(command: string, home: string): Habit[] {
  const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c!);
  const valueOf = (...flags: string[]): string | undefined => {
    const at = words.findIndex((word) => flags.includes(word));
    return at < 0 ? undefined : words[at + 1];
  };
  const file = valueOf('-m', '--model');
  if (file !== undefined) return [{ tool: llama, model: path.basename(file), file: atHome(file, home) }];
  const repository = valueOf('-hf', '-hfr', '--hf-repo');
  if (repository !== undefined) return [{ tool: llama, model: repository.replace(/:[^/]*$/, '') }];
  const size = words.map((word) => /^--fim-qwen-([\d.]+b)-/.exec(word)?.[1]).find((found) => found);
  if (size === undefined) return [];
  return [{ tool: llama, model: size === '30b' ? 'Qwen3-Coder-30B' : `Qwen2.5-Coder-${size}` }];
}
