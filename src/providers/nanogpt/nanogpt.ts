import { ifAllowed } from "../../http/if-allowed.ts";
import { defineProvider } from "../provider.ts";
import { Balance, toAccountReading, Usage } from "./schema.ts";
import { understand } from "./traffic.ts";

/** Management tokens read usage and nothing else; each of the two usage endpoints refuses the other's credential. */
const MANAGEMENT_PREFIX = "sk-nano-mgmt-";

export const nanogpt = defineProvider({
  id: "nanogpt",
  title: "NanoGPT",
  baseUrl: "https://nano-gpt.com/api",
  otherHosts: ["api.nano-gpt.com"],
  credential: "api_key",
  environment: { apiKey: ["NANOGPT_API_KEY", "NANO_GPT_API_KEY"] },
  keyPrefixes: ["sk-nano-"],
  floorSeconds: 60,
  understand,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const isManagement = apiKey?.startsWith(MANAGEMENT_PREFIX) === true;
    const path = isManagement ? "/management/v1/subscription/usage" : "/subscription/v1/usage";
    const usage = await http.json({ url: `${baseUrl}${path}`, schema: Usage, bearer: apiKey, signal });
    if (isManagement || apiKey === undefined) return toAccountReading(usage.data, undefined, now);

    // One after the other, so that a refused credential is shown once per read and not twice.
    const balance = await ifAllowed(
      http.json({
        url: `${baseUrl}/check-balance`,
        method: "POST",
        body: {},
        schema: Balance,
        headers: { "x-api-key": apiKey },
        signal,
      }),
    );
    return toAccountReading(usage.data, balance?.data, now);
  },
});
