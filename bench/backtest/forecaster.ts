import type { SimulatedQuota } from "./simulated-quota.ts";

/** A line that `replay` reads. Times in unix seconds. */
export interface Sample {
  readonly quota_id: string;
  readonly t: number;
  readonly limit: number | null;
  readonly remaining: number;
  readonly reset_at: number | null;
  readonly kind: "calendar" | "rolling" | "credits";
  readonly unit: SimulatedQuota["unit"];
  readonly period_seconds: number | null;
  readonly sliding: boolean;
}

/** What `replay` answers, as far as it is judged. */
export interface Verdict {
  readonly exhaust_at: number | null;
  readonly page: boolean;
}

/** Sees the samples of all quotas in the order of time. */
export type Forecaster = (sample: Sample) => Verdict;

/** The verdicts on one quota, one per sample; `exhaustAt` is NaN where none is foreseen. */
export interface Verdicts {
  readonly exhaustAt: Float64Array;
  readonly page: Uint8Array;
}

export interface Run {
  /** In the order of the quotas. */
  readonly verdicts: readonly Verdicts[];
  readonly samples: number;
  /** Undefined: the system did not tell. */
  readonly cpuSeconds: number | undefined;
}

/** Keeps the quotas of a forecaster apart. */
export function perQuota(create: () => Forecaster): Forecaster {
  const forecasters = new Map<string, Forecaster>();
  return (sample) => {
    const known = forecasters.get(sample.quota_id);
    if (known !== undefined) return known(sample);
    const created = create();
    forecasters.set(sample.quota_id, created);
    return created(sample);
  };
}
