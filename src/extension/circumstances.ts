// What keeps completions out of the way of other work: battery and builds, looked at when a request comes.

import * as vscode from 'vscode';
import type { Settings } from '../editing/settings';
import { strictest, type Throttle } from '../editing/throttle';

/** How old what was read of the battery may become before it is read again, in milliseconds. */
const batteryAge = 30_000;

export class Circumstances implements vscode.Disposable {
  private onBattery = false;
  private batteryRead = -Infinity;
  private readBattery: () => Promise<boolean>;
  private readonly subscriptions: vscode.Disposable[];

  /** `isOnBattery` reads this machine's battery; `onChange` is called when another throttle may hold. */
  constructor(
    private readonly isOnBattery: () => Promise<boolean>,
    private readonly onChange: () => void,
  ) {
    this.readBattery = isOnBattery;
    this.subscriptions = [vscode.tasks.onDidStartTask(onChange), vscode.tasks.onDidEndTask(onChange)];
  }

  /** What holds now. The battery is the one read last; if that was long ago, it is read again meanwhile. */
  throttle(settings: Settings): Throttle {
    void this.lookAtBattery();
    return strictest([
      ['battery', this.onBattery ? settings.onBattery : 'full'],
      ['build', isBuilding() ? settings.whileBuilding : 'full'],
    ]);
  }

  /** For tests: reads another battery from now on, this machine's one if none is named. */
  replaceBattery(read = this.isOnBattery): void {
    this.readBattery = read;
    this.batteryRead = -Infinity;
    void this.lookAtBattery();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async lookAtBattery(): Promise<void> {
    const now = performance.now();
    if (now - this.batteryRead < batteryAge) return;
    this.batteryRead = now;
    const onBattery = await this.readBattery();
    if (onBattery === this.onBattery) return;
    this.onBattery = onBattery;
    this.onChange();
  }
}

/** A task of the groups that people build and test with, also for debugging; one that watches in the background runs all day, and a program that is debugged mostly waits. */
function isBuilding(): boolean {
  const { Build, Rebuild, Test, Clean } = vscode.TaskGroup;
  const groups = new Set([Build, Rebuild, Test, Clean].map(({ id }) => id));
  return vscode.tasks.taskExecutions.some(
    ({ task }) => !task.isBackground && task.group !== undefined && groups.has(task.group.id),
  );
}
