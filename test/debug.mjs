// Starts what F5 starts, up to the editor: every task that .vscode/launch.json runs first, and every file that it names.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { program, root, run } from '../scripts/steps.mjs';
import { tally } from './e2e/tally.mjs';

const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/** Every path in the workspace that a configuration names, as a file, a folder, or a pattern below a folder. */
function pathsIn(value) {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(pathsIn);
  const [, named] = /\$\{workspaceFolder\}\/(.+)$/.exec(String(value)) ?? [];
  return named === undefined ? [] : [named];
}

/** Whether a path is there, or, of a pattern, at least one file with its ending under its folder. */
function isThere(named) {
  const [folder, pattern] = named.split('/**');
  const file = path.join(root, folder);
  if (pattern === undefined || !existsSync(file)) return existsSync(file);
  const ending = pattern.replace(/^.*\*/, '');
  return readdirSync(file, { recursive: true }).some((name) => name.endsWith(ending));
}

await program(import.meta.url, async () => {
  const { configurations } = readJson('.vscode/launch.json');
  const { tasks } = readJson('.vscode/tasks.json');
  const { scripts } = readJson('package.json');
  const result = { passed: 0, failed: 0, skipped: 0 };
  const check = (ok, complaint) => {
    if (!ok) console.log(`  failed: ${complaint}`);
    result[ok ? 'passed' : 'failed']++;
  };
  const first = new Set(configurations.flatMap(({ preLaunchTask }) => preLaunchTask ?? []));
  for (const label of first) {
    const task = tasks.find((one) => one.label === label);
    check(
      task?.type === 'npm' && task.script in scripts,
      `"${label}" is no task that runs a script of package.json`,
    );
    if (!task) continue;
    const { code, output } = await run('npm', ['run', task.script], { mayFail: true });
    check(code === 0, `the task "${label}" ended with code ${code}:\n${output}`);
  }
  for (const configuration of configurations)
    for (const named of new Set(pathsIn(configuration)))
      check(isThere(named), `"${configuration.name}" names ${named}, which is not there`);
  return tally(result);
});
