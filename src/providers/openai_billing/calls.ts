import type { z } from "zod";
import type { HttpClient } from "../../http/client.ts";
import { UpstreamError } from "../../http/upstream-error.ts";
import type { Secret } from "../../secret.ts";
import { failureOf, refusedBy, toldOr } from "./failure.ts";
import {
  type Balance,
  CreditGrants,
  isUncapped,
  ofCreditGrants,
  ofDashboard,
  ofTokenUsage,
  ofUser,
  pointsPerUnit,
  Subscription,
  TokenUsage,
  Usage,
  User,
} from "./schema.ts";

interface Gateway {
  /** Without `/v1`. */
  readonly root: string;
  readonly apiKey: Secret | undefined;
  readonly settings: {
    readonly api: "auto" | keyof typeof APIS;
    readonly display_unit: "usd" | "cny" | "credits";
    readonly usage_divisor: number;
    readonly quota_per_unit?: number | undefined;
    readonly user_id?: string | undefined;
  };
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

type ReadBalance = (gateway: Gateway) => Promise<Balance>;

const APIS = {
  token_usage: readTokenUsage,
  dashboard: readDashboard,
  credit_grants: readCreditGrants,
  user: readUser,
} as const satisfies Readonly<Record<string, ReadBalance>>;

export async function readBalance(gateway: Gateway): Promise<Balance> {
  const { api } = gateway.settings;
  if (api !== "auto") return APIS[api](gateway);
  const pages: unknown[] = [];
  for (const read of inOrder(gateway)) {
    try {
      return await read(gateway);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      if (error.isWebPage) pages.push(error);
    }
  }
  // A page says more than that something is not there.
  if (pages.length > 0) throw pages[0];
  throw new UpstreamError("client", "this server has none of the calls that tell a balance: check base_url");
}

/** The one first that tells most exactly; points only where it is known what they are worth. */
function inOrder({ settings }: Gateway): readonly ReadBalance[] {
  const exact = pointsPerUnit(settings) === undefined ? [] : [readTokenUsage];
  return [...exact, readDashboard, readCreditGrants];
}

/** The server does not know the address: it says so, sends its own page for it, or sends us away. */
function isElsewhere(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false;
  return error.isWebPage || error.status === 404 || isRedirect(error);
}

const isRedirect = ({ status = 0 }: UpstreamError): boolean => status >= 300 && status < 400;

async function readTokenUsage(gateway: Gateway): Promise<Balance> {
  const path = "/api/usage/token";
  const data = await ask(gateway, path, TokenUsage).catch((error: unknown) => {
    // Newer versions have it with a slash. Most send us there.
    if (error instanceof UpstreamError && (isRedirect(error) || error.status === 404))
      return ask(gateway, `${path}/`, TokenUsage);
    throw error;
  });
  return ofTokenUsage(data, pointsPerUnit(gateway.settings) ?? 1);
}

async function readDashboard(gateway: Gateway): Promise<Balance> {
  const subscription = await ask(gateway, "/v1/dashboard/billing/subscription", Subscription);
  if (isUncapped(subscription)) return { amounts: { unlimited: true }, expiresAt: subscription.access_until };
  const { total_usage: usage } = await ask(gateway, "/v1/dashboard/billing/usage", Usage);
  return ofDashboard(subscription, usage === null ? undefined : usage / gateway.settings.usage_divisor);
}

async function readCreditGrants(gateway: Gateway): Promise<Balance> {
  return ofCreditGrants(await ask(gateway, "/dashboard/billing/credit_grants", CreditGrants));
}

async function readUser(gateway: Gateway): Promise<Balance> {
  return ofUser(await ask(gateway, "/api/user/self", User), pointsPerUnit(gateway.settings) ?? 1);
}

async function ask<T>(gateway: Gateway, path: string, schema: z.ZodType<T>): Promise<T> {
  const url = `${gateway.root}${path}`;
  const call = { url, schema: toldOr(schema), refusedBy, signal: gateway.signal, ...credentialOf(gateway) };
  const { data: told } = await gateway.http.json(call);
  if ("failure" in told) throw failureOf(url, told.failure);
  return told.data;
}

/** The access token of a user is sent as it is, with the user that it belongs to. */
function credentialOf({ apiKey, settings: { api, user_id } }: Gateway) {
  if (api !== "user") return { bearer: apiKey };
  return {
    headers: {
      ...(apiKey !== undefined && { authorization: apiKey }),
      ...(user_id !== undefined && { "new-api-user": user_id }),
    },
  };
}
