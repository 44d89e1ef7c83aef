import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandName, parseArguments } from "../../src/cli/arguments.ts";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import { QUOTA_EVENT } from "../../src/server/schemas/events.ts";
import { runCommand, runProgram } from "../support/command-line.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { blocks, isException, pages } from "../support/documents.ts";
import { sendJson, startServer } from "../support/json-server.ts";
import { quickConfig } from "../support/quick-config.ts";
import { shellCommands } from "../support/shell-commands.ts";

/** Why a command line of the documents is only parsed, by test/guards/docs-commands.test.ts, and not run. */
const NOT_RUN: Partial<Readonly<Record<CommandName, string>>> = {
  serve: "goes on for ever; most integration tests start it",
  demo: "goes on for ever; test/integration/demo.test.ts",
  backtest: "needs a history; test/integration/history-from-prometheus.test.ts",
  "test-alert": "needs an Alertmanager; test/integration/alerting-push.test.ts",
};

const lines = blocks("sh").flatMap(({ page, at, text }) =>
  shellCommands(text)
    .filter(({ words }) => !isException(page, words.join(" ")))
    .map(({ words }) => ({ at, line: words.join(" "), words })),
);
const ours = lines.filter(({ words }) => words[0] === "llm-quota-exporter" && isRun(words.slice(1)));
/** Of the daemon, in blocks and in sentences. */
const addresses = pages().flatMap(({ path: at, text }) =>
  (text.match(/http:\/\/127\.0\.0\.1:10844\/[^\s`"'<>)]*/g) ?? []).map((address) => ({ at, address })),
);
/** Programs of others, by their name where the tests run. */
const PROGRAMS: Readonly<Record<string, string>> = { amtool: "amtool", alertmanager: "prometheus-alertmanager" };
const others = lines.filter(({ words: [program = ""] }) => PROGRAMS[program] !== undefined);

function isRun(words: readonly string[]): boolean {
  const args = parseArguments(words);
  if (typeof args === "string") return true;
  return NOT_RUN[args.command] === undefined && !words.includes("--watch");
}

let daemon: Daemon;
let config: ReturnType<typeof quickConfig>;
/** Files that lines of the documents name, with what the page about any JSON API shows of them. */
let acme: Readonly<Record<"acme.yaml" | "answer.json", string>>;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const key = "key-of-the-documents";
  const balances = { USD: new SimulatedBalance({ amount: 25 }) };
  const simulator = await startSimulator(deepseek({ key, balances }));
  stack.defer(() => simulator.stop());
  config = quickConfig([{ name: "ACCOUNT", provider: "deepseek", baseUrl: simulator.baseUrl, key }]);
  daemon = stack.use(await startDaemon(config));
  const answer = firstOf("json");
  const server = stack.use(await startServer((_request, response) => sendJson(response, JSON.parse(answer))));
  acme = { "acme.yaml": firstOf("yaml").replace("https://api.acme.example", server.url), "answer.json": answer };
});

/** The first block of its kind on the page about any JSON API. */
const firstOf = (info: string) => blocks(info).find(({ page }) => page === "docs/providers/http_json.md")?.text ?? "";
const ACME_KEY = { ACME_API_KEY: "planted-0123456789" };

afterAll(() => stack.disposeAsync());

/** The same line, about the daemon and the config of this test: nothing of it may reach a real provider. */
function madeSafe(words: readonly string[]): readonly string[] {
  const args = words.map((word) => word.replaceAll("http://127.0.0.1:10844", daemon.url));
  const { command, url, configFile } = parseArguments(args) as Exclude<ReturnType<typeof parseArguments>, string>;
  if (command === "status" || command === "healthcheck")
    return url === undefined ? [...args, `--url=${daemon.url}`] : args;
  const takesConfig = command === "poll" || command === "doctor";
  return takesConfig && configFile === undefined ? [...args, "--config.file=config.yaml"] : args;
}

/** A doctor without an Alertmanager has something to say, and a gate may be closed. */
function expectedCodes(words: readonly string[]): readonly number[] {
  if (words[1] === "doctor") return [0, 1];
  return words.some((word) => word.startsWith("--fail-on")) ? [0, 3, 4] : [0];
}

describe("the command lines in the documents", () => {
  it("are found", () => {
    expect(ours.length).toBeGreaterThanOrEqual(4);
    expect(addresses.length).toBeGreaterThan(5);
    expect(others.length).toBeGreaterThanOrEqual(5);
  });

  it.each(ours)("work: $at: $line", async ({ words }) => {
    const { configText, env } = config;
    const files = { "config.yaml": configText, FILE: configText, "token.txt": "planted-0123456789", ...acme };

    const { code, stderr } = await runCommand(madeSafe(words.slice(1)), { files, env: { ...env, ...ACME_KEY } });

    expect(expectedCodes(words), stderr).toContain(code);
  });

  it.each(addresses)("ask for what is served: $at: $address", async ({ address }) => {
    const { pathname, search } = new URL(address);
    const response = await daemon.get(`${pathname}${search}`);
    // The accounts and models of the reader are not here, and some paths are posted to. Events have no end of their own.
    const problem = response.status === 404 ? await response.text() : "";
    if (response.ok) await response.body?.cancel();

    expect([200, 404, 405]).toContain(response.status);
    expect(problem).not.toContain("see / for what there is");
  });

  it.each(others)("know the flags of others: $at: $line", async ({ words: [program = "", ...words] }) => {
    const subcommand = words.slice(
      0,
      words.findIndex((word) => !/^[a-z-]+$/.test(word) || word.startsWith("-")),
    );
    const { stdout, stderr } = await runProgram(PROGRAMS[program] ?? "", [...subcommand, "--help"]);
    const flags = words.flatMap((word) => /^--[a-z.-]+/.exec(word)?.[0] ?? []);

    expect(flags.filter((flag) => !`${stdout}${stderr}`.includes(flag))).toEqual([]);
  });
});

/** Blocks of `text` by their page and first line, each with the test below that compares it. */
const SHOWN = [
  "docs/configuration.md: config.yaml:4:3: poll.timeot",
  "docs/http-api.md: retry: 5000",
  "docs/command-line.md: acme.yaml: good",
];
const shown = blocks("text");
const shownIn = (page: string) => shown.find((block) => block.page === page)?.text ?? "";

describe("what the documents show of a program", () => {
  it("is known to this test", () => {
    const unknown = shown.filter(({ page, text }) => !SHOWN.some((start) => `${page}: ${text}`.startsWith(start)));

    expect(unknown.map(({ at }) => at)).toEqual([]);
  });

  it("is what check-config says of a config with these two mistakes", async () => {
    const text = [
      "# Two mistakes.",
      "web: { listen_address: 127.0.0.1:10844 }",
      "poll:",
      "  timeot: 8s",
      "state: { memory: true }",
      "accounts:",
      "  - name: main",
      "    provider: nanogpt",
      "    api_key_env: NANOGPT_API_KEY",
    ].join("\n");

    const { code, stderr } = await runCommand(["check-config", "--config.file", "config.yaml"], {
      files: { "config.yaml": text },
    });

    expect({ code, stderr }).toEqual({ code: 2, stderr: shownIn("docs/configuration.md") });
  });

  it("is what check-config says of an answer in which one field is not there", async () => {
    const { daily, ...answer } = JSON.parse(firstOf("json"));
    const { resets, ...rest } = daily;
    const files = {
      "acme.yaml": firstOf("yaml"),
      "answer.json": JSON.stringify({ ...answer, daily: rest }),
    };

    const result = await runCommand(
      ["check-config", "--config.file=acme.yaml", "--account=acme", "--answer=answer.json"],
      { files, env: ACME_KEY },
    );

    expect(resets).toBeDefined();
    expect(result).toEqual({ code: 0, stdout: shownIn("docs/command-line.md"), stderr: "" });
  });

  it("is what the stream of events says", async () => {
    const page = shownIn("docs/http-api.md");
    const events = [...page.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, data = ""]) => ({ event, data }));
    const { body } = await daemon.get("/api/v1/events");
    const { value } = (await body?.getReader().read()) ?? {};

    expect(events.map(({ event }) => event)).toEqual(["quota"]);
    expect(() => QUOTA_EVENT.parse(JSON.parse(events[0]?.data ?? ""))).not.toThrow();
    const [first] = new TextDecoder().decode(value).split("\n");
    expect(page.split("\n")[0]).toBe(first);
  });
});
