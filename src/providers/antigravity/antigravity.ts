import { UpstreamError } from "../../http/upstream-error.ts";
import { askCodeAssist, CODE_ASSIST_SETTINGS, readGoogleLogin } from "../code-assist.ts";
import { understandCodeAssist } from "../code-assist-traffic.ts";
import { defineProvider } from "../provider.ts";
import { Models, Refusal, Summary, toModelReadings, toPoolReadings } from "./schema.ts";

export const antigravity = defineProvider({
  id: "antigravity",
  title: "Antigravity",
  baseUrl: "https://cloudcode-pa.googleapis.com/v1internal",
  credential: "credentials_file",
  environment: {},
  floorSeconds: 120,
  understand: understandCodeAssist,
  settings: CODE_ASSIST_SETTINGS,

  async read({ baseUrl, settings }, { http, signal, now }) {
    const { token, expires } = await readGoogleLogin(settings, now, "Antigravity");
    const call = { settings, token, refusal: Refusal, signal };
    const facts = { metered: true, ...expires };
    try {
      const url = `${baseUrl}:retrieveUserQuotaSummary`;
      const { data } = await askCodeAssist(http, { ...call, url, schema: Summary });
      return { ...toPoolReadings(data, now), ...facts };
    } catch (error) {
      // Not there. Any other refusal says that the limits may not be read, which the other call would not change.
      if (!(error instanceof UpstreamError) || error.status !== 404) throw error;
    }
    const url = `${baseUrl}:fetchAvailableModels`;
    const { data } = await askCodeAssist(http, { ...call, url, schema: Models });
    return { ...toModelReadings(data, now), ...facts };
  },
});
