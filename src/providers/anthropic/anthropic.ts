import { UpstreamError } from "../../http/upstream-error.ts";
import { ModelList } from "../model-list.ts";
import { defineProvider } from "../provider.ts";
import { hear, hearProbe, merged, PROBE_SETTINGS } from "../rate-limit-readings.ts";
import { Message, modelToProbe, Refusal, toReadings } from "./schema.ts";
import { understand } from "./traffic.ts";

export const anthropic = defineProvider({
  id: "anthropic",
  title: "Anthropic",
  baseUrl: "https://api.anthropic.com",
  credential: "api_key",
  keyHeader: "x-api-key",
  environment: { apiKey: ["ANTHROPIC_API_KEY"] },
  keyPrefixes: ["sk-ant-api"],
  floorSeconds: 60,
  understand,
  settings: PROBE_SETTINGS,

  async read({ baseUrl, apiKey, settings }, { http, signal, now }) {
    const common = {
      headers: { "anthropic-version": "2023-06-01", ...(apiKey !== undefined && { "x-api-key": apiKey }) },
      refusal: Refusal,
      signal,
    };
    const {
      data: models,
      readings,
      ...wait
    } = await hear(http.json({ url: `${baseUrl}/v1/models?limit=1000`, schema: ModelList, ...common }), (headers) =>
      toReadings(headers, "headers", now),
    );
    if (models === undefined) return { readings, metered: true, ...wait };
    if (!settings.probe) return { readings, metered: true, models };

    const model = settings.probe_model ?? modelToProbe(models);
    if (model === undefined) throw new UpstreamError("not_entitled", "the account lists no model that could be probed");
    const body = { model, max_tokens: 1, messages: [{ role: "user", content: "." }] };
    const { readings: probed, ...told } = await hearProbe(
      model,
      () => http.json({ url: `${baseUrl}/v1/messages`, method: "POST", body, schema: Message, ...common }),
      (headers) => toReadings(headers, "probe", now),
    );
    return { readings: merged(probed, readings), metered: true, models, ...told };
  },
});
