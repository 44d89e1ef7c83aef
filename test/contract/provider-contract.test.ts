import { createHash } from "node:crypto";
import { type BigIntStats, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { createHttpClient } from "../../src/http/undici-client.ts";
import type { UpstreamError } from "../../src/http/upstream-error.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { findProvider, PROVIDERS } from "../../src/providers/registry.ts";
import { Secret } from "../../src/secret.ts";
import { type LocalServer, neverAnswer, type Respond, sendJson, startServer } from "../support/json-server.ts";
import { type ContractCall, loadContracts, type ProviderContract } from "./contract.ts";
import { expectValid } from "./expect-valid.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const PREFIX = "/some/prefix";
const MAX_BYTES = 100_000;
const SHORT_MS = 60;

const http = createHttpClient({ userAgent: "llm-quota-exporter/test", maxBytes: MAX_BYTES });
afterAll(() => http.close());

const logins = mkdtempSync(join(tmpdir(), "logins-"));
afterAll(() => rmSync(logins, { recursive: true }));

const contracts = await loadContracts();

it("covers every registered provider and no other", () => {
  expect([...new Set(contracts.map(({ id }) => id))].sort()).toEqual(PROVIDERS.map(({ id }) => id).sort());
  expect(contracts.length).toBeGreaterThan(0);
});

it("would notice a credential in an error, however deep", () => {
  const deep = new Error("read failed", { cause: Object.assign(new Error("low level"), { data: ["planted"] }) });

  expect(everythingIn(deep)).toContain("planted");
});

/** Each answers one call badly. The planted credential is echoed wherever a real server could echo it. */
const FAILURES: readonly [name: string, reason: string, answer: (planted: string) => Respond][] = [
  ["status 401", "auth", (planted) => status(401, { error: planted })],
  ["status 403", "auth", (planted) => status(403, { error: planted })],
  ["status 404", "client", (planted) => status(404, { error: planted })],
  ["status 402", "not_entitled", (planted) => status(402, { error: planted })],
  ["status 429", "rate_limited", (planted) => status(429, { error: planted }, { "retry-after": "77" })],
  ["status 500", "server", (planted) => status(500, { error: planted })],
  ["status 503", "server", (planted) => status(503, { error: planted }, { "retry-after": "77" })],
  ["HTML with status 200", "malformed", (planted) => text(200, `<html>${planted}</html>`, "text/html")],
  ["HTML with status 500", "server", (planted) => text(500, `<html>${planted}</html>`, "text/html")],
  ["an empty body", "malformed", () => text(200, "")],
  ["JSON cut short", "malformed", (planted) => text(200, `{"${planted}": `)],
  ["JSON of another shape", "malformed", (planted) => text(200, `{"${planted}": 1}`)],
  ["null", "malformed", () => text(200, "null")],
  ["gzip garbage", "malformed", (planted) => text(200, planted, "application/json", { "content-encoding": "gzip" })],
  ["a redirect", "client", (planted) => text(302, "", "text/plain", { location: `/?key=${planted}` })],
  ["too much", "malformed", (planted) => text(200, planted.padEnd(MAX_BYTES + 1))],
  ["a closed connection", "network", () => (_request, response) => void response.destroy()],
];

const registered = contracts.flatMap(({ id, ...rest }) => {
  const provider = findProvider(id);
  return provider === undefined ? [] : [{ ...rest, provider }];
});

describe.each(registered)("$name", ({ provider, contract }) => {
  const planted = contract.apiKey ?? contract.loginFile?.token ?? "no-key-to-plant";
  const CALLS = contract.calls.map((call) => ({ name: `${call.method} ${call.path}`, call }));

  it("gives valid readings of good answers", async () => {
    await using server = await serve(contract);

    const answer = await read(provider, contract, server.url + PREFIX);

    expectValid(answer, NOW);
    expect(answer.readings.map(({ quota }) => quota)).toEqual(contract.quotas);
  });

  it.each(["", "/"])("makes its declared calls and no others, below a base_url that ends in '%s'", async (end) => {
    await using server = await serve(contract);

    await read(provider, contract, server.url + PREFIX + end);

    const made = server.requests.map(({ method, path }) => `${method} ${path}`);
    expect(made.sort()).toEqual(contract.calls.map(({ method, path }) => `${method} ${PREFIX}${path}`).sort());
  });

  it("does not mind fields that it does not know", async () => {
    await using plain = await serve(contract);
    await using extended = await serve(
      contract,
      (call) => (_request, response) => sendAnswer(response, call, withExtraFields(call.answer)),
    );

    const { probe, ...told } = await read(provider, contract, plain.url + PREFIX);
    expect(await read(provider, contract, extended.url + PREFIX)).toEqual({
      ...told,
      ...(probe !== undefined && { probe: { ...probe, latencyMs: expect.any(Number) } }),
    });
  });

  it("refuses settings that it does not know", () => {
    const connection = { baseUrl: "http://127.0.0.1:9", apiKey: undefined };

    expect(() => provider.connect(connection, { ...settingsOf(contract), surprise: 1 })).toThrow(/surprise/);
  });

  describe.each(CALLS)("when $name fails", ({ call }) => {
    const isForgiven = (failure: string) =>
      (call.isOptional === true && /401|403|404/.test(failure)) ||
      (call.mayBeMissing === true && /404/.test(failure)) ||
      (call.mayBeAnyJson === true && failure === "JSON of another shape") ||
      (call.mayWantKey === true && /401|403/.test(failure));

    it.each(FAILURES.filter(([name]) => !isForgiven(name)))("%s is %s", async (_name, reason, answer) => {
      await using server = await serve(contract, only(call, answer(planted)));

      const error = await failureOf(read(provider, contract, server.url + PREFIX));

      expect(error).toMatchObject({ name: "UpstreamError", reason });
      expect(everythingIn(error)).not.toContain(planted);
    });

    it.each([429, 503])("passes on the wait that a %i asks for", async (code) => {
      await using server = await serve(contract, only(call, status(code, {}, { "retry-after": "77" })));

      const error = await failureOf(read(provider, contract, server.url + PREFIX));

      expect(error).toMatchObject({ retryAfterSeconds: 77 });
    });

    it.each(
      call.needs.flatMap((field) => wrongFor(valueAt(call.answer, field), call).map((wrong) => ({ field, wrong }))),
    )("$field as $wrong is malformed, and named", async ({ field, wrong }) => {
      const broken = replaced(call.answer, field.split("."), wrong);
      await using server = await serve(
        contract,
        only(call, (_request, response) => sendJson(response, broken)),
      );

      const error = await failureOf(read(provider, contract, server.url + PREFIX));

      expect(error).toMatchObject({ reason: "malformed" });
      // Of an answer in pages this is the first.
      const places = [`$.${field}`, `$[0].${field}`].map((place) => place.replace(/\.(\d+)/g, "[$1]"));
      expect(places.filter((place) => String(error).includes(place))).not.toEqual([]);
    });

    it("ends at the deadline", async () => {
      await using server = await serve(contract, only(call, neverAnswer));

      const error = await failureOf(read(provider, contract, server.url + PREFIX, AbortSignal.timeout(SHORT_MS)));

      expect(error).toMatchObject({ name: "UpstreamError", reason: "timeout" });
      expect(everythingIn(error)).not.toContain(planted);
    });

    it("ends at shutdown, with the reason of the shutdown", async () => {
      await using server = await serve(contract, only(call, neverAnswer));
      const shutdown = new AbortController();
      const reason = new Error("shutting down");
      setTimeout(() => shutdown.abort(reason), SHORT_MS);

      expect(await failureOf(read(provider, contract, server.url + PREFIX, shutdown.signal))).toBe(reason);
    });
  });

  if (contract.loginFile !== undefined) {
    const { content, token } = contract.loginFile;
    const path = loginFileOf(content);

    it("leaves its login file as it was, in content and times", async () => {
      const before = { bytes: readFileSync(path), stat: statSync(path, { bigint: true }) };
      await using server = await serve(contract);

      await read(provider, contract, server.url + PREFIX);

      expect(pick(statSync(path, { bigint: true }))).toEqual(pick(before.stat));
      expect(readFileSync(path)).toEqual(before.bytes);
    });

    it.each([
      { name: "is half written", text: JSON.stringify(content).slice(0, -9), reason: "malformed", expired: false },
      { name: "is empty", text: "", reason: "malformed", expired: false },
      { name: "is of another tool", text: JSON.stringify({ other: { [token]: token } }), reason: undefined },
      { name: "is not there", text: undefined, reason: "auth", expired: true },
    ])("asks nobody when its login file $name", async ({ text: held, reason, expired }) => {
      await using server = await serve(contract);
      const file = join(logins, "damaged.json");
      rmSync(file, { force: true });
      if (held !== undefined) writeFileSync(file, held);
      const connection = { baseUrl: server.url + PREFIX, apiKey: undefined };
      const bound = provider.connect(connection, { ...contract.settings, credentials_file: file });

      const error = await failureOf(bound({ http, signal: AbortSignal.timeout(5000), now: NOW }));

      expect(error).toMatchObject({ name: "UpstreamError", ...(reason && { reason, expired }) });
      expect(["auth", "malformed"]).toContain((error as UpstreamError).reason);
      expect(everythingIn(error)).not.toContain(token);
      expect(everythingIn(error)).not.toContain(logins);
      expect(server.requests).toEqual([]);
    });
  }

  const optional = CALLS.filter(({ call }) => call.isOptional);
  it.each(optional.flatMap(({ name, call }) => [401, 403, 404].map((code) => ({ name, call, code }))))(
    "leaves out what $name would tell when that is refused with $code",
    async ({ call, code }) => {
      await using server = await serve(contract, only(call, status(code, {})));

      const answer = await read(provider, contract, server.url + PREFIX);

      expectValid(answer, NOW);
      expect(answer.readings.length).toBeLessThan(contract.quotas.length);
    },
  );
});

/** Good answers, but for the calls that `override` answers. Anything undeclared gets a 404 and is recorded. */
function serve(
  contract: ProviderContract,
  override: (call: ContractCall) => Respond | undefined = () => undefined,
): Promise<LocalServer> {
  return startServer((request, response) => {
    const call = contract.calls.find(({ method, path }) => method === request.method && PREFIX + path === request.path);
    if (call === undefined) return sendJson(response, { error: "no such path" }, 404);
    const respond = override(call) ?? (() => sendAnswer(response, call));
    respond(request, response);
  });
}

function sendAnswer(response: ServerResponse, { answer, headers }: ContractCall, sent = answer): void {
  if (typeof sent === "string")
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4", ...headers }).end(sent);
  else sendJson(response, sent, 200, { ...headers });
}

function only(target: ContractCall, respond: Respond): (call: ContractCall) => Respond | undefined {
  return (call) => (call === target ? respond : undefined);
}

function read(
  provider: Provider,
  contract: ProviderContract,
  baseUrl: string,
  signal: AbortSignal = AbortSignal.timeout(5000),
) {
  const apiKey = contract.apiKey === undefined ? undefined : new Secret(contract.apiKey);
  return provider.connect({ baseUrl, apiKey }, settingsOf(contract))({ http, signal, now: NOW });
}

/** With the path of a login file, where there is one. */
function settingsOf({ settings, loginFile }: ProviderContract): Readonly<Record<string, unknown>> {
  return { ...settings, ...(loginFile && { credentials_file: loginFileOf(loginFile.content) }) };
}

function loginFileOf(content: unknown): string {
  const path = join(logins, `${createHash("sha256").update(JSON.stringify(content)).digest("hex")}.json`);
  if (!existsSync(path)) writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  return path;
}

async function failureOf(reading: Promise<unknown>): Promise<unknown> {
  return reading.then(
    () => expect.unreachable("the read should have failed"),
    (error: unknown) => error,
  );
}

/** Every way in which an error becomes text. */
function everythingIn(error: unknown): string {
  const { message, stack, cause } = error as UpstreamError;
  return [
    message,
    stack,
    JSON.stringify(error),
    inspect(error, { depth: null, showHidden: true }),
    inspect(cause),
  ].join();
}

function status(code: number, body: unknown, headers: Record<string, string> = {}): Respond {
  return (_request, response) => sendJson(response, body, code, headers);
}

function text(code: number, body: string, type = "application/json", headers: Record<string, string> = {}): Respond {
  return (_request, response) => void response.writeHead(code, { "content-type": type, ...headers }).end(body);
}

/** A text gets lines that nobody knows, in the form of a comment and of a metric. */
function withExtraFields(value: unknown): unknown {
  return typeof value === "string" ? `# A comment.\n${value}brand_new_metric{nested="1"} 1\n` : withExtraKeys(value);
}

function withExtraKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withExtraKeys);
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).map(([key, inner]) => [key, withExtraKeys(inner)]);
  return { ...Object.fromEntries(known), brand_new_field: { nested: [1, null] } };
}

function valueAt(answer: unknown, field: string): unknown {
  return field.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], answer);
}

function replaced(answer: unknown, [key, ...rest]: readonly string[], wrong: unknown): unknown {
  if (key === undefined) return wrong;
  const copy = structuredClone(answer) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, wrong);
  return copy;
}

/** Values of another type. A field that does not exist is a mistake in the contract. */
function wrongFor(value: unknown, { numbersMayBeText }: Pick<ContractCall, "numbersMayBeText">): readonly unknown[] {
  if (value === null) throw new Error("a needed field is null in the good answer");
  switch (typeof value) {
    case "number":
      return [numbersMayBeText ? "twelve" : "12", [], true];
    case "string":
      return numbersMayBeText && /^[\d.$,]+$/.test(value) ? ["twelve", {}, true] : [12, {}, true];
    case "boolean":
      return ["true", 1];
    case "object":
      return ["text", 12];
    default:
      throw new Error("a needed field is not in the good answer");
  }
}

const pick = ({ mtimeNs, ctimeNs, ino, mode }: BigIntStats) => ({ mtimeNs, ctimeNs, ino, mode });
