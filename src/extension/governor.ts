// Keeps completions from being in the way of other work: looks at battery, builds, debugging and memory when it is asked.

import os from 'node:os';
import * as vscode from 'vscode';
import { type Allowance, allowance, isMemoryShort } from '../editing/throttle';
import { isOnBattery } from '../editing/battery';
import type { LocalEngine } from '../editing/localEngine';
import type { Settings } from './settings';

/** How old what was read of the battery may become before it is read again, in milliseconds. */
const batteryAge = 30_000;
/** Without a request for this long, in milliseconds, the model is given up where memory is short. */
const idleTime = 5 * 60_000;

/** What is read of the machine. */
export interface Machine {
  isOnBattery(): Promise<boolean>;
  isMemoryShort(): boolean;
}

const thisMachine: Machine = {
  isOnBattery: () => isOnBattery(),
  isMemoryShort: () => isMemoryShort(process.availableMemory?.() ?? os.freemem(), os.totalmem()),
};

export class Governor implements vscode.Disposable {
  private machine = thisMachine;
  private onBattery = false;
  private batteryRead = -Infinity;
  private lastUse = performance.now();
  private idle: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable[];

  /** `onChange` is called when what is allowed may have changed. */
  constructor(
    private readonly engine: LocalEngine,
    private readonly onChange: () => void,
  ) {
    this.subscriptions = [
      vscode.tasks.onDidStartTask(onChange),
      vscode.tasks.onDidEndTask(onChange),
      vscode.debug.onDidChangeActiveDebugSession(onChange),
      // Memory may have become short since the model was used last; another window in front is a time to look.
      vscode.window.onDidChangeWindowState(() => this.unloadIfIdle()),
    ];
  }

  /** Looks at this machine, or at one that a test makes up. */
  lookAt(machine: Machine = thisMachine): void {
    this.machine = machine;
    this.batteryRead = -Infinity;
    void this.readBattery();
  }

  /** What is allowed now. The battery is the one read last; if that was long ago, it is read again meanwhile. */
  allowance(settings: Settings): Allowance {
    void this.readBattery();
    return allowance([
      { holds: this.onBattery, effort: settings.onBattery, because: 'on battery' },
      { holds: isBuilding(), effort: settings.whileBuilding, because: 'a build runs' },
      {
        holds: vscode.debug.activeDebugSession !== undefined,
        effort: settings.whileBuilding,
        because: 'a program is debugged',
      },
    ]);
  }

  /** The engine was used; from now on the time without use is counted anew. */
  used(): void {
    this.lastUse = performance.now();
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.unloadIfIdle(), idleTime);
  }

  dispose(): void {
    clearTimeout(this.idle);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Gives the model's memory back if it is needed and the model is not. */
  unloadIfIdle(idleFor = performance.now() - this.lastUse): void {
    if (idleFor >= idleTime && this.machine.isMemoryShort())
      this.engine.unload('it was idle, and memory is short');
  }

  private async readBattery(): Promise<void> {
    const now = performance.now();
    if (now - this.batteryRead < batteryAge) return;
    this.batteryRead = now;
    const onBattery = await this.machine.isOnBattery();
    if (onBattery === this.onBattery) return;
    this.onBattery = onBattery;
    this.onChange();
  }
}

/** A task of the groups that people build and test with; one that watches in the background runs all day. */
function isBuilding(): boolean {
  const { Build, Rebuild, Test, Clean } = vscode.TaskGroup;
  const groups = new Set([Build, Rebuild, Test, Clean].map(({ id }) => id));
  return vscode.tasks.taskExecutions.some(
    ({ task }) => !task.isBackground && task.group !== undefined && groups.has(task.group.id),
  );
}
