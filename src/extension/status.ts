// The status bar item: what the engine is at, how fast it was, and with what; a click opens the menu.

import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Recent } from '../reports';
import { type Explanation, settingBehind } from '../editing/explanation';
import type { LocalEngine } from '../editing/localEngine';
import { completionLine, modelLine, recentLine, sparkline } from '../report/figures';
import { threadsNow } from '../report/liveView';
import { median } from '../statistics';
import { displayName, languageName } from '../language/languages';
import { answererIn } from '../specialists';
import type { CompletionLog } from '../editing/completionLog';
import { isUnproven, languageIsOn } from '../editing/settings';
import type { Circumstances } from './circumstances';
import type { Silence } from '../results';
import { grouped, milliseconds, threadsOf, tokensPerSecond } from '../numbers';
import { circumstanceWords, occupationWords, pausedSentence, sentenceOf, silenceSentence } from '../wording';
import { typedIn } from './lastEditor';
import { failureIn, remedyCommands } from './problems';
import { fullName, onSettingChange, readSettings } from './settings';

export type StatusName =
  | 'silent'
  | 'unproven'
  | 'ready'
  | 'starting'
  | 'working'
  | 'occupied'
  | 'paused'
  | 'off'
  | 'offHere'
  | 'error';

interface Look {
  readonly name: StatusName;
  readonly text: string;
  /** A sentence, for the tooltip and for screen readers. */
  readonly sentence: string;
  /** The setting that makes it so. */
  readonly setting?: Explanation['setting'];
}

/** Silences of a file that are not over in a moment. */
const lasting: ReadonlySet<Silence['kind']> = new Set([
  ...(['noFile', 'unwritable', 'ignored', 'secret', 'long'] as const),
]);

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'ryzanstein.status',
    vscode.StatusBarAlignment.Right,
    100,
  );
  /** The same state in the menu behind `{}`, where editors tell of a file's language. */
  private readonly language = vscode.languages.createLanguageStatusItem('ryzanstein', { pattern: '**' });
  private readonly subscriptions: vscode.Disposable[];
  private works = 0;
  private look: Look = { name: 'ready', text: '', sentence: '' };

  constructor(
    private readonly engine: LocalEngine,
    private readonly circumstances: Circumstances,
    private readonly completions: CompletionLog,
    private readonly silenceIn: (document: vscode.TextDocument) => Silence | undefined,
  ) {
    this.item.name = 'Ryzanstein';
    this.item.command = 'ryzanstein.openMenu';
    this.language.name = 'Ryzanstein';
    this.language.command = { title: t`Menu`, command: 'ryzanstein.openMenu' };
    this.subscriptions = [
      this.item,
      this.language,
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      // Of a document that is in another language from now on, too.
      vscode.workspace.onDidOpenTextDocument(() => this.update()),
      onSettingChange(
        ['enabled', 'languages', 'mode', 'eagerness', 'confidence', 'onBattery', 'whileBuilding'],
        () => this.update(),
      ),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(editorSetting)) this.update();
      }),
      vscode.Disposable.from(completions.onChange(() => this.update())),
    ];
    this.update();
    this.item.show();
  }

  get current(): Look {
    return this.look;
  }

  /** What is told of it where the pointer rests. */
  get details(): string {
    return (this.item.tooltip as vscode.MarkdownString).value;
  }

  /** Shows that someone waits until `work` has ended, well or not. */
  showWork(work: Promise<unknown>): void {
    const step = (by: number) => (): void => {
      this.works += by;
      this.update();
    };
    step(1)();
    work.then(step(-1), step(-1));
  }

  update(): void {
    this.look = this.lookNow(this.completions.recent);
    const { name, text, sentence } = this.look;
    this.item.text = text;
    this.item.tooltip = tooltip(this.look, this.engine, this.completions);
    this.item.accessibilityInformation = { label: `${text.replace(/\$\([\w~-]+\) ?/g, '')}. ${sentence}` };
    this.item.backgroundColor =
      name === 'error' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    this.language.text = sentence;
    this.language.busy = name === 'starting';
    this.language.severity =
      name === 'error' ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private lookNow(recent: Recent | undefined): Look {
    const state = this.engine.state;
    const document = typedIn(vscode.window.activeTextEditor)?.document;
    const settings = readSettings(document);
    if (state.name === 'failed')
      return { name: 'error', text: `$(error) ${t`Ryzanstein failed`}`, sentence: state.problem.message };
    if (!settings.enabled)
      return {
        name: 'off',
        text: `$(circle-slash) ${t`Ryzanstein off`}`,
        sentence: t`Completions are off.`,
        setting: 'enabled',
      };
    if (document && !languageIsOn(settings, document.languageId))
      return {
        name: 'offHere',
        text: `$(code) ${t`Ryzanstein off for ${displayName(document.languageId)}`}`,
        sentence: t`Completions are off in ${displayName(document.languageId)} files and on in others.`,
        setting: 'languages',
      };
    const silence = document && this.silenceIn(document);
    if (silence && lasting.has(silence.kind))
      return {
        name: 'silent',
        text: `$(circle-slash) ${t`Ryzanstein silent here`}`,
        sentence: silenceSentence(silence),
      };
    if (document && settings.mode === 'automatic' && !editorAsks(document))
      return {
        name: 'silent',
        text: `$(circle-slash) ${t`Ryzanstein silent here`}`,
        sentence: t`VS Code's setting “editor.inlineSuggest.enabled” is off, so that nothing is offered while you type. Complete Now still works.`,
        setting: editorSetting,
      };
    if (document && isUnproven(state, settings, document.languageId))
      return {
        name: 'unproven',
        text: `$(eye-closed) ${t`Ryzanstein silent in ${displayName(document.languageId)}`}`,
        sentence: t`In ${displayName(document.languageId)} this model is right too seldom to offer anything unasked. Complete Now asks it.`,
        setting: 'eagerness',
      };
    const { occupation } = this.engine;
    if (occupation && state.name !== 'starting')
      return {
        name: 'occupied',
        text: '$(loading~spin) Ryzanstein',
        sentence: sentenceOf(occupationWords(occupation)),
      };
    const throttle = this.circumstances.throttle(settings);
    if (throttle.use === 'paused')
      return {
        name: 'paused',
        text: `$(debug-pause) ${t`Ryzanstein paused`}`,
        sentence: pausedSentence(throttle.because),
        ...settingBehind(throttle.because),
      };
    if (state.name === 'starting') return startingLook(state.percent);
    const figures = this.figures(recent);
    const isRefused = state.name === 'ready' && state.refused !== undefined;
    const rest = isRefused ? '$(warning)' : '$(ryzanstein-weights)';
    const busy = this.works > 0;
    return {
      name: busy ? 'working' : 'ready',
      text: `${busy ? '$(loading~spin)' : rest} Ryzanstein${figures && ` ${figures}`}`,
      sentence: busy
        ? t`A completion is being computed.`
        : readySentence(state.name, settings.mode) +
          (isRefused ? ` ${t`The chosen model cannot be used: the bundled one answers in its place.`}` : '') +
          (throttle.use === 'slow' ? ` ${t`Slower (${circumstanceWords(throttle.because)}).`}` : ''),
    };
  }

  /** `1,240 tok/s · avx512-vbmi · 2 threads`, as much as is known of it. */
  private figures(recent: Recent | undefined): string {
    const state = this.engine.state;
    const running = recent ?? (state.name === 'ready' ? state.model : undefined);
    if (!running) return '';
    const speed = recent ? [tokensPerSecond(recent.tokensPerSecond)] : [];
    const { kernel, threads } = running;
    const means = [kernel, threads === undefined ? undefined : threadsOf(threads)];
    return [...speed, ...means.filter((known) => known !== undefined)].join(' · ');
  }
}

/** With it VS Code asks for completions by itself; it may be set for a language. */
const editorSetting = 'editor.inlineSuggest.enabled';

function editorAsks(document: vscode.TextDocument): boolean {
  return vscode.workspace.getConfiguration(undefined, document).get<boolean>(editorSetting) !== false;
}

function startingLook(percent: number | undefined): Look {
  const text = '$(loading~spin) Ryzanstein';
  if (percent === undefined) return { name: 'starting', text, sentence: t`The engine starts.` };
  return {
    name: 'starting',
    text: `${text} ${percent} %`,
    sentence: t`${grouped(percent)} % of the model is loaded.`,
  };
}

function readySentence(state: string, mode: string): string {
  if (mode === 'onRequest') return t`Ready. Completions are shown on request.`;
  return state === 'ready' ? t`Ready.` : t`Ready. The engine starts with the first completion.`;
}

/** Waits that the tooltip draws. */
const drawnWaits = 60;

function tooltip(
  { sentence, setting }: Look,
  engine: LocalEngine,
  completions: CompletionLog,
): vscode.MarkdownString {
  const text = new vscode.MarkdownString(undefined, true);
  const commands = [
    ...Object.values(remedyCommands),
    'showLiveView',
    'whyNothing',
    'toggleLanguage',
    'showDiagnostics',
    'openMenu',
  ];
  const snoozes = ['editor.action.inlineSuggest.snooze', 'editor.action.inlineSuggest.cancelSnooze'] as const;
  const ofEditor = ['workbench.action.openSettings', ...snoozes];
  text.isTrusted = { enabledCommands: [...commands.map((each) => `ryzanstein.${each}`), ...ofEditor] };
  text.appendMarkdown('**Ryzanstein** ').appendText(sentence);
  const remedies = failureIn(engine.state)?.remedies ?? [];
  for (const { remedy, label } of remedies)
    if (remedy in remedyCommands)
      text.appendMarkdown(` · ${link(label, remedyCommands[remedy as keyof typeof remedyCommands])}`);
  if (setting) {
    const query = encodeURIComponent(JSON.stringify(fullName(setting)));
    text.appendMarkdown(` [${t`Change`}](command:workbench.action.openSettings?${query})`);
  }
  text.appendMarkdown('\n\n| | |\n|---|---|\n');
  for (const [name, value] of rows(engine, completions))
    text.appendMarkdown(`| ${name} | ${cell(value)} |\n`);
  const links = [
    link(t`Live view`, 'showLiveView'),
    link(t`Why nothing here?`, 'whyNothing'),
    link(t`This language on or off`, 'toggleLanguage'),
    `[${t`Snooze`}](command:${snoozes[0]} "${t`No completions for a while, of any extension`}")`,
    `[${t`End snooze`}](command:${snoozes[1]})`,
    link(t`Diagnostics`, 'showDiagnostics'),
    link(t`Menu`, 'openMenu'),
  ];
  text.appendMarkdown(`\n${links.join(' · ')}`);
  return text;
}

const link = (words: string, command: string): string => `[${words}](command:ryzanstein.${command})`;

/** What is known, a name and a text each. */
function rows({ state }: LocalEngine, completions: CompletionLog): [string, string][] {
  const { lastCompletion, recent, today } = completions;
  const waits = completions.waits(drawnWaits);
  const loaded = state.name === 'ready' ? state.model : undefined;
  // Of the file in front, or of the whole where the same model answers everywhere.
  const language = loaded?.specialists && typedIn(vscode.window.activeTextEditor)?.document.languageId;
  const model = loaded && answererIn(loaded, language && languageName(language));
  const computes = model && `${model.kernel}, ${threadsNow(model, lastCompletion)}`;
  return [
    ...(waits.length > 0
      ? [row(t`Waits`, t`${sparkline(waits)} median ${milliseconds(median(waits)!)}`)]
      : []),
    ...(recent ? [row(t`Speed`, recentLine(recent))] : []),
    ...(computes ? [row(t`Computes with`, computes)] : []),
    row(t`Today in this window`, t`${grouped(today.shown)} shown, ${grouped(today.accepted)} accepted`),
    ...(lastCompletion ? [row(t`Last answer`, completionLine(lastCompletion))] : []),
    ...(model ? [row(language ? t`Model in ${displayName(language)}` : t`Model`, modelLine(model))] : []),
    ...(model?.caution === undefined ? [] : [row(t`Note`, model.caution)]),
  ];
}

const row = (name: string, value: string): [string, string] => [name, value];

/** A name of a model may hold what Markdown takes for its own. */
const cell = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|~]/g, '\\$&').replace(/\n/g, ' ');
