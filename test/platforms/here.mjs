// Tests finished packages on the system that they are for: `here.mjs VSIX...` unpacks each, lets its engine hold every kernel level of this CPU to the reference, and completes a line by each.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tally } from '../../scripts/outcome.mjs';
import { program, root, run } from '../../scripts/steps.mjs';
import { writeQuestion } from './question.mjs';

/** Unpacks a VSIX into a folder. */
export function unpack(vsix, folder) {
  const file = path.resolve(vsix);
  const tar = path.join(process.env.SystemRoot ?? '', 'System32', 'tar.exe');
  return process.platform === 'win32'
    ? run(tar, ['-xf', file, '-C', folder])
    : run('unzip', ['-q', file, '-d', folder]);
}

/** Puts the engine of a VSIX where the tree has its own; the rest of it goes into `scratch`. */
export async function takeEngine(vsix, scratch) {
  await unpack(vsix, scratch);
  const engines = path.join('dist', 'native');
  cpSync(path.join(scratch, 'extension', engines), path.join(root, engines), { recursive: true });
}

await program(import.meta.url, async (packages) => {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const check = (ok, complaint) => {
    if (!ok) console.log(`  failed: ${complaint}`);
    total[ok ? 'passed' : 'failed']++;
  };
  for (const vsix of packages) {
    // With a blank and a letter beyond ASCII, as the folders of people have them.
    const scratch = mkdtempSync(path.join(tmpdir(), 'ryzanstein für hier-'));
    await unpack(vsix, scratch);
    const cli = path.join(scratch, 'extension', 'dist', 'cli.js');
    const told = await run(process.execPath, [cli, 'diagnose', '--json'], { cwd: scratch, mayFail: true });
    const json = /^\{[\s\S]*^\}/m.exec(told.output)?.[0];
    check(json !== undefined, `${vsix} tells nothing of itself:\n${told.output}`);
    const levels = JSON.parse(json ?? '{"simd":{"levels":[]}}').simd.levels;
    for (const { name, selftest } of levels) check(!selftest.startsWith('failed'), `${name}: ${selftest}`);
    const args = writeQuestion(scratch);
    const answers = new Map();
    for (const { name, supported } of levels) {
      if (!supported) continue;
      const options = { cwd: scratch, mayFail: true };
      const { code, output } = await run(
        process.execPath,
        [cli, ...args, '--json', '--kernel', name],
        options,
      );
      const text = /"text": ("(?:[^"\\]|\\.)*")/.exec(output)?.[1];
      check(code === 0 && text !== undefined, `${name} completes nothing:\n${output}`);
      answers.set(text, name);
    }
    check(answers.size === 1, `levels differ: ${[...answers].flat().join(', ')}`);
    rmSync(scratch, { recursive: true, force: true });
  }
  return tally(total);
});
