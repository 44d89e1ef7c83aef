import { askCodeAssist, CODE_ASSIST_SETTINGS, readGoogleLogin } from "../code-assist.ts";
import { understandCodeAssist } from "../code-assist-traffic.ts";
import { defineProvider } from "../provider.ts";
import { Quota, Refusal, toReadings } from "./schema.ts";

export const geminiCli = defineProvider({
  id: "gemini_cli",
  title: "Gemini CLI (Code Assist)",
  baseUrl: "https://cloudcode-pa.googleapis.com/v1internal",
  credential: "credentials_file",
  environment: {},
  floorSeconds: 120,
  understand: understandCodeAssist,
  settings: CODE_ASSIST_SETTINGS,

  async read({ baseUrl, settings }, { http, signal, now }) {
    const { token, expires } = await readGoogleLogin(settings, now, "Gemini CLI");
    const url = `${baseUrl}:retrieveUserQuota`;
    const { data } = await askCodeAssist(http, { url, settings, token, schema: Quota, refusal: Refusal, signal });
    return { ...toReadings(data, now), metered: true, ...expires };
  },
});
