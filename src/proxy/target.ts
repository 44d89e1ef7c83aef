/** Where a request goes. */
export interface Target<Route> {
  readonly route: Route;
  readonly origin: string;
  /** With the query. */
  readonly path: string;
}

export interface Refused {
  readonly status: number;
  readonly message: string;
}

interface Addressed {
  /** Without a slash at its end. */
  readonly path: string;
  readonly baseUrl: string;
}

const NOT_A_PATH: Refused = {
  status: 400,
  message: "this proxy takes a path only: its providers are fixed, and it is no proxy for other addresses",
};
const LEAVES: Refused = { status: 400, message: "the path must not hold the segments . and .., also not encoded" };
const UNREADABLE: Refused = { status: 400, message: "the path is not valid percent-encoding" };
const NO_ROUTE: Refused = { status: 404, message: "no route of the proxy begins like this path" };

/** The address that a request target stands for. It is never resolved: whatever the caller writes comes after the base URL. */
export function targetOf<Route extends Addressed>(
  requestTarget: string,
  routes: readonly Route[],
): Target<Route> | Refused {
  if (!requestTarget.startsWith("/") || requestTarget.includes("#")) return NOT_A_PATH;
  const [path = "", ...query] = requestTarget.split("?");
  const wrong = pathProblem(path);
  if (wrong !== undefined) return wrong;
  const route = routes.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  if (route === undefined) return NO_ROUTE;
  const base = new URL(route.baseUrl);
  const root = base.pathname.replace(/\/+$/, "");
  const rest = path.slice(route.path.length);
  const suffix = query.length === 0 ? "" : `?${query.join("?")}`;
  return { route, origin: base.origin, path: `${root}${rest}`.replace(/^$/, "/") + suffix };
}

/** Servers decode a path once or twice, and some take a backslash for a slash and drop what follows a semicolon. */
const MOST_DECODED = 4;

function pathProblem(path: string): Refused | undefined {
  let decoded = path;
  for (let times = 0; times < MOST_DECODED; times++) {
    if (decoded.split(/[/\\]/).some((segment) => /^\.\.?(?:;|$)/.test(segment))) return LEAVES;
    const next = decodedOnce(decoded);
    // What was encoded twice may be anything by now; only the first time has it to be right.
    if (next === undefined) return times === 0 ? UNREADABLE : undefined;
    if (next === decoded) return undefined;
    decoded = next;
  }
  return LEAVES;
}

function decodedOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
