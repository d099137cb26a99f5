// Models that somebody asked for: downloads with progress, files brought along, and what of them takes room on the disk.

import { t } from '@vscode/l10n';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ModelReader } from '../editing/modelReader';
import type { HubModel } from '../library/catalogue';
import type { Progress } from '../library/download';
import { atHome, isSame } from '../library/folders';
import { getModel } from '../library/getModel';
import { type Hub, HubProblem, tokenServer } from '../library/hub';
import { wholeOfPart } from '../library/parts';
import { importFile, remove, stored, type Stored } from '../library/storage';
import { bytesOf, percent } from '../numbers';
import { messageOf } from '../wording';
import { pickModelFile } from './modelDialog';
import { agreed, notify, orTell, withProgress } from './notify';
import { chosenModelFile, readSettings, writeSetting } from './settings';

/** Under which a server's token is kept. */
const tokenKey = (server: string): string => `ryzanstein.hubToken ${server}`;

interface DownloadsParts {
  reader: ModelReader;
  secrets: vscode.SecretStorage;
  /** The extension's own folder on this machine. */
  storage: vscode.Uri;
  log: vscode.LogOutputChannel;
}

export class Downloads {
  constructor(private readonly parts: DownloadsParts) {}

  /** Where downloads and imports lie. */
  get folder(): string {
    const { downloadFolder } = readSettings();
    const chosen = path.resolve(atHome(downloadFolder, os.homedir()));
    return downloadFolder === '' ? path.join(this.parts.storage.fsPath, 'models') : chosen;
  }

  /** Has `use` take the file, now or when it was tried again; where it was cancelled or could not be had, that is told. */
  async get(name: string, model: HubModel, use: (file: string) => Promise<void>): Promise<void> {
    const { log, reader, secrets } = this.parts;
    const base = readSettings().hub;
    const server = tokenServer(base);
    const token = server === undefined ? undefined : await secrets.get(tokenKey(server));
    const hub: Hub = { base, fetch, ...(token !== undefined && { token }) };
    log.info(`Downloading ${model.repository}/${model.file} from ${hub.base}.`);
    const options = {
      title: t`Ryzanstein: downloading ${name}`,
      cancellable: true,
    };
    const file = await withProgress(options, async (report, token) => {
      const cancellation = new AbortController();
      token.onCancellationRequested(() => cancellation.abort());
      let told = 0;
      const onProgress = (now: Progress): void => {
        const percent = (now.done / now.bytes) * 100;
        report({ message: progressLine(now), increment: percent - told });
        told = percent;
      };
      try {
        const { signal } = cancellation;
        return await getModel(hub, model, this.folder, { signal, onProgress }, (...join) =>
          reader.join(...join),
        );
      } catch (error) {
        if (token.isCancellationRequested) tell(t`${name} is not whole yet; what has arrived is kept.`);
        else this.explain(name, error, () => this.get(name, model, use));
        return undefined;
      }
    });
    if (file !== undefined) await use(file);
  }

  /** Brings a file into the folder, for a machine without a network, and has `use` take it. */
  async importModel(use: (file: string) => Promise<void>): Promise<void> {
    const source = await pickModelFile(t`Import a model file`, t`Import`);
    if (source === undefined) return;
    const glance = await this.parts.reader.glance(source);
    this.parts.reader.rest();
    if ('refusal' in glance) return void notify('fail', `Ryzanstein: ${glance.refusal}`);
    const title = t`Ryzanstein: copying ${glance.name}, ${bytesOf(glance.bytes)}`;
    try {
      const file = await withProgress({ title }, () => importFile(source, this.folder));
      await use(file);
    } catch (error) {
      void notify('fail', `Ryzanstein: ${messageOf(error)}`);
    }
  }

  /** Lists what lies in the folder; a button deletes. */
  async manage(): Promise<void> {
    const files = await stored(this.folder);
    if (files.length === 0)
      return tell(t`no model was downloaded or imported. They would lie in ${this.folder}.`);
    const trash = { iconPath: new vscode.ThemeIcon('trash'), tooltip: t`Delete` };
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { stored: Stored }>();
    const all = bytesOf(files.reduce((sum, { bytes }) => sum + bytes, 0));
    pick.title = t`Ryzanstein: ${all} of models in ${this.folder}`;
    pick.placeholder = t`Choose one to delete it`;
    pick.items = files.map((each) => ({
      stored: each,
      label: path.basename(wholeOfPart(each.file)),
      description: [
        bytesOf(each.bytes),
        ...(each.unfinished ? [t`not whole yet`] : []),
        ...(isInUse(each.file) ? [t`in use`] : []),
      ].join(' · '),
      detail: path.relative(this.folder, each.file),
      buttons: [trash],
    }));
    const chosen = await new Promise<Stored | undefined>((resolve) => {
      pick.onDidHide(() => resolve(undefined));
      pick.onDidAccept(() => resolve(pick.selectedItems[0]?.stored));
      pick.onDidTriggerItemButton(({ item }) => resolve(item.stored));
      pick.show();
    });
    pick.dispose();
    if (chosen) await this.delete(chosen);
  }

  /**
   * The token lies in VS Code's secret storage, and goes to the server alone that it was given for. Returns whether one was
   * given.
   */
  async setToken(): Promise<boolean> {
    const { secrets } = this.parts;
    const { hub } = readSettings();
    const server = tokenServer(hub);
    if (server === undefined) {
      tell(t`no token is sent to ${hub}, for others could read it on the way: that takes https.`);
      return false;
    }
    const given = await vscode.window.showInputBox({
      title: t`Ryzanstein: token for the hub`,
      prompt: t`Sent to ${server} when a model is downloaded. Empty forgets it.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (given === undefined) return false;
    const token = given.trim();
    if (token === '') await secrets.delete(tokenKey(server));
    else await secrets.store(tokenKey(server), token);
    tell(token === '' ? t`no token is kept.` : t`the token is kept in the secret storage.`);
    return token !== '';
  }

  private async delete({ file, bytes }: Stored): Promise<void> {
    const name = path.basename(file);
    const yes = t`Delete`;
    const message = t`Ryzanstein: delete ${name}?`;
    const detail = t`${bytesOf(bytes)} become free. To have it again it has to be downloaded or imported again.`;
    if (!(await agreed(message, detail, yes))) return;
    try {
      if (isInUse(file)) await writeSetting('modelFile', '');
      await remove(file, this.folder);
      tell(t`${name} is deleted.`);
    } catch (error) {
      void notify('fail', `Ryzanstein: ${messageOf(error)}`);
    }
  }

  private explain(name: string, error: unknown, again: () => Promise<unknown>): void {
    const message = messageOf(error);
    this.parts.log.error(`${name} could not be downloaded: ${message}`);
    const kind = error instanceof HubProblem ? error.kind : 'broken';
    const [setToken, tryAgain] = [t`Set Hub Token`, t`Try Again`];
    const actions = kind === 'token' ? [setToken] : kind === 'gone' ? [] : [tryAgain];
    // Nobody waits for the answer: the progress ends.
    void notify('fail', `Ryzanstein: ${message}`, ...actions).then((action) =>
      orTell(async () => {
        const isTokenSet = action === setToken && (await this.setToken());
        if (isTokenSet || action === tryAgain) await again();
      }),
    );
  }
}

/** `42 % of 531 MB, 12.3 MB/s, 25 s left` */
function progressLine({ done, bytes, bytesPerSecond }: Progress): string {
  const share = t`${percent(Math.floor((done / bytes) * 100) / 100)} of ${bytesOf(bytes)}`;
  if (bytesPerSecond <= 0) return share;
  const seconds = Math.ceil((bytes - done) / bytesPerSecond);
  const left = seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  return t`${share}, ${bytesOf(bytesPerSecond)}/s, ${left} left`;
}

function isInUse(file: string): boolean {
  return isSame(file, chosenModelFile());
}

function tell(sentence: string): void {
  void notify('inform', `Ryzanstein: ${sentence}`);
}
