import { UpstreamError } from "../../http/upstream-error.ts";
import { defineProvider } from "../provider.ts";
import { toReadings, UserBalance } from "./schema.ts";
import { understand } from "./traffic.ts";

export const deepseek = defineProvider({
  id: "deepseek",
  title: "DeepSeek",
  baseUrl: "https://api.deepseek.com",
  credential: "api_key",
  environment: { apiKey: ["DEEPSEEK_API_KEY"] },
  floorSeconds: 60,
  understand,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const { data } = await http.json({ url: `${baseUrl}/user/balance`, schema: UserBalance, bearer: apiKey, signal });
    const readings = toReadings(data, now);
    // A refusal without a number to put it on would look like a healthy account.
    if (data.isRefused && readings.every(({ confidence }) => confidence === "degraded")) {
      throw new UpstreamError("not_entitled", "the account's calls are refused and it tells no balance");
    }
    return { readings, metered: true };
  },
});
