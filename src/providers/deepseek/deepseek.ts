import { UpstreamError } from "../../http/upstream-error.ts";
import { defineProvider } from "../provider.ts";
import { toReadings, UserBalance } from "./schema.ts";

export const deepseek = defineProvider({
  id: "deepseek",
  title: "DeepSeek",
  baseUrl: "https://api.deepseek.com",
  credential: "api_key",
  environment: { apiKey: ["DEEPSEEK_API_KEY"] },
  floorSeconds: 60,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const { data } = await http.json({ url: `${baseUrl}/user/balance`, schema: UserBalance, bearer: apiKey, signal });
    const readings = toReadings(data, now);
    // A refusal without a balance to put it on would look like a healthy account.
    if (data.is_available === false && readings.length === 0) {
      throw new UpstreamError("not_entitled", "the account has no balance and its calls are refused");
    }
    return { readings, metered: true };
  },
});
