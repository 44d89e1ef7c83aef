import type { Forecaster, Run, Sample, Verdict, Verdicts } from "./forecaster.ts";
import { itemOf } from "./numbers.ts";
import type { SimulatedQuota } from "./simulated-quota.ts";

/** The samples of all quotas in the order of time, and what was answered to each. */
export interface Stream {
  readonly length: number;
  sampleAt(place: number): Sample;
  answer(place: number, verdict: Verdict): void;
  readonly verdicts: readonly Verdicts[];
}

export function streamOf(quotas: readonly SimulatedQuota[]): Stream {
  const quotaOf: number[] = [];
  const indexOf: number[] = [];
  for (const [number, { told }] of quotas.entries()) {
    for (const index of told.keys()) {
      quotaOf.push(number);
      indexOf.push(index);
    }
  }
  const times = Float64Array.from(quotaOf, (number, k) => itemOf(itemOf(quotas, number).told, itemOf(indexOf, k)).t);
  // Within an instant the order of the quotas, within a quota that of its readings: that in which they stand.
  const order = Uint32Array.from(times.keys()).sort((a, b) => itemOf(times, a) - itemOf(times, b) || a - b);
  const verdicts = quotas.map(({ told }) => ({
    exhaustAt: new Float64Array(told.length).fill(Number.NaN),
    page: new Uint8Array(told.length),
  }));
  return {
    length: order.length,
    sampleAt(place) {
      const k = itemOf(order, place);
      return sampleOf(itemOf(quotas, itemOf(quotaOf, k)), itemOf(indexOf, k));
    },
    answer(place, { exhaust_at, page }) {
      const k = itemOf(order, place);
      const index = itemOf(indexOf, k);
      const given = itemOf(verdicts, itemOf(quotaOf, k));
      if (exhaust_at !== null) given.exhaustAt[index] = exhaust_at;
      given.page[index] = page ? 1 : 0;
    },
    verdicts,
  };
}

const KINDS = { calendar: "calendar", session: "rolling", sliding: "rolling", credits: "credits" } as const;

function sampleOf(quota: SimulatedQuota, index: number): Sample {
  const { t, limit, remaining, reset_at } = itemOf(quota.told, index);
  return {
    ...{ quota_id: quota.id, t, limit, remaining, reset_at, kind: KINDS[quota.kind], unit: quota.unit },
    period_seconds: quota.kind === "credits" ? null : quota.windowSeconds,
    sliding: quota.kind === "sliding",
  };
}

/** Runs a forecaster in this process; the time of making the samples counts too. */
export function runHere(quotas: readonly SimulatedQuota[], forecaster: Forecaster): Run {
  const stream = streamOf(quotas);
  const before = process.cpuUsage();
  for (let place = 0; place < stream.length; place++) stream.answer(place, forecaster(stream.sampleAt(place)));
  const { user, system } = process.cpuUsage(before);
  return { verdicts: stream.verdicts, samples: stream.length, cpuSeconds: (user + system) / 1e6 };
}
