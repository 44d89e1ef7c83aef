import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAlertmanager } from "../../src/alerting/alertmanager.ts";
import { createPostClient } from "../../src/http/post-client.ts";
import { Secret } from "../../src/secret.ts";
import { configDirectory, loadAt } from "../config/config-directory.ts";
import { freePort } from "../support/free-port.ts";
import { neverAnswer, type Respond, startServer } from "../support/json-server.ts";
import { asWire, named } from "./outlets.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const ALERTS = [asWire(named("a"))];
const RUNNING = new AbortController().signal;

function sender(url: string, over: Partial<Parameters<typeof createAlertmanager>[0]> = {}) {
  const client = createPostClient({ userAgent: "test" });
  onTestFinished(() => client.close());
  const target = { name: "am", url: `${url}/api/v2/alerts`, timeoutSeconds: 60, ...over };
  return createAlertmanager(target, { client, now: () => NOW });
}

const answer =
  (status: number, body = "", date?: string): Respond =>
  (_request, response) =>
    void response.writeHead(status, date === undefined ? {} : { date }).end(body);

describe("an Alertmanager", () => {
  it("is handed alerts as JSON", async () => {
    await using server = await startServer(answer(200));

    expect((await sender(server.url).send(ALERTS, RUNNING)).result).toEqual({ how: "accepted" });
    expect(server.requests.map(({ method, path, body }) => [method, path, JSON.parse(body) as unknown])).toEqual([
      ["POST", "/api/v2/alerts", ALERTS],
    ]);
  });

  it.each([
    [200, "", { how: "accepted" }],
    [202, "", { how: "accepted" }],
    [400, "bad", { how: "refused", problem: "it answers 400: bad" }],
    [413, "", { how: "refused", problem: "it answers 413" }],
    [422, "bad", { how: "refused", problem: "it answers 422: bad" }],
    [301, "", { how: "failed", problem: "it answers 301" }],
    [401, "who", { how: "failed", problem: "it answers 401: who" }],
    [404, "no", { how: "failed", problem: "it answers 404: no" }],
    [429, "", { how: "failed", problem: "it answers 429" }],
    [500, "oh", { how: "failed", problem: "it answers 500: oh" }],
    [503, "", { how: "failed", problem: "it answers 503" }],
  ])("that answers %i with %j", async (status, body, expected) => {
    await using server = await startServer(answer(status, body));

    expect((await sender(server.url).send(ALERTS, RUNNING)).result).toEqual(expected);
  });

  it("that hangs has failed at its deadline", async () => {
    await using server = await startServer(neverAnswer);

    expect(await sender(server.url, { timeoutSeconds: 0.2 }).send(ALERTS, RUNNING)).toEqual({
      result: { how: "failed", problem: expect.stringContaining("gave no answer in time") },
      clockAhead: undefined,
    });
  });

  it("that is not there has failed", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;

    expect((await sender(url).send(ALERTS, RUNNING)).result).toMatchObject({
      how: "failed",
      problem: expect.stringContaining("connection refused"),
    });
  });

  it("is not waited for once it is stopped", async () => {
    await using server = await startServer(neverAnswer);
    const stopping = new AbortController();
    const sending = sender(server.url).send(ALERTS, stopping.signal);
    stopping.abort(new Error("stopped"));

    await expect(sending).rejects.toThrow("stopped");
    await expect(sender(server.url).send(ALERTS, stopping.signal)).rejects.toThrow("stopped");
  });

  it.each([
    ["ahead of", "Sun, 22 Nov 2026 12:01:00 GMT", 60],
    ["behind", "Sun, 22 Nov 2026 11:59:00 GMT", -60],
    ["as", "Sun, 22 Nov 2026 12:00:00 GMT", 0],
    ["unlike", "soon", undefined],
  ])("tells whether its clock is %s ours", async (_, date, expected) => {
    await using server = await startServer(answer(200, "", date));

    expect((await sender(server.url).send(ALERTS, RUNNING)).clockAhead).toBe(expected);
  });
});

describe("the credential of an Alertmanager", () => {
  it("is read again at every call; while its file is missing, empty or broken the last one is used", async () => {
    await using server = await startServer(answer(200));
    const { directory, path } = await configDirectory(`
accounts: [{ name: a, provider: local }]
alerting:
  alertmanagers:
    - static_configs: [{ targets: ["${new URL(server.url).host}"] }]
      authorization: { credentials_file: token }
`);
    const file = join(directory, "token");
    await writeFile(file, "first\n");
    const { alerting } = await loadAt(path);
    const { authorization, url } = alerting.alertmanagers[0] ?? { url: "" };
    const { send } = sender("", { url, ...(authorization && { authorization }) });

    await send(ALERTS, RUNNING);
    await writeFile(file, "second\n");
    await send(ALERTS, RUNNING);
    await writeFile(file, "");
    await send(ALERTS, RUNNING);
    await writeFile(file, "two\nlines");
    await send(ALERTS, RUNNING);
    await rm(file);
    await send(ALERTS, RUNNING);

    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      ...["Bearer first", "Bearer second", "Bearer second", "Bearer second", "Bearer second"],
    ]);
  });

  it("is a user name and a password where that is configured", async () => {
    await using server = await startServer(answer(200));
    const { directory, path } = await configDirectory(`
accounts: [{ name: a, provider: local }]
alerting:
  alertmanagers:
    - static_configs: [{ targets: ["${new URL(server.url).host}"] }]
      path_prefix: /am
      basic_auth: { username: mé, password_file: password }
`);
    await writeFile(join(directory, "password"), "p@ss word\n");
    const { alerting } = await loadAt(path);
    const { authorization, url } = alerting.alertmanagers[0] ?? { url: "" };

    await sender("", { url, ...(authorization && { authorization }) }).send(ALERTS, RUNNING);

    expect(server.requests).toMatchObject([
      {
        path: "/am/api/v2/alerts",
        headers: { authorization: `Basic ${Buffer.from("mé:p@ss word").toString("base64")}` },
      },
    ]);
  });

  it("that was never there keeps the call from being made", async () => {
    await using server = await startServer(answer(200));
    const { send } = sender(server.url, { authorization: async () => ({ problem: "the file does not exist" }) });

    expect((await send(ALERTS, RUNNING)).result).toEqual({ how: "failed", problem: "the file does not exist" });
    expect(server.requests).toEqual([]);
  });

  it.each([200, 401, 400, 500])("is never told, even when an answer of %i repeats it", async (status) => {
    await using server = await startServer(({ headers }, response) => {
      response.writeHead(status).end(`you sent ${headers.authorization}`);
    });
    const header = new Secret("Bearer s3cr3t-canary");

    const sent = await sender(server.url, { authorization: async () => ({ header }) }).send(ALERTS, RUNNING);

    expect(server.requests[0]?.headers.authorization).toBe("Bearer s3cr3t-canary");
    expect(JSON.stringify(sent)).not.toContain("canary");
  });
});
