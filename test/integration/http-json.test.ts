import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { sendJson, startServer } from "../support/json-server.ts";

const KEY = "planted-acme-0123456789";

/** Ten lines for an API that nobody has heard of, and a neighbour whose expression never ends. */
const configText = (url: string) => `
accounts:
  - name: acme
    provider: http_json
    base_url: ${url}
    api_key_env: ACME_API_KEY
    interval: 1s
    request: { path: /v1/usage }
    readings:
      - { quota: daily, kind: calendar, unit: requests, limit: max, remaining: left, reset_at: resets }
  - name: endless
    provider: http_json
    base_url: ${url}
    interval: 1s
    request: { path: /v1/usage }
    readings:
      - { quota: daily, kind: calendar, unit: requests, remaining: "$contains('${"a".repeat(60)}!', /^(a+)+$/) ? 1 : 2" }
`;

it("an account that a config describes is on /metrics, and an expression without end holds up nobody", async () => {
  await using api = await startServer((_request, response) =>
    sendJson(response, { max: 500, left: "123", resets: "2031-12-01T00:00:00Z" }),
  );
  await using daemon = await startDaemon({
    configText: configText(api.url),
    env: { ACME_API_KEY: KEY },
    readyPath: "/-/healthy",
  });

  await eventually(async () => {
    const metrics = await daemon.metrics();
    expect(metrics).toContain(
      'llm_quota_remaining{provider="http_json",account="acme",quota="daily",unit="requests"} 123',
    );
    expect(metrics).toMatch(
      /llm_quota_poll_failures_total\{provider="http_json",account="endless",reason="malformed"\} [1-9]/,
    );
  });
  // The process is killed for the one, and begun anew for the other.
  const before = await goodReads(daemon);
  await eventually(async () => expect(await goodReads(daemon)).toBeGreaterThan(before));
  const { error } = JSON.parse(await (await daemon.get("/api/v1/accounts/endless")).text());
  expect(error).toMatchObject({
    reason: "malformed",
    message: expect.stringMatching(/readings\.0\.remaining = "\$contains\(.*takes longer than 3000 ms$/),
  });
  expect(
    api.requests[0]?.headers.authorization === `Bearer ${KEY}` ||
      api.requests[1]?.headers.authorization === `Bearer ${KEY}`,
  ).toBe(true);
  expect(`${await daemon.metrics()}${daemon.logs()}`).not.toContain(KEY);

  // In the midst of an expression, as it takes three seconds of four.
  const children = readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, "utf8").split(" ").filter(Boolean);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  await eventually(() => expect(children.filter((pid) => isRunning(Number(pid)))).toEqual([]));
});

async function goodReads(daemon: { metrics(): Promise<string> }): Promise<number> {
  const text = await daemon.metrics();
  return Number(
    /llm_quota_last_success_timestamp_seconds\{provider="http_json",account="acme"\} (\S+)/.exec(text)?.[1] ?? 0,
  );
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
