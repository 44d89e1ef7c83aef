import { defineProvider } from "../provider.ts";
import { baseUrlFromHost } from "./host.ts";
import { Tags, Version } from "./schema.ts";

export const ollama = defineProvider({
  id: "ollama",
  title: "Ollama",
  baseUrl: "http://127.0.0.1:11434",
  credential: "none",
  environment: { baseUrl: ["OLLAMA_HOST"], toBaseUrl: baseUrlFromHost },
  discoverAtDefault: true,
  floorSeconds: 15,

  // Never `/api/generate`: it loads a model, which takes the GPU for seconds to minutes.
  async read({ baseUrl }, { http, signal }) {
    await http.json({ url: `${baseUrl}/api/version`, schema: Version, signal });
    const models = await http.json({ url: `${baseUrl}/api/tags`, schema: Tags, signal });
    return { readings: [], metered: false, models: models.data };
  },
});
