import { UpstreamError } from "../../http/upstream-error.ts";
import { ModelList } from "../model-list.ts";
import { defineProvider } from "../provider.ts";

export const openaiCompatible = defineProvider({
  id: "openai_compatible",
  title: "OpenAI-compatible server",
  baseUrl: "http://127.0.0.1:8080/v1",
  credential: "optional_api_key",
  environment: { apiKey: ["OPENAI_COMPATIBLE_API_KEY"], baseUrl: ["OPENAI_COMPATIBLE_BASE_URL"] },
  floorSeconds: 60,

  // The health pages of these servers differ and lie outside `base_url`; all of them list their models.
  async read({ baseUrl, apiKey }, { http, signal }) {
    const call = { url: `${baseUrl}/models`, schema: ModelList, bearer: apiKey, signal };
    // Where no key is configured none is refused: such an account stands for a plan that only live traffic tells of.
    const answer = await http.json(call).catch((error: unknown) => {
      if (apiKey === undefined && error instanceof UpstreamError && error.reason === "auth") return undefined;
      throw error;
    });
    return { readings: [], metered: false, ...(answer !== undefined && { models: answer.data }) };
  },
});
