// What is remembered of models in a file, the last ones that were used: whole or not at all, and nothing of a file that holds something else.

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { writeWhole } from '../held';

/** Models that are remembered. */
const mostModels = 50;

export class Store<T> {
  constructor(
    private readonly file: string,
    private readonly isUsable: (found: unknown) => found is T,
  ) {}

  get(key: string): T | undefined {
    return this.all()[key];
  }

  /** Where it cannot be written, it is found out again next time. */
  keep(key: string, value: T): void {
    const { [key]: _, ...others } = this.all();
    const kept = Object.fromEntries([...Object.entries(others), [key, value] as const].slice(-mostModels));
    try {
      writeWhole(this.file, JSON.stringify(kept));
    } catch {
      // Such as a disk that is full, or a file that another engine reads at this moment.
    }
  }

  private all(): Record<string, T> {
    try {
      const found = JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, unknown>;
      return Object.fromEntries(
        Object.entries(found).filter((entry): entry is [string, T] => this.isUsable(entry[1])),
      );
    } catch {
      return {};
    }
  }
}

/** Equal for the same file as it is, and for the same `circumstances`. */
export function keyOf(file: string, ...circumstances: (string | number)[]): string {
  const { size, mtimeMs } = statSync(file);
  const parts = [file, size, mtimeMs, ...circumstances];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
