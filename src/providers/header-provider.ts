import type { z } from "zod";
import { type AnswerHeaders, rateLimits } from "../http/rate-limit-headers.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import { refusedInJson } from "../http/web-page-refusal.ts";
import type { Observation } from "../quota/observation.ts";
import { keepTightest } from "../quota/open-names.ts";
import type { AccountReading } from "../quota/reading.ts";
import { Completion } from "./completion.ts";
import { headerReadings, type KnownBuckets } from "./header-readings.ts";
import { ModelList } from "./model-list.ts";
import { type Connection, defineProvider, type Provider, type ReadContext, type Understood } from "./provider.ts";
import { hear, hearProbe, merged, PROBE_SETTINGS, type Usage } from "./rate-limit-readings.ts";
import { ofModel, type RefusalMeant, type RefusedCall, understanding } from "./understand.ts";

/** A provider that tells what is left in the headers of its answers and nowhere else, as data. */
interface HeaderProvider
  extends Pick<Provider, "id" | "title" | "baseUrl" | "otherHosts" | "environment" | "keyPrefixes"> {
  /** Free, and proves the key. By default `/models` in OpenAI's form. */
  readonly list?: { readonly path: string; readonly schema: z.ZodType<readonly string[] | undefined> };
  /** What a probe asks for one token. By default in OpenAI's form at `/chat/completions`. */
  readonly completion?: { readonly path: string; readonly schema: z.ZodType<Usage | undefined> };
  /** What its completions call the most tokens that they may make. */
  readonly tokenLimit: "max_tokens" | "max_completion_tokens";
  readonly known?: KnownBuckets;
  /** What it means by refusing a call, where the status does not say all. */
  readonly refused?: (call: RefusedCall) => RefusalMeant | undefined;
}

/** They keep their buckets per model, and no list of models says which is the cheapest: the config names one. */
export function defineHeaderProvider(spec: HeaderProvider): Provider {
  const {
    list = { path: "/models", schema: ModelList },
    completion = { path: "/chat/completions", schema: Completion },
    tokenLimit,
    known = {},
    refused,
    ...facts
  } = spec;
  const check = { path: list.path, schema: list.schema.transform((models) => ({ models })) };
  return defineProvider({
    ...facts,
    credential: "api_key",
    floorSeconds: 60,
    understand: understandingBuckets(known, refused),
    settings: PROBE_SETTINGS,
    settingsProblem: ({ probe, probe_model }) =>
      probe && probe_model === undefined
        ? { key: "probe_model", problem: "needs the id of the model to ask for a token, because probe is true" }
        : undefined,

    read: (account, context) => {
      const { probe, probe_model: model } = account.settings;
      const asked = probe && model !== undefined ? { ...completion, ...oneToken(model, tokenLimit), model } : undefined;
      return readHeaders(account, { check, probe: asked, known, perModel: true }, context);
    },
  });
}

/** The least that a model can be asked for. */
export const oneToken = (model: string, tokenLimit: string) => ({
  body: { model, [tokenLimit]: 1, messages: [{ role: "user", content: "." }] },
});

/** How the calls to a provider with a bucket per model are understood. */
export function understandingBuckets(
  known: KnownBuckets,
  refused?: HeaderProvider["refused"],
): (call: Observation) => Understood {
  return understanding({
    hear: (headers, now) => headerReadings(headers, now, known),
    perModel: true,
    refused: (call) =>
      call.status === 429 && isNotOffered(call.headers, call.at) ? { refusal: "not_entitled" } : refused?.(call),
  });
}

/**
 * A limit of 0 in a refusal is a model that the plan does not have, which no waiting changes; beside an amount below 0 it
 * is one that nobody knows.
 */
function isNotOffered(headers: AnswerHeaders, now: Date): boolean {
  const isUnknown = Object.values(headers).some((value) => /^\s*-\d/.test(value));
  return !isUnknown && [...rateLimits(headers, "fieldFirst", now).values()].some(({ limit }) => limit === 0);
}

interface HeaderCalls {
  /** A free one. */
  readonly check?: Call<{ readonly models?: readonly string[] | undefined }> | undefined;
  /** One that costs something: only where the config asks for it. */
  readonly probe?: (Call<Usage | undefined> & Probed) | undefined;
  readonly known: KnownBuckets;
  /** What a probe tells is of the probed model. */
  readonly perModel?: true;
  /** Where it is not `authorization` with `Bearer`. */
  readonly keyHeader?: string;
}

interface Call<T> {
  /** Below `base_url`. */
  readonly path: string;
  readonly schema: z.ZodType<T>;
}

interface Probed {
  readonly model: string;
  readonly method?: "GET" | "POST";
  readonly body?: unknown;
}

/** What the headers of a free call tell, and those of a probe. Without either, live traffic alone tells of the account. */
export async function readHeaders(
  { baseUrl, apiKey }: Connection,
  { check, probe, known, perModel, keyHeader = "authorization" }: HeaderCalls,
  { http, signal, now }: ReadContext,
): Promise<AccountReading> {
  const isBearer = keyHeader === "authorization";
  const credential = isBearer || apiKey === undefined ? { bearer: apiKey } : { headers: { [keyHeader]: apiKey } };
  const send = <T>({ path, ...request }: Call<T> & Partial<Probed>) =>
    offered(http.json({ url: `${baseUrl}${path}`, ...request, ...credential, refusedBy, signal }), now);

  const checked = check && (await hear(send(check), (headers) => headerReadings(headers, now, known)));
  const { readings = [], data: list, ...wait } = checked ?? {};
  const models = list?.models === undefined ? {} : { models: list.models };
  const isRefused = checked !== undefined && list === undefined;
  if (isRefused || probe === undefined) return { ...keepTightest([], readings), metered: true, ...models, ...wait };

  const { model, ...request } = probe;
  const { readings: probed, ...told } = await hearProbe(
    model,
    () => send({ method: "POST", ...request }),
    (headers) => ofModel(headerReadings(headers, now, { ...known, source: "probe" }), perModel && model),
  );
  return { ...keepTightest([], merged(probed, readings)), metered: true, ...models, ...told };
}

const refusedBy = refusedInJson();

async function offered<T>(call: Promise<T>, now: Date): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.status !== 429 || !isNotOffered(error.rateLimitHeaders, now))
      throw error;
    const message = `${error.message} with a limit of 0: the plan does not have this model`;
    throw new UpstreamError("not_entitled", message, { status: error.status, cause: error });
  }
}
