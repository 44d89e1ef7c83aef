import { z } from "zod";
import { suggestion } from "../quota/near-names.ts";
import type { Secret } from "../secret.ts";
import { isUnencrypted } from "./base-url.ts";
import type { ConfiguredAccount, ConfiguredRoute, ListenAddress, ProxyConfig } from "./config.ts";
import type { Environment } from "./environment.ts";
import { isShowable, type Path, type Problem } from "./problem.ts";
import { listenAddress, scalar } from "./scalars.ts";
import { checkWebToken, ONE_TOKEN, type OnTokenFile, type WebToken } from "./web-token.ts";

/** Nothing that a server could take for something else once it is decoded. */
const PATH = "^(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+$";

const routePath = scalar({ type: "string", pattern: PATH }, (input) =>
  typeof input === "string" && input.length <= 200 && new RegExp(PATH).test(input)
    ? { value: input }
    : { problem: "needs a path such as /openai: letters, digits and _ ~ - ., without a slash at its end" },
);

const route = z.strictObject({
  path: routePath.meta({ description: "what the paths of its calls begin with" }),
  account: z.string().meta({ description: "name of the account whose provider they go to" }),
  key: z.enum(["caller", "account"]).prefault("caller").meta({
    description:
      "`caller`: the caller's own key is passed on. `account`: that of the account is, and the caller shows the token in its place",
  }),
});

export const proxy = z
  .strictObject({
    listen_address: listenAddress.prefault("127.0.0.1:10845").meta({
      description: "`host:port` that it takes calls at; beyond this machine only with a token",
    }),
    token_env: z.string().optional().meta({
      description: "name of the environment variable that holds the token of the callers. At least 16 characters",
      pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    }),
    token_file: z.string().min(1).optional().meta({
      description:
        "path of the file that holds the token, in place of `proxy.token_env`. It is read again when it changes",
    }),
    routes: z.array(route).min(1).max(200).meta({ description: "where calls go: see `docs/proxy.md`" }),
  })
  .refine(({ token_env, token_file }) => token_env === undefined || token_file === undefined, ONE_TOKEN);

type ProxySettings = z.infer<typeof proxy>;
type RouteSettings = ProxySettings["routes"][number];

interface Surroundings {
  readonly accounts: readonly ConfiguredAccount[];
  readonly env: Environment;
  readonly directory: string;
  readonly onTokenFile?: OnTokenFile | undefined;
}

interface CheckedProxy {
  readonly proxy?: ProxyConfig;
  readonly secrets: readonly Secret[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

/** Resolves the token and binds each route to its account. */
export async function checkProxy(settings: ProxySettings | undefined, found: Surroundings): Promise<CheckedProxy> {
  if (settings === undefined) return { secrets: [], warnings: [], problems: [] };
  const { token, ...checked } = await checkWebToken(settings, { ...found, section: "proxy" });
  const isOpen = !isOfThisMachine(settings.listen_address);
  const hasToken = settings.token_env !== undefined || settings.token_file !== undefined;
  const problems = [...checked.problems];
  const report = (path: Path, text: string) => problems.push({ path: ["proxy", ...path], text });
  if (isOpen && !hasToken)
    report(
      ["listen_address"],
      "beyond this machine every caller needs a token: set token_file, or use 127.0.0.1:10845",
    );
  const routes = settings.routes.flatMap((one, index) => {
    const problem = routeProblem(one, { ...found, hasToken, before: settings.routes.slice(0, index) });
    if (problem !== undefined) report(["routes", index, problem.key], problem.text);
    const account = found.accounts.find(({ account: name }) => name === one.account);
    return account === undefined ? [] : [bindRoute(one, account, { token, isOpen })];
  });
  const warnings = isOpen
    ? ["proxy: callers beyond this machine send their keys or the token unencrypted; put TLS in front"]
    : [];
  return {
    proxy: { listen: settings.listen_address, routes },
    secrets: checked.secrets,
    warnings: [...checked.warnings, ...warnings, ...unencrypted(routes)],
    problems,
  };
}

function unencrypted(routes: readonly ConfiguredRoute[]): readonly string[] {
  return routes
    .filter(({ credential, baseUrl }) => credential === undefined && isUnencrypted(baseUrl))
    .map(({ path }) => `proxy: the keys of callers of ${path} are sent unencrypted, as base_url begins with http://`);
}

function bindRoute(
  { path, key }: RouteSettings,
  { account, upstream }: ConfiguredAccount,
  { token, isOpen }: { readonly token: WebToken | undefined; readonly isOpen: boolean },
): ConfiguredRoute {
  const isOurs = key === "account" && upstream.key !== undefined;
  return {
    ...{ path, account, baseUrl: upstream.baseUrl },
    // Whoever is on this machine and brings a key of their own can as well call the provider.
    ...((key === "account" || isOpen) && token !== undefined && { token }),
    ...(isOurs && upstream.key && { credential: { header: upstream.keyHeader, key: upstream.key } }),
  };
}

interface Beside {
  readonly accounts: readonly ConfiguredAccount[];
  readonly hasToken: boolean;
  readonly before: readonly RouteSettings[];
}

function routeProblem(one: RouteSettings, { accounts, hasToken, before }: Beside) {
  const account = accounts.find(({ account: name }) => name === one.account);
  if (before.some(({ path }) => path === one.path)) return { key: "path", text: "another route has this path already" };
  if (account === undefined) return { key: "account", text: unknownAccount(one.account, accounts) };
  if (one.key === "caller") return undefined;
  if (!hasToken)
    return { key: "key", text: "who uses the key of the account needs a token: set proxy.token_file or token_env" };
  return account.upstream.key === undefined
    ? { key: "key", text: "the account has no API key that could be put in; use caller" }
    : undefined;
}

function unknownAccount(name: string, accounts: readonly ConfiguredAccount[]): string {
  const shown = isShowable(name) ? ` "${name}"` : "";
  return `no account has the name${shown}, ${suggestion(
    name,
    accounts.map(({ account }) => account),
  )}`;
}

const isOfThisMachine = ({ host }: ListenAddress) => /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
