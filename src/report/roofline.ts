// The roofline of a diagnosis: what this machine allows, and how near to it the loaded model reads and writes.

import { t } from '@vscode/l10n';
import type { Diagnosis } from '../reports';
import { inPage, logChart, type Series } from './charts';
import type { Figure } from './pages';
import { grouped, percent, short, threadsOf } from '../numbers';

/** Tokens of a prompt that share one reading of the weights. */
const passTokens = 64;
/** How far the roof goes on to the right of where it is level. */
const beyond = 4;

/** Undefined where the number of threads in use was not measured. */
export function rooflineOf({ threading, machine, tmac, model }: Diagnosis): Figure | undefined {
  const row = threading.scaling.find(({ threads }) => threads === model.threads);
  if (!row) return undefined;
  const { threads } = row;
  // Of as much memory as the weights take, in GB/s: those of a small model stay in a cache.
  const readGBs = (row.readLimit * model.passBytes) / 1e9;
  const peak = threads * Math.max(machine.gops, ...tmac.kernels.map(({ gops }) => gops));
  const perByte = (2 * model.weights) / model.bytes;
  // What is read for one token is a part of a mixture of experts; so many tokens meet all of it.
  const perPassByte = (2 * model.multiplied * passTokens) / model.bytes;
  const roof = (intensity: number): number => Math.min(peak, intensity * readGBs);
  const ridge = peak / readGBs;
  const dot = (name: string, intensity: number, gops: number): Series => {
    const share = percent(gops / roof(intensity));
    const text = t`${name}: ${grouped(gops)} billion operations a second, ${share} of what is possible`;
    return {
      name,
      values: [[intensity, gops]],
      mark: { at: [intensity, gops], text, label: `${name}, ${share}` },
    };
  };
  const dots = [
    dot(t`writing`, perByte, (perByte * model.passBytes * row.decode) / 1e9),
    dot(t`reading`, perPassByte, row.gops),
  ];
  const right = Math.max(ridge, perPassByte) * beyond;
  const left = Math.min(perByte, ridge) / beyond;
  const chart = logChart(
    {
      title: dots.flatMap(({ mark }) => mark?.text ?? []).join('; '),
      x: { title: t`operations for each byte read`, text: short },
      y: { title: t`billion operations a second`, text: short },
      series: [
        {
          name: t`what is possible`,
          values: [
            [left, roof(left)],
            [ridge, peak],
            [right, peak],
          ],
        },
        ...dots,
      ],
    },
    inPage,
  );
  return {
    title: t`How near to the limits of this machine`,
    note: explanation(threads, readGBs, peak),
    chart,
  };
}

function explanation(threads: number, readGBs: number, peak: number): string {
  return t`The line is what is possible with ${threadsOf(threads)}. Where it rises, reading the weights is the limit, at ${grouped(readGBs)} GB/s for a model of this size. Where it is level, multiplying is, at ${grouped(peak)} billion operations a second. Writing an answer reads the weights once for each token; of a prompt, ${grouped(passTokens)} tokens share one reading. Each point says how much of what is possible there is reached.`;
}
