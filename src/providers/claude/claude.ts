import { LOGIN_SETTINGS, notTried, readLogin, refuseExpired } from "../login-file.ts";
import { defineProvider } from "../provider.ts";
import { Login, planOf, toReadings, Usage } from "./schema.ts";
import { understand } from "./traffic.ts";

export const claude = defineProvider({
  id: "claude",
  title: "Claude subscription",
  baseUrl: "https://api.anthropic.com",
  credential: "credentials_file",
  environment: {},
  keyPrefixes: ["sk-ant-oat", "sk-ant-ort"],
  floorSeconds: 300,
  understand,
  // The endpoint refuses for an hour at a time: the last good reading has to bridge that.
  staleAfterSeconds: 5400,
  settings: LOGIN_SETTINGS,

  async read({ baseUrl, settings }, { http, signal, now }) {
    const { claudeAiOauth: login } = await readLogin(settings, Login);
    if (login === undefined || login === null)
      throw notTried("the login file holds no Claude login; log in with Claude Code");
    refuseExpired(login.expiresAt ?? undefined, now, "Claude Code");
    const { data } = await http.json({
      url: `${baseUrl}/api/oauth/usage`,
      schema: Usage,
      bearer: login.accessToken,
      headers: { "anthropic-beta": "oauth-2025-04-20" },
      signal,
    });
    return {
      ...toReadings(data, now),
      metered: true,
      ...planOf(login),
      ...(login.expiresAt && { credentialExpiresAt: login.expiresAt }),
    };
  },
});
