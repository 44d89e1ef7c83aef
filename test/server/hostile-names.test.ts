import { afterEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/engine/snapshot.ts";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { createMetricsPage } from "../../src/metrics/page.ts";
import { createEvents } from "../../src/server/events.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { createServer } from "../../src/server/server.ts";
import { openEventStream } from "../support/event-stream.ts";
import { eventually } from "../support/eventually.ts";
import { parseExposition } from "../support/exposition.ts";
import { anAccount, anAnswer, aQuota, aReading, aSnapshot, NOW } from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const HOSTILE: readonly (readonly [string, string])[] = [
  ["the end of a script", `</script><script>document.title="owned"</script>`],
  ["an element with a handler", `"><img src=x onerror='alert(1)'>`],
  ["line breaks", "one\ntwo\n\nevent: gap\ndata: {}\n\n"],
  ["quotes and backslashes", `a"b'c\\d\\n{x="y"} 1`],
  ["what turns the direction of writing", "safe\u202egpj.exe\u2066\u200f"],
  ["terminal sequences", "\u001b[31mred\u009b2J\u0007\u007f"],
  ["line separators of scripts", "a\u2028b\u2029c"],
  ["a name of every object", "__proto__"],
  ["another name of every object", "constructor"],
  ["an entity", "&lt;b&gt; &amp; &#x202e;"],
  ["a path", "../../-/reload?x=1#y%2f%00"],
  ["ten kilobytes", "n".repeat(10_000)],
];

const running: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of running.splice(0)) await undo();
});

/** A server over one account in which everything that comes from outside is this. */
async function serve(text: string) {
  let up = true;
  const snapshot = (): Snapshot =>
    aSnapshot({
      accounts: [
        anAccount({
          account: text,
          labels: { team: text },
          answer: anAnswer({ plan: text, models: [text] }),
          up,
          ...(!up && { error: { reason: "malformed", message: text } }),
          quotas: [aQuota({ reading: aReading({ models: [text] }) })],
        }),
      ],
    });
  const onError = (error: unknown) => {
    throw error;
  };
  const events = createEvents({ snapshot, now: () => NOW });
  const exporter = createExporterMetrics({ version: "0.1.0", revision: "", nodeVersion: "v24" });
  const app = createServer({
    ...{ snapshot, events, now: () => NOW, onError, version: "0.1.0" },
    metricsPage: createMetricsPage({ snapshot, exporter, now: () => NOW, onError }),
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    history: () => [],
    ready: () => true,
    config: () => "",
    reload: undefined,
  });
  const server: Listening = await listen(app, { host: "127.0.0.1", port: 0 });
  running.push(() => events.end(), server.close);
  const fail = () => {
    up = false;
    events.changed();
  };
  return { server, fail };
}

const bodyOf = async (server: Listening, path: string) => (await ask(server, path)).body.toString();

const escaped = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

/** What a terminal, a log viewer or a page might obey. */
const OBEYED = /(?!\n)[<\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

describe.each(HOSTILE)("%s", (_what, text) => {
  it.each(["/", `/accounts/${encodeURIComponent(text)}`])("is only text on a page (%#)", async (path) => {
    const { server, fail } = await serve(text);
    fail();
    const page = await bodyOf(server, path);

    // Its direction of writing ends with it.
    expect(page).toContain(`<bdi>${escaped(text)}</bdi>`);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page).not.toContain("<img");
    expect(page).not.toMatch(/ onerror='/);
  });

  it("is one label in a scrape", async () => {
    const { server } = await serve(text);
    const lines = (await bodyOf(server, "/metrics")).replaceAll(/[\u2028\u2029]/g, (one) => `<${one.charCodeAt(0)}>`);
    const named = parseExposition(lines).filter(({ name }) => name === "llm_quota_account_info");

    const label = text.replaceAll(/[\u2028\u2029]/g, (one) => `<${one.charCodeAt(0)}>`);
    expect(named.map(({ labels }) => labels)).toEqual([
      { provider: "nanogpt", account: label, team: label, plan: label },
    ]);
  });

  it("comes out of the JSON as it is, and stands in it harmless", async () => {
    const { server } = await serve(text);
    const name = encodeURIComponent(text);
    const [all, one, chosen, polls] = await Promise.all(
      ["/api/v1/quotas", `/api/v1/accounts/${name}`, `/api/v1/quotas?account=${name}`, "/debug/polls"].map((path) =>
        bodyOf(server, path),
      ),
    );

    const entry = { account: text, plan: text, quotas: [{ models: [text] }] };
    expect(JSON.parse(all ?? "").accounts).toMatchObject([entry]);
    expect(JSON.parse(one ?? "")).toMatchObject({ ...entry, models: [text] });
    expect(chosen).toBe(all);
    expect(JSON.parse(polls ?? "").accounts).toMatchObject([{ account: text }]);
    expect(`${all}${one}${polls}`).not.toMatch(OBEYED);
  });

  it("is one event of the stream", async () => {
    const { server, fail } = await serve(text);
    using stream = await openEventStream(`${server.url}/api/v1/events?account=${encodeURIComponent(text)}`);
    fail();

    await eventually(() => expect(stream.events()).toHaveLength(1));
    expect(stream.events()).toMatchObject([{ event: "account", data: { account: text, after: { up: false } } }]);
    expect(stream.text()).not.toMatch(OBEYED);
    expect(
      stream
        .text()
        .split("\n")
        .filter((line) => !/^(|retry: \d+|id: \S+|event: account|data: \{.*\})$/.test(line)),
    ).toEqual([]);
  });

  it("is named as it is to who mistyped it, unless it is too long to be near", async () => {
    const { server } = await serve(text);
    for (const path of ["/api/v1/accounts/", "/probe?target=", "/api/v1/outcomes/", "/api/v1/events?account="]) {
      const answer = await ask(server, `${path}${encodeURIComponent(`${text.slice(0, 300)}x`)}`);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(JSON.parse(answer.body.toString()).near).toEqual(text.length > 1000 ? [] : [text]);
      expect(answer.body.toString()).not.toMatch(OBEYED);
    }
  });
});
