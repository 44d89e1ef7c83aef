import { z } from "zod";
import { defineProvider } from "../provider.ts";
import { readBalance } from "./calls.ts";
import { accountReading, DISPLAY_UNITS, pointsPerUnit } from "./schema.ts";
import { understandIn } from "./traffic.ts";

export const openaiBilling = defineProvider({
  id: "openai_billing",
  title: "OpenAI-style billing (one-api, new-api, OneHub)",
  baseUrl: undefined,
  credential: "api_key",
  environment: { apiKey: ["OPENAI_BILLING_API_KEY"], baseUrl: ["OPENAI_BILLING_BASE_URL"] },
  floorSeconds: 1,
  understand: (call, { display_unit }) => understandIn(display_unit)(call),

  settings: {
    /** What one unit of its numbers is: no answer tells. */
    display_unit: z.enum(DISPLAY_UNITS).default("usd"),
    /** `total_usage` counts parts of a unit. */
    usage_divisor: z.number().positive().default(100),
    /** Points of new-api per unit. */
    quota_per_unit: z.number().positive().optional(),
    api: z.enum(["auto", "dashboard", "token_usage", "credit_grants", "user"]).default("auto"),
    user_id: z
      .union([z.int().positive(), z.string().regex(/^\d{1,20}$/)], "needs the number of a user")
      .transform(String)
      .optional(),
  },

  settingsProblem(settings) {
    if (settings.user_id !== undefined && settings.api !== "user")
      return { key: "user_id", problem: "only calls of a user need it: say api: user, or remove it" };
    const needsPoints = settings.api === "token_usage" || settings.api === "user";
    if (needsPoints && pointsPerUnit(settings) === undefined)
      return {
        key: "display_unit",
        problem: "this call tells points, and nobody knows how many of them are one cny: say quota_per_unit",
      };
    return undefined;
  },

  async read({ baseUrl, apiKey, settings }, { http, signal, now }) {
    // Those who copy the address out of a client have the one of the API in it.
    const root = baseUrl.replace(/\/v1$/, "");
    const balance = await readBalance({ root, apiKey, settings, http, signal });
    return accountReading(balance, settings.display_unit, now);
  },
});
