// Reports that are kept in a file from one window to the next.

import { readFileSync } from 'node:fs';
import { writeWhole } from '../held';
import { unwritable } from '../wording';

export class KeptReports<Report> {
  /** `isOwn` tells those that this version writes; without a file nothing is kept. */
  constructor(
    private readonly file: string | undefined,
    private readonly isOwn: (report: Report) => boolean,
  ) {}

  /** As other windows have left them. What cannot be read counts as none: the next ones are written in its place. */
  read(): readonly Report[] {
    if (this.file === undefined) return [];
    try {
      return (JSON.parse(readFileSync(this.file, 'utf8')) as Report[]).filter(this.isOwn);
    } catch {
      return [];
    }
  }

  /** Throws an Error that says why they cannot be kept. */
  write(reports: readonly Report[]): void {
    if (this.file === undefined) return;
    try {
      writeWhole(this.file, JSON.stringify(reports));
    } catch (error) {
      throw unwritable(this.file, error);
    }
  }
}
