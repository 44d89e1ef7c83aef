import { UpstreamError } from "../../http/upstream-error.ts";
import { defineProvider } from "../provider.ts";
import { hearProbe, PROBE_SETTINGS } from "../rate-limit-readings.ts";
import { baseUrlFromHost } from "./host.ts";
import { Generated, modelToProbe, Tags, Version } from "./schema.ts";

export const ollama = defineProvider({
  id: "ollama",
  title: "Ollama",
  baseUrl: "http://127.0.0.1:11434",
  credential: "none",
  environment: { baseUrl: ["OLLAMA_HOST"], toBaseUrl: baseUrlFromHost },
  discoverAtDefault: true,
  floorSeconds: 15,

  settings: PROBE_SETTINGS,

  // Without a probe never `/api/generate`: it loads a model, which takes the GPU for seconds to minutes.
  async read({ baseUrl, settings }, { http, signal }) {
    await http.json({ url: `${baseUrl}/api/version`, schema: Version, signal });
    const { data: installed } = await http.json({ url: `${baseUrl}/api/tags`, schema: Tags, signal });
    const models = [...new Set(installed.map(({ name }) => name))];
    if (!settings.probe) return { readings: [], metered: false, models };

    const model = settings.probe_model ?? modelToProbe(installed);
    if (model === undefined)
      throw new UpstreamError("client", "the server has no model of its own that could be probed");
    const body = { model, prompt: ".", stream: false, options: { num_predict: 1 } };
    const told = await hearProbe(
      model,
      () => http.json({ url: `${baseUrl}/api/generate`, method: "POST", body, schema: Generated, signal }),
      () => [],
    );
    return { ...told, metered: false, models };
  },
});
