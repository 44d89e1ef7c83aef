import { ifAllowed } from "../../http/if-allowed.ts";
import { defineProvider } from "../provider.ts";
import { Me, QuotaUsage, SubscriptionUsage, toAccountReading } from "./schema.ts";
import { understand } from "./traffic.ts";

export const chutes = defineProvider({
  id: "chutes",
  title: "Chutes",
  baseUrl: "https://api.chutes.ai",
  credential: "api_key",
  environment: { apiKey: ["CHUTES_API_KEY"] },
  keyPrefixes: ["cpk_", "cak_"],
  floorSeconds: 60,
  understand,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const call = { bearer: apiKey, signal };
    // One after the other, so that a refused credential is shown once per read and not twice.
    const usage = await http.json({
      ...call,
      url: `${baseUrl}/users/me/subscription_usage`,
      schema: SubscriptionUsage,
    });
    const me = await ifAllowed(http.json({ ...call, url: `${baseUrl}/users/me`, schema: Me }));
    // `me` is no id of a chute: the server answers an unknown one with the quota that holds for all.
    const daily = usage.data.subscription
      ? undefined
      : await ifAllowed(http.json({ ...call, url: `${baseUrl}/users/me/quota_usage/me`, schema: QuotaUsage }));
    return toAccountReading({ usage: usage.data, daily: daily?.data, balance: me?.data.balance ?? undefined }, now);
  },
});
