// Formats the C++ sources in place (-i), or tells which are not formatted (--check), with the pinned clang-format.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { filesUnder, program, root, run } from './steps.mjs';

/** The outcome of clang-format over native/: { code, output }; a non-zero code means badly formatted files. */
export async function clangFormat(...flags) {
  const platform = `cfn-${process.platform}-${process.arch}`;
  const folder = path.join(root, 'node_modules', 'clang-format-node', 'bin', platform);
  const tool = path.join(
    folder,
    readdirSync(folder).find((name) => name.startsWith('clang-format')),
  );
  const skip = (file) => file.startsWith(path.join('native', 'build')) || file.includes('node_modules');
  const sources = filesUnder(['native'], skip).filter((file) => /\.(h|cpp)$/.test(file));
  const { code, output } = await run(tool, ['--style=file', ...flags, ...sources], { mayFail: true });
  const bad = new Set(output.match(/^native[^:]*(?=:\d+:\d+: error: code should be clang-formatted)/gm));
  if (bad.size === 0) return { code, output };
  return { code, output: `Not formatted (\`npm run format\` does it): ${[...bad].join(', ')}\n` };
}

await program(import.meta.url, async (args) => {
  const flags = args.includes('--check') ? ['--dry-run', '--Werror'] : ['-i'];
  const { code, output } = await clangFormat(...flags);
  process.stdout.write(output);
  return code;
});
