import { ModelList } from "../model-list.ts";
import { defineProvider } from "../provider.ts";
import { hear, hearProbe, merged, PROBE_SETTINGS } from "../rate-limit-readings.ts";
import { Completion, Refusal, toReadings } from "./schema.ts";
import { understand } from "./traffic.ts";

export const openai = defineProvider({
  id: "openai",
  title: "OpenAI",
  baseUrl: "https://api.openai.com/v1",
  credential: "api_key",
  environment: { apiKey: ["OPENAI_API_KEY"] },
  keyPrefixes: ["sk-proj-", "sk-svcacct-"],
  floorSeconds: 60,
  understand,
  settings: PROBE_SETTINGS,
  // The list of models has no prices and no order, so the cheapest cannot be found in it.
  settingsProblem: ({ probe, probe_model }) =>
    probe && probe_model === undefined
      ? { key: "probe_model", problem: "needs the id of the model to ask for a token, because probe is true" }
      : undefined,

  async read({ baseUrl, apiKey, settings }, { http, signal, now }) {
    const common = { bearer: apiKey, refusal: Refusal, signal };
    const {
      data: models,
      readings,
      ...wait
    } = await hear(http.json({ url: `${baseUrl}/models`, schema: ModelList, ...common }), (headers) =>
      toReadings(headers, "headers", now),
    );
    if (models === undefined) return { readings, metered: true, ...wait };
    const { probe: isProbed, probe_model: model } = settings;
    if (!isProbed || model === undefined) return { readings, metered: true, models };

    const body = { model, max_completion_tokens: 1, messages: [{ role: "user", content: "." }] };
    const { readings: probed, ...told } = await hearProbe(
      model,
      () => http.json({ url: `${baseUrl}/chat/completions`, method: "POST", body, schema: Completion, ...common }),
      (headers) => toReadings(headers, "probe", now),
    );
    return { readings: merged(probed, readings), metered: true, models, ...told };
  },
});
