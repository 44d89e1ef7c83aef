import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it, test } from "vitest";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { createMetricsPage } from "../../src/metrics/page.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { quotasDocument } from "../../src/server/quotas-document.ts";
import { createServer, type ServerDeps } from "../../src/server/server.ts";
import { everyCorner } from "../metrics/every-corner.ts";
import { aSnapshot, NOW } from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const errors: unknown[] = [];
const running: Listening[] = [];

async function serve(over: Partial<ServerDeps> = {}): Promise<Listening> {
  const onError = (error: unknown) => errors.push(error);
  const deps = { snapshot: () => everyCorner, now: () => NOW, onError };
  const exporter = createExporterMetrics({ version: "0.1.0", revision: "", nodeVersion: "v24" });
  const app = createServer({
    ...deps,
    metricsPage: createMetricsPage({ ...deps, exporter }),
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    config: () => "accounts: []\n",
    reload: undefined,
    ...over,
  });
  const server = await listen(app, { host: "127.0.0.1", port: 0 });
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  errors.length = 0;
});

test.each([
  ["/", "text/html; charset=utf-8"],
  ["/?provider=kilo&state=topup", "text/html; charset=utf-8"],
  ["/accounts/credits", "text/html; charset=utf-8"],
  ["/metrics", "text/plain; version=0.0.4; charset=utf-8"],
  ["/api/v1/quotas", "application/json; charset=utf-8"],
  ["/api/v1/accounts/credits", "application/json; charset=utf-8"],
  ["/debug/polls", "application/json; charset=utf-8"],
  ["/probe?target=credits", "text/plain; version=0.0.4; charset=utf-8"],
  ["/config", "text/plain; charset=utf-8"],
  ["/-/healthy", "text/plain; charset=utf-8"],
  ["/-/ready", "text/plain; charset=utf-8"],
])("GET %s answers 200 as %s, and HEAD the same without a body", async (path, type) => {
  const server = await serve();
  const got = await ask(server, path);
  expect([got.status, got.headers["content-type"]]).toEqual([200, type]);
  expect(got.body.length).toBeGreaterThan(0);
  const head = await ask(server, path, "HEAD");
  expect([head.status, head.headers["content-type"], head.body.length]).toEqual([200, type, 0]);
});

test("the three views show one snapshot", async () => {
  const server = await serve();
  const [page, metrics, document] = await Promise.all(
    ["/", "/metrics", "/api/v1/quotas"].map(async (path) => (await ask(server, path)).body.toString()),
  );
  expect(metrics).toContain(renderFamilies(everyCorner, NOW));
  expect(JSON.parse(document ?? "")).toEqual(JSON.parse(JSON.stringify(quotasDocument(everyCorner))));
  expect(page).toContain("7 accounts, 10 quotas");
});

describe("gzip", () => {
  test.each([
    ["gzip", true],
    ["gzip, deflate, br", true],
    ["GZIP", true],
    ["br;q=1.0, gzip;q=0.8", true],
    ["*", true],
    [undefined, false],
    ["", false],
    ["identity", false],
    ["deflate, br", false],
    ["gzip;q=0", false],
    ["gzip;q=0.0, *", false],
    ["*;q=0", false],
    ["gzip;q=0.5, identity;q=1", false],
  ])("for Accept-Encoding %j: %s", async (accepted, expected) => {
    const server = await serve();
    const answer = await ask(server, "/metrics", "GET", accepted === undefined ? {} : { "Accept-Encoding": accepted });
    expect(answer.headers["content-encoding"]).toBe(expected ? "gzip" : undefined);
    expect(answer.headers["vary"]).toBe("Accept-Encoding");
    const text = (expected ? gunzipSync(answer.body) : answer.body).toString();
    expect(text.startsWith(renderFamilies(everyCorner, NOW))).toBe(true);
  });
});

describe("readiness", () => {
  it("is 503 with the number of accounts that are waited for", async () => {
    const answer = await ask(await serve({ ready: () => false }), "/-/ready");
    expect([answer.status, answer.body.toString()]).toEqual([
      503,
      "not ready: waiting for the first read of 1 of 7 accounts\n",
    ]);
  });

  it("says so of accounts that were read before the start too", async () => {
    const server = await serve({ ready: () => false, snapshot: () => aSnapshot() });
    expect((await ask(server, "/-/ready")).body.toString()).toBe(
      "not ready: waiting for the first read since the start of every account\n",
    );
  });

  it("does not change that the daemon is healthy", async () => {
    expect((await ask(await serve({ ready: () => false }), "/-/healthy")).status).toBe(200);
  });
});

test.each<[string, readonly string[]]>([
  ["/nothing", []],
  ["/Metrics", ["/metrics"]],
  ["/metrics/", ["/metrics"]],
  ["/-/Healthy", ["/-/healthy"]],
  ["/-/redy", ["/-/ready"]],
  ["/debug/poll", ["/debug/polls"]],
  ["/api/v1/quotas/", ["/api/v1/quotas"]],
  ["/api/v1/quota", ["/api/v1/quotas"]],
  ["/api/v1/account/credits", ["/api/v1/accounts/{name}"]],
  ["/account/credits", ["/accounts/{name}"]],
  ["/api/v1/acconts/sk-of-somebody?key=sk-of-somebody", ["/api/v1/accounts/{name}"]],
  ["/%E0%A4%A", []],
  ["//", ["/"]],
  ["/..%2fetc", []],
  [`/${"a".repeat(10_000)}`, []],
])("%s is not found, which names the near paths and not the one asked for", async (path, near) => {
  const answer = await ask(await serve(), path);
  expect([answer.status, answer.headers["content-type"]]).toEqual([404, "application/json; charset=utf-8"]);
  const { near: told, ...rest } = JSON.parse(answer.body.toString());
  expect(rest).toEqual({ error: "not found; see / for what there is" });
  expect(told.slice(0, 1)).toEqual(near);
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])(
  "%s is not allowed anywhere, and Allow says what is",
  async (method) => {
    const server = await serve();
    for (const path of [
      "/",
      "/metrics",
      "/-/healthy",
      "/-/ready",
      "/api/v1/quotas",
      "/api/v1/accounts/x",
      "/api/v1/events",
      "/accounts/x",
      "/debug/polls",
      "/probe",
    ]) {
      const answer = await ask(server, path, method);
      expect([path, answer.status, answer.headers["allow"]]).toEqual([path, 405, "GET, HEAD"]);
    }
  },
);

test.each(["/", "/accounts/main", "/accounts/nobody", "/metrics", "/nothing"])(
  "%s carries the security headers and none that tell what runs",
  async (path) => {
    const { headers } = await ask(await serve(), path);
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^' ]+'; script-src 'sha256-[^' ]+'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("etag");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  },
);

describe("a fault of ours", () => {
  const failure = new Error("secret detail in /etc/passwd");
  const broken = () => {
    throw failure;
  };

  it.each(["/", "/api/v1/quotas"])(
    "in %s is a plain 500 without a word of the error, and is told to the log",
    async (path) => {
      const answer = await ask(await serve({ snapshot: broken }), path);
      expect([answer.status, answer.body.toString()]).toEqual([500, "internal error; the log says more\n"]);
      expect(errors).toEqual([failure]);
    },
  );

  it("in the quota part leaves /metrics at 200", async () => {
    const onError = (error: unknown) => errors.push(error);
    const exporter = createExporterMetrics({ version: "0.1.0", revision: "", nodeVersion: "v24" });
    const metricsPage = createMetricsPage({ snapshot: broken, exporter, now: () => NOW, onError });
    const answer = await ask(await serve({ metricsPage }), "/metrics");
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toContain('llm_quota_exporter_render_failures_total{part="quotas"} 1');
  });

  it("does not stop the next request", async () => {
    const server = await serve({ snapshot: broken });
    await ask(server, "/");
    expect((await ask(server, "/-/healthy")).status).toBe(200);
  });
});

describe("/-/reload", () => {
  test.each(["POST", "PUT"])("%s reloads", async (method) => {
    let reloads = 0;
    const server = await serve({
      async reload() {
        reloads++;
        return undefined;
      },
    });
    const { status, body } = await ask(server, "/-/reload", method);

    expect([status, body.toString(), reloads]).toEqual([200, "reloaded\n", 1]);
  });

  test("says what is wrong with a config that is refused", async () => {
    const server = await serve({ reload: async () => "config.yaml:3:5: accounts: unknown key" });
    const { status, body } = await ask(server, "/-/reload", "POST");

    expect([status, body.toString()]).toEqual([
      500,
      "the config was refused, everything goes on as it was:\nconfig.yaml:3:5: accounts: unknown key\n",
    ]);
  });

  test("is off unless it was enabled", async () => {
    const { status, body } = await ask(await serve(), "/-/reload", "POST");

    expect([status, body.toString()]).toEqual([403, "reloading over HTTP is off; start with --web.enable-lifecycle\n"]);
  });

  test("does nothing when it is only looked at", async () => {
    const server = await serve({ reload: () => Promise.reject(new Error("reloaded")) });
    const { status, headers } = await ask(server, "/-/reload");

    expect([status, headers["allow"]]).toEqual([405, "POST, PUT"]);
  });
});
