import { LOGIN_SETTINGS, notTried, readLogin, refuseExpired } from "../login-file.ts";
import { defineProvider } from "../provider.ts";
import { Login } from "./login.ts";
import { toAccountReading, Usage } from "./schema.ts";
import { understand } from "./traffic.ts";

export const codex = defineProvider({
  id: "codex",
  title: "ChatGPT plan (Codex)",
  baseUrl: "https://chatgpt.com/backend-api",
  credential: "credentials_file",
  environment: {},
  floorSeconds: 120,
  understand,
  settings: LOGIN_SETTINGS,

  async read({ baseUrl, settings }, { http, signal, now }) {
    const login = await readLogin(settings, Login);
    if (login === undefined)
      throw notTried("the login file holds no ChatGPT login; log in with Codex, not with an API key");
    const { token, accountId, expiresAt } = login;
    // A token that does not tell its expiry may well be good.
    if (expiresAt !== undefined) refuseExpired(expiresAt, now, "Codex");
    const { data } = await http.json({
      url: `${baseUrl}/wham/usage`,
      schema: Usage,
      bearer: token,
      headers: { ...(accountId !== undefined && { "chatgpt-account-id": accountId }) },
      signal,
    });
    return {
      ...toAccountReading(data, now),
      ...(expiresAt !== undefined && { credentialExpiresAt: expiresAt }),
    };
  },
});
