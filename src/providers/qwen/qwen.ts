import { UpstreamError } from "../../http/upstream-error.ts";
import { ModelList } from "../model-list.ts";
import { defineProvider } from "../provider.ts";
import { ENDED_TIER, isEndedTier, Refusal } from "./schema.ts";
import { understand } from "./traffic.ts";

export const qwen = defineProvider({
  id: "qwen",
  title: "Qwen (DashScope)",
  baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
  otherHosts: ["dashscope.aliyuncs.com"],
  credential: "api_key",
  noLogin: ENDED_TIER,
  environment: { apiKey: ["DASHSCOPE_API_KEY", "QWEN_API_KEY"] },
  floorSeconds: 300,
  understand,

  async read({ baseUrl, apiKey }, { http, signal }) {
    if (isEndedTier(baseUrl)) throw new UpstreamError("not_entitled", ENDED_TIER);
    try {
      const call = { schema: ModelList, bearer: apiKey, refusal: Refusal, signal };
      const { data: models } = await http.json({ url: `${baseUrl}/models`, ...call });
      return { readings: [], metered: true, models };
    } catch (error) {
      // Not every region has the list. The server is there all the same.
      if (error instanceof UpstreamError && error.status === 404) return { readings: [], metered: true };
      throw error;
    }
  },
});
