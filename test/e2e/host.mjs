// `node test/e2e/host.mjs VSIX`: runs test/host inside the real extension host of a workbench in which the VSIX is installed.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { program, root } from '../../scripts/steps.mjs';
import { tally } from './tally.mjs';
import { address, copyOf, startWorkbench } from '../../scripts/workbench.mjs';
import { openBrowser, picture } from './page.mjs';
import { deterministic } from './settings.mjs';

const suite = path.join(root, 'out', 'test', 'host', 'index.js');
const patience = process.env.RYZANSTEIN_TEST === 'long' ? 3_600_000 : 300_000;

// Beside the suite an extension is loaded that asks for a proposed API and notes the answer: the tests prove
// something about published VS Code only if it is refused.
const probe = `
const vscode = require('vscode');
exports.activate = () => {
  let answer = 'granted';
  try {
    const nothing = { provideInlineCompletionItems: () => [] };
    vscode.languages.registerInlineCompletionItemProvider('plaintext', nothing, { displayName: 'probe' });
  } catch (error) { answer = String(error); }
  require('fs').writeFileSync(process.env.RYZANSTEIN_PROBE_ANSWER, answer);
};`;

function writeProbe(folder) {
  mkdirSync(folder);
  const manifest = { name: 'probe', publisher: 'test', version: '0.0.1', engines: { vscode: '^1.102.0' } };
  const entry = { main: './probe.js', activationEvents: ['*'] };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ ...manifest, ...entry }));
  writeFileSync(path.join(folder, 'probe.js'), probe);
}

/** All tests where Git is off and the workspace trusted; those of what must not be read also where it is otherwise. */
const runs = [
  { git: 'off', trust: 'on' },
  ...['on off', 'off off', 'on on'].map((each) => {
    const [git, trust] = each.split(' ');
    return { git, trust, only: '^what must not be read' };
  }),
];

const restricted = {
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.untrustedFiles': 'open',
};

async function runInHost(vsix, { git, trust, only }) {
  if (!existsSync(suite))
    throw new Error(`${suite} is not built: \`node scripts/build.mjs --tests\` builds it.`);
  const workspace = copyOf(path.join(root, 'examples'));
  const scratch = path.dirname(workspace);
  const files = { results: path.join(scratch, 'results.json'), answer: path.join(scratch, 'answer.txt') };
  writeProbe(path.join(scratch, 'probe'));
  const workbench = await startWorkbench({
    vsix,
    settings: { ...deterministic, ...restricted, 'git.enabled': git === 'on' },
    trusting: trust === 'on',
    env: {
      RYZANSTEIN_GIT: git,
      RYZANSTEIN_TRUST: trust,
      RYZANSTEIN_TEST_GREP: only ?? '',
      GIT_CONFIG_GLOBAL: path.join(scratch, 'gitconfig'),
      RYZANSTEIN_TEST_RESULTS: files.results,
      RYZANSTEIN_PROBE_ANSWER: files.answer,
      RYZANSTEIN_ROOT: root,
    },
    flags: ['--vscode-option', 'enable-smoke-test-driver'],
  });
  const { page, close } = await openBrowser();
  try {
    let finish;
    const finished = new Promise((resolve) => (finish = resolve));
    const log = [];
    await page.exposeFunction('codeAutomationLog', (_, args) => log.push(format(...args)));
    await page.exposeFunction('codeAutomationExit', (code) => finish(code));
    const remote = (file) => `vscode-remote://${new URL(workbench.url).host}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(path.join(scratch, 'probe'))],
      ['extensionTestsPath', remote(suite)],
      ['skipWelcome', 'true'],
    ];
    await page.goto(address(workbench.url, workspace, [], payload));
    const timer = setTimeout(() => finish('time'), patience);
    const code = await finished;
    clearTimeout(timer);
    if (code !== 0) {
      await picture(page, 'host-tests');
      console.log(log.slice(-80).join('\n'));
    }
    return judge(code, files);
  } finally {
    await close();
    await workbench.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

function judge(code, files) {
  const result = { passed: 0, failed: 0, skipped: 0 };
  const fail = (line) => {
    console.log(`  failed: ${line}`);
    result.failed++;
  };
  if (!existsSync(files.results)) {
    fail(`the suite left no results (${code === 'time' ? 'out of time' : `exit ${code}`})`);
    return result;
  }
  const { tests } = JSON.parse(readFileSync(files.results, 'utf8'));
  for (const { title, ok, skipped, err, note } of tests) {
    if (skipped) result.skipped++;
    else if (ok) result.passed++;
    else fail(`${title}\n${err}`);
    if (skipped) console.log(`SKIPPED: ${title}`);
    if (note) console.log(`  ${title}: ${note}`);
  }
  if (tests.length === 0 || (code !== 0 && result.failed === 0)) fail(`the suite ended with ${code}`);

  const answer = existsSync(files.answer) ? readFileSync(files.answer, 'utf8') : 'no answer';
  if (/CANNOT use API proposal/.test(answer)) result.passed++;
  else fail(`the workbench must refuse proposed APIs as the desktop does; the probe was told: ${answer}`);
  return result;
}

/** `only` is a pattern of the tests to run, once. */
await program(import.meta.url, async ([vsix, only]) => {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const run of only ? [{ ...runs[0], only }] : runs) {
    const result = await runInHost(vsix, run);
    for (const name of Object.keys(total)) total[name] += result[name];
  }
  return tally(total);
});
