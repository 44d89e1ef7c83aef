import { z } from "zod";
import type { HttpClient } from "../http/client.ts";
import type { Secret } from "../secret.ts";

/** An API that speaks as that of Prometheus does. */
export interface PrometheusSource {
  /** What stands before `/api/v1/`. */
  readonly url: string;
  /** How far back. */
  readonly rangeSeconds: number;
  /** Further label matchers, as they stand between braces. */
  readonly selector?: string;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenant?: string;
  readonly authorization?: () => Promise<{ readonly header: Secret } | { readonly problem: string }>;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Unix seconds and value, which may be NaN or infinite. */
  readonly samples: readonly (readonly [number, number])[];
}

export interface PrometheusApi {
  range(query: string, range: { start: number; end: number; step: number }, signal: AbortSignal): Promise<Series[]>;
  /** The value of each series now. */
  instant(query: string, at: number, signal: AbortSignal): Promise<Series[]>;
}

/** A history of some hundred megabytes would not be here in time anyway. */
export const MOST_BYTES = 256 * 1024 * 1024;

const Labels = z.record(z.string(), z.string());
const Sample = z.tuple([z.number(), z.string()]);
const Matrix = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("matrix"),
    result: z.array(z.object({ metric: Labels, values: z.array(Sample) })),
  }),
});
const Vector = z.object({
  status: z.literal("success"),
  data: z.object({ resultType: z.literal("vector"), result: z.array(z.object({ metric: Labels, value: Sample })) }),
});

/** Throws an `UpstreamError` for whatever is no good answer. */
export function createPrometheusApi(source: PrometheusSource, http: HttpClient): PrometheusApi {
  const ask = async <T>(
    path: string,
    parameters: Record<string, string>,
    schema: z.ZodType<T>,
    signal: AbortSignal,
  ) => {
    const url = `${source.url}/api/v1/${path}?${new URLSearchParams(parameters)}`;
    const { data } = await http.json({ url, schema, headers: await headersOf(source), signal });
    return data;
  };
  return {
    async range(query, { start, end, step }, signal) {
      const parameters = { query, start: start.toFixed(3), end: end.toFixed(3), step: String(step) };
      const { data } = await ask("query_range", parameters, Matrix, signal);
      return data.result.map(({ metric, values }) => ({ labels: metric, samples: values.map(toSample) }));
    },
    async instant(query, at, signal) {
      const { data } = await ask("query", { query, time: at.toFixed(3) }, Vector, signal);
      return data.result.map(({ metric, value }) => ({ labels: metric, samples: [toSample(value)] }));
    },
  };
}

/** Prometheus writes infinities its own way: they end as NaN, which is no amount either. */
const toSample = ([at, text]: [number, string]): [number, number] => [at, Number(text)];

async function headersOf({ tenant, authorization }: PrometheusSource): Promise<Record<string, string | Secret>> {
  const found = await authorization?.();
  if (found !== undefined && "problem" in found) throw new Error(found.problem);
  return {
    ...(tenant !== undefined && { "x-scope-orgid": tenant }),
    ...(found !== undefined && { authorization: found.header }),
  };
}
