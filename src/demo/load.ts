/** Milliseconds since the epoch. */
export type Clock = () => number;

interface LoadStep {
  readonly fromSeconds: number;
  /** Units asked for each second, until the next step. */
  readonly perSecond: number;
}

/** What the users of a simulated account ask for, by seconds since its start, in order. Nothing before the first step. */
export type Load = readonly LoadStep[];

export const IDLE: Load = [];

export function steady(perSecond: number): Load {
  return [{ fromSeconds: 0, perSecond }];
}

/** Units asked for between two instants, each in seconds since the start. */
export function demand(load: Load, fromSeconds: number, toSeconds: number): number {
  return load.reduce((total, step, index) => {
    const begin = Math.max(step.fromSeconds, fromSeconds);
    const end = Math.min(load[index + 1]?.fromSeconds ?? toSeconds, toSeconds);
    return end > begin ? total + step.perSecond * (end - begin) : total;
  }, 0);
}
