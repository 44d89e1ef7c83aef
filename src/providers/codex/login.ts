import { z } from "zod";
import { Secret } from "../../secret.ts";
import { LoginExpiry, TokenText } from "../login-file.ts";

const AUTH = "https://api.openai.com/auth";

/** What we read of the claims of a JWT. Whoever takes the token checks its signature. */
const Claims = z.object({
  exp: LoginExpiry.optional().catch(undefined),
  [AUTH]: z.object({ chatgpt_account_id: z.string() }).optional().catch(undefined),
});
type Claims = Partial<z.infer<typeof Claims>>;

const Token = TokenText.transform((text) => ({ secret: new Secret(text), claims: claimsOf(text) }));

const Tokens = z
  .object({
    access_token: Token.nullish(),
    account_id: z.string().trim().nullish(),
    // As older versions of the tool wrote them.
    accessToken: Token.nullish(),
    accountId: z.string().trim().nullish(),
    id_token: z.string().transform(claimsOf).optional().catch(undefined),
  })
  .transform(({ access_token, accessToken, account_id, accountId, id_token }, context) => {
    const token = access_token ?? accessToken;
    if (token === undefined || token === null) {
      context.addIssue({ code: "custom", path: ["access_token"], message: "expected string, but it is missing" });
      return z.NEVER;
    }
    const claimed = token.claims[AUTH] ?? id_token?.[AUTH];
    return {
      token: token.secret,
      /** The workspace: a user may be in several. */
      accountId: account_id || accountId || claimed?.chatgpt_account_id,
      expiresAt: token.claims.exp,
    };
  });

/** `auth.json` of Codex, which holds no tokens while the tool uses an API key. */
export const Login = z.object({ tokens: Tokens.nullish() }).transform(({ tokens }) => tokens ?? undefined);

/** Empty for a token that is no JWT. */
function claimsOf(text: string): Claims {
  try {
    const [, payload = ""] = text.split(".");
    return Claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8"))).data ?? {};
  } catch {
    // Its error would quote the token.
    return {};
  }
}
