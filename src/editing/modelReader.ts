// Looks at model files, and joins the parts of one, in engine processes of its own, so that no completion waits for it and no file can harm the editor.

import { stat } from 'node:fs/promises';
import { endingSentence, messageOf } from '../wording';
import type { MachineSpeed, ModelGlance } from '../reports';
import type { Log } from './backend';
import { EngineLink } from './engineLink';
import { forkEngine } from './engineProcesses';

/** What a file's header says, or why the file cannot be used. */
type Glance = ModelGlance | { refusal: string };

export class ModelReader {
  private child: EngineLink | undefined;
  /** By path and state: a file is read again when it has changed. A refusal may say nothing of the file, and is not kept. */
  private readonly known = new Map<string, ModelGlance>();

  /** `file` is the bundled engine, a script for Node. */
  constructor(
    private readonly file: string,
    private readonly log: Log,
  ) {}

  async glance(file: string): Promise<Glance> {
    const state = await stat(file).then(
      ({ size, mtimeMs }) => [file, size, mtimeMs].join(' '),
      () => file,
    );
    const known = this.known.get(state);
    if (known) return known;
    try {
      const glance = await (this.child ??= this.launch()).glance(file);
      this.known.set(state, glance);
      return glance;
    } catch (error) {
      return { refusal: messageOf(error) };
    }
  }

  /** What this machine can do; nothing where that cannot be measured, as without an engine for it. */
  async machine(): Promise<MachineSpeed | undefined> {
    try {
      return await (this.child ??= this.launch()).measureMachine();
    } catch (error) {
      this.log.warn(`The machine could not be measured: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Makes one file of the parts of a split model, in a process that is ended by `signal`. */
  async join(parts: string[], whole: string, signal: AbortSignal): Promise<void> {
    const wire = forkEngine(this.file, this.log);
    const child = new EngineLink(wire, this.log, (how) => new Error(endingSentence(how)));
    const stop = (): void => child.kill();
    signal.addEventListener('abort', stop);
    try {
      await child.join(parts, whole);
    } finally {
      signal.removeEventListener('abort', stop);
      child.kill();
    }
  }

  /** Ends the process, unless somebody else waits for it, who ends it then; the next look starts another one. */
  rest(): void {
    if (!this.child?.isAsked) this.dispose();
  }

  dispose(): void {
    const { child } = this;
    this.child = undefined;
    child?.kill();
  }

  private launch(): EngineLink {
    const wire = forkEngine(this.file, this.log);
    const child: EngineLink = new EngineLink(wire, this.log, (how) => {
      if (this.child === child) this.child = undefined;
      return new Error(endingSentence(how));
    });
    return child;
  }
}
