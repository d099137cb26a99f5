// Engines that misbehave, as scripts for a process of their own: what the client has to cope with.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LocalEngine, type LocalState } from '../../../src/editing/localEngine';
import type { Completion, LoadParams } from '../../../src/protocol';
import type { ModelInfo } from '../../../src/reports';
import { answer } from './marked';

const model: ModelInfo = {
  ...{
    name: 'fake',
    file: 'fake.gguf',
    architecture: 'bitnet',
    type: 'TQ2_0',
    weights: 1,
    contextLength: 64,
  },
  ...{ kernel: 'scalar', threads: 1, loadMs: 1, bytes: 1, passBytes: 1, multiplied: 1, bytesPerToken: 1 },
};

/** What each method of a fake engine does: the body of a function of all `Deeds`, and of `after`, which is a timer. */
export interface Behaviour {
  load?: string;
  complete?: string;
  bench?: string;
  diagnose?: string;
  evaluate?: string;
  cancelled?: string;
  start?: string;
}

function script(behaviour: Behaviour): string {
  const methods: Record<string, string> = {
    load: behaviour.load ?? `answer(${JSON.stringify(model)})`,
    complete: behaviour.complete ?? `answer(${JSON.stringify(answer('ok'))})`,
    bench: behaviour.bench ?? 'answer({})',
    diagnose: behaviour.diagnose ?? 'answer({})',
    evaluate: behaviour.evaluate ?? 'answer({})',
    usage: 'answer({ memoryBytes: 1, cpuMs: 1, availableBytes: 5 })',
    '$/cancelRequest': behaviour.cancelled ?? '',
  };
  return `
    ${behaviour.start ?? ''}
    const after = setTimeout;
    const methods = {
      ${Object.entries(methods)
        .map(
          ([name, body]) => `${JSON.stringify(name)}({ answer, refuse, params, send, hangUp }) { ${body} }`,
        )
        .join(',\n')}
    };
    require(${JSON.stringify(path.resolve('out/test/unit/editing/fakeProcess.js'))}).behave(methods);`;
}

/** Where the servers of the tests listen. */
export const runtimeFolder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-run-'));
process.on('exit', () => remove(runtimeFolder));

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    // There a server keeps the folder that it was started in for as long as it lingers.
    if (process.platform !== 'win32') throw error;
  }
}

/** A client of a fake engine, and what was observed of it. */
export class Trial {
  readonly states: LocalState[] = [];
  /** At each time that it told of something. */
  readonly occupations: LocalEngine['occupation'][] = [];
  readonly log: string[] = [];
  readonly client: LocalEngine;
  loads = 0;
  private state: LocalState;
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'ryzanstein-engine-'));

  constructor(
    behaviour: Behaviour,
    more: {
      load?: () => LoadParams;
      instead?: () => LoadParams;
      patienceMs?: number;
      loadPatienceMs?: number;
      idleMs?: number;
      isMemoryShort?: (available?: number) => boolean;
      file?: string;
    } = {},
  ) {
    const file = path.join(this.folder, 'engine.js');
    writeFileSync(file, script(behaviour));
    const note = (message: string): void => void this.log.push(message);
    this.client = new LocalEngine({
      file: more.file ?? file,
      load: () => {
        this.loads++;
        return more.load?.() ?? { modelFile: 'fake.gguf', threads: 0 };
      },
      log: { info: note, warn: note, error: note, debug: note },
      ...(more.instead && { instead: more.instead }),
      onState: (state) => {
        if (state !== this.state) this.states.push(state);
        this.state = state;
        this.occupations.push(this.client.occupation);
      },
      ...{ patienceMs: more.patienceMs, loadPatienceMs: more.loadPatienceMs },
      ...{ idleMs: more.idleMs, isMemoryShort: more.isMemoryShort },
    });
    this.state = this.client.state;
  }

  get names(): string {
    return this.states.map(({ name }) => name).join(' ');
  }

  complete(
    token: Parameters<LocalEngine['complete']>[1],
    onSooner: Parameters<LocalEngine['complete']>[2] = () => undefined,
  ): Promise<Completion> {
    const prompt = { path: 'a.ts', languageId: 'typescript', prefix: 'a', suffix: '', related: [] };
    const limits = { maxTokens: 8, maxLines: 1, minConfidence: 0 };
    return this.client.complete({ prompt, limits }, token, onSooner);
  }

  end(): void {
    this.client.dispose();
    remove(this.folder);
  }
}
