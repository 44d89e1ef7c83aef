import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt, nanogptLegacy } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import type { Snapshot } from "../../src/engine/snapshot.ts";
import { createEvents, type Events } from "../../src/server/events.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { createServer } from "../../src/server/server.ts";
import { everyCorner } from "../metrics/every-corner.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { type QuickAccount, quickConfig } from "../support/quick-config.ts";
import { anAccount, anAnswer, aQuota, aSnapshot, NOW } from "../support/snapshot.ts";

const KEY = "key-of-all";
const DAY = 86_400;
const HOSTILE = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

/** In the order of the config, which is not that of their urgency. */
const PLAN: readonly (Omit<QuickAccount, "baseUrl" | "key"> & {
  readonly upstream: Upstream;
  readonly mode?: "html";
})[] = [
  { name: "local", provider: "ollama", upstream: ollama(["llama3.1:8b"]) },
  {
    name: "fine",
    provider: "nanogpt",
    labels: { team: HOSTILE },
    periods: { daily_input_tokens: DAY },
    upstream: nanogpt({
      key: KEY,
      dailyInputTokens: new SimulatedWindow({ limit: 60_000_000, periodSeconds: DAY, usedAtStart: 12_500_000 }),
      wallet: new SimulatedBalance({ amount: 18.4 }),
    }),
  },
  {
    name: "never-read",
    provider: "deepseek",
    upstream: deepseek({ key: KEY, balances: { USD: new SimulatedBalance({ amount: 1 }) } }),
    mode: "html",
  },
  {
    name: "soft-at-zero",
    provider: "nanogpt",
    periods: { daily: DAY, monthly: 30 * DAY },
    upstream: nanogptLegacy({
      key: KEY,
      daily: new SimulatedWindow({ limit: 200, periodSeconds: DAY, usedAtStart: 240, soft: true }),
      monthly: new SimulatedWindow({ limit: 60_000, periodSeconds: 30 * DAY, usedAtStart: 600 }),
      enforceDailyLimit: false,
    }),
  },
  {
    name: "used-up",
    provider: "nanogpt",
    periods: { daily_input_tokens: DAY },
    upstream: nanogpt({
      key: KEY,
      dailyInputTokens: new SimulatedWindow({ limit: 1000, periodSeconds: DAY, usedAtStart: 1000 }),
    }),
  },
];

const BY_URGENCY = ["used-up nanogpt", "soft-at-zero nanogpt", "never-read deepseek", "fine nanogpt", "local ollama"];

const stack = new AsyncDisposableStack();
let daemon: Daemon;
let browser: Browser;

beforeAll(async () => {
  const accounts: QuickAccount[] = [];
  for (const { upstream, mode = "ok", ...account } of PLAN) {
    const simulator = await startSimulator(upstream);
    stack.defer(() => simulator.stop());
    await simulator.setMode(mode);
    accounts.push({ ...account, ...(account.provider !== "ollama" && { key: KEY }), baseUrl: simulator.baseUrl });
  }
  daemon = stack.use(await startDaemon(quickConfig(accounts)));
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  stack.defer(() => browser.close());
  // An empty quota and a soft one below its level each need a second reading.
  await eventually(async () => {
    const { summary } = (await (await daemon.get("/api/v1/quotas")).json()) as { summary: { by_state: object } };
    expect(summary.by_state).toEqual({ exhausted: 1, watch: 1, ok: 3 });
  });
});

afterAll(() => stack.disposeAsync());

/** Opens a page of the daemon, and collects whatever the browser complains about. */
async function open(options: BrowserContextOptions = {}, path = "/") {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // A stream ends with its page.
    if (request.resourceType() !== "eventsource") complaints.push(`failed: ${request.url()}`);
  });
  page.on("request", (request) => requests.push(request.url()));
  const response = await page.goto(`${daemon.url}${path}`, { waitUntil: "load" });
  return { page, status: response?.status(), complaints, requests, [Symbol.asyncDispose]: () => context.close() };
}

const headings = (page: Page) => page.getByRole("heading", { level: 2 }).allInnerTexts();

describe("the status page in Chromium", () => {
  it("shows the most urgent account first, with what is left and when it comes back", async () => {
    await using opened = await open();

    const { page } = opened;
    expect(opened.status).toBe(200);
    expect(await page.title()).toBe("1 exhausted · LLM quotas");
    expect(await headings(page)).toEqual(BY_URGENCY);
    const rows = await page.getByRole("row").allInnerTexts();
    expect(rows.find((row) => row.startsWith("daily_input_tokens") && row.includes("47.5 M"))).toMatch(
      /47\.5 M of 60 M input tokens[\s\S]*resets in (23 h|24 h|1 d)/,
    );
    expect(rows.find((row) => row.includes("nothing left"))).toMatch(/exhausted[\s\S]*resets in (23 h|24 h|1 d)/);
    const [, , unread, , local] = await page.locator("section").allInnerTexts();
    expect(unread).toContain("The provider's answer could not be understood: GET ");
    expect(unread).toContain("Quotas unknown: no read has worked yet.");
    expect(local).toContain("no API quota: nothing here runs out.");
  });

  it("causes no error, no violation of its content policy and no request but its own", async () => {
    await using opened = await open();

    await opened.page.waitForLoadState("networkidle");

    expect(opened.complaints).toEqual([]);
    expect(new Set(opened.requests)).toEqual(new Set([`${daemon.url}/`, `${daemon.url}/api/v1/events`]));
  });

  it("shows text from outside as text", async () => {
    await using opened = await open();

    const { page } = opened;
    expect(await page.getByText(`team: ${HOSTILE}`).count()).toBe(1);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("script").count()).toBe(1);
    expect(await page.title()).toBe("1 exhausted · LLM quotas");
  });

  it("is the same without JavaScript", async () => {
    await using withScript = await open();
    await using without = await open({ javaScriptEnabled: false });

    expect(await headings(without.page)).toEqual(BY_URGENCY);
    expect(await without.page.getByRole("row").count()).toBe(await withScript.page.getByRole("row").count());
    expect(await without.page.locator("svg.bar").count()).toBe(4);
    expect(without.complaints).toEqual([]);
  });

  it("applies its style, and grows a bar with what is left", async () => {
    await using opened = await open();

    const fills = opened.page.locator("svg.bar rect.fill");
    const widths = await fills.evaluateAll((elements) => elements.map((element) => element.getAttribute("width")));
    expect(widths).toEqual(["0.00", "0.00", "99.00", "79.17"]);
    const bar = await opened.page.locator("svg.bar").last().boundingBox();
    expect(bar?.width).toBeGreaterThan(50);
  });

  it.each([
    ["/", 360],
    ["/", 768],
    ["/", 1280],
    ["/accounts/fine", 360],
    ["/accounts/fine", 1280],
    ["/accounts/never-read", 360],
    ["/accounts/fein", 360],
  ])("of %s needs no horizontal scrolling on a screen %s pixels wide", async (path, width) => {
    await using opened = await open({ viewport: { width, height: 800 } }, path);

    const scrollWidth = await opened.page.locator("html").evaluate((root) => root.scrollWidth);

    expect(scrollWidth).toBeLessThanOrEqual(width);
  });

  it("is filtered by plain links, which need no JavaScript", async () => {
    await using opened = await open({ javaScriptEnabled: false });
    const { page } = opened;

    await page.getByRole("link", { name: "1 exhausted" }).click();

    expect(new URL(page.url()).search).toBe("?state=exhausted");
    expect(await headings(page)).toEqual(["used-up nanogpt"]);
    await page.getByRole("link", { name: "deepseek" }).click();
    expect(new URL(page.url()).search).toBe("?provider=deepseek&state=exhausted");
    await page.getByRole("link", { name: "Show all", exact: true }).click();
    expect(await headings(page)).toEqual(BY_URGENCY);
  });

  it("leads by the keyboard alone to the page of an account", async () => {
    await using opened = await open();
    const { page } = opened;

    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");

    await page.waitForURL("**/accounts/used-up");
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("used-up nanogpt");
  });
});

describe("the page of an account in Chromium", () => {
  it("draws the history of a quota, with its numbers in words beside it", async () => {
    // The first two readings make the first line.
    await using opened = await open({}, "/accounts/fine");
    const { page } = opened;

    const chart = page.getByRole("img", { name: "History of daily_input_tokens" });
    await eventually(async () => {
      await page.reload();
      expect(await chart.count()).toBe(1);
    });
    expect(await chart.locator("path.line").getAttribute("d")).toMatch(/^M[\d.]+ [\d.]+L/);
    expect(await chart.locator("desc").textContent()).toMatch(
      /^Since .* UTC: 47\.5 M left throughout, no reset seen\. /,
    );
    expect(await page.locator("figcaption").first().innerText()).toMatch(/47\.5 M left throughout/);
    expect(await page.getByText(`Label team`).count()).toBe(1);
    expect(opened.complaints).toEqual([]);
  });

  it("says why an account cannot be read, and how the last polls went", async () => {
    await using opened = await open({ javaScriptEnabled: false }, "/accounts/never-read");

    const text = await opened.page.locator("body").innerText();

    expect(text).toContain("Quotas unknown: no read has worked yet.");
    expect(await opened.page.getByRole("row").nth(1).innerText()).toContain("could not be understood");
  });

  it("of a name that nobody has is a 404 that names the near ones", async () => {
    await using opened = await open({}, "/accounts/neverread");

    expect(opened.status).toBe(404);
    expect(await opened.page.getByRole("main").getByRole("link").allInnerTexts()).toEqual(["never-read"]);
  });
});

describe("axe", () => {
  it.each([
    ...(["light", "dark"] as const).flatMap((colorScheme) =>
      ["/", "/?state=watch", "/accounts/fine", "/accounts/never-read", "/accounts/fein"].map((path) => ({
        path,
        colorScheme,
        width: 360,
      })),
    ),
    { path: "/", colorScheme: "light" as const, width: 1280 },
    { path: "/accounts/fine", colorScheme: "dark" as const, width: 1280 },
  ])("finds nothing serious on $path, $colorScheme, $width pixels wide", async ({ path, colorScheme, width }) => {
    // Only the checker needs to get past the content policy.
    await using opened = await open({ bypassCSP: true, colorScheme, viewport: { width, height: 800 } }, path);

    await opened.page.evaluate(axe.source);
    const found = await opened.page.evaluate("axe.run()");

    const { violations } = found as { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(grave.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  });
});

/** The pages alone, over accounts that nobody needs to read. */
async function serve(told: Snapshot | (() => Snapshot), port = 0, events?: Events): Promise<Listening> {
  const snapshot = typeof told === "function" ? told : () => told;
  const app = createServer({
    snapshot,
    ...(events !== undefined && { events }),
    metricsPage: { render: () => Promise.resolve(Buffer.from("")) },
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    config: () => "",
    reload: undefined,
    now: () => NOW,
    onError: (error) => {
      throw error;
    },
  });
  const listening = await listen(app, { host: "127.0.0.1", port });
  return {
    ...listening,
    close() {
      events?.end();
      return listening.close();
    },
  };
}

describe("a page that stays open", () => {
  const oneAccount = (account: string) => aSnapshot({ accounts: [anAccount({ account, quotas: [aQuota()] })] });

  it("says when the daemon is gone, and recovers by itself when it is back, under the same filter", async () => {
    const first = await serve(oneAccount("before"));
    await using context = await browser.newContext();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${first.url}/?state=ok`);
    const stale = page.getByText("The daemon does not answer");
    expect(await stale.isVisible()).toBe(false);
    await page.getByRole("link", { name: "before" }).focus();

    await first.close();
    await page.clock.runFor(15_000);
    await stale.waitFor({ state: "visible" });
    expect(await headings(page)).toEqual(["before nanogpt"]);

    const second = await serve(oneAccount("after"), first.port);
    stack.defer(() => second.close());
    await eventually(async () => {
      await page.clock.runFor(15_000);
      expect(await headings(page)).toEqual(["after nanogpt"]);
    });
    expect(await stale.isVisible()).toBe(false);
    expect(new URL(page.url()).search).toBe("?state=ok");
  });

  it("shows what has changed without waiting for its next refresh, and asks for nothing while nobody sees it", async () => {
    let state: "ok" | "critical" = "ok";
    const snapshot = () => aSnapshot({ accounts: [anAccount({ quotas: [aQuota({ state })] })] });
    const events = createEvents({ snapshot, now: () => NOW, mostFollowers: 1 });
    const server = await serve(snapshot, 0, events);
    stack.defer(() => server.close());
    await using context = await browser.newContext();
    const page = await context.newPage();
    // Its clock stands but for what is told below: far less than the 15 s of a refresh.
    await page.clock.install();
    await page.clock.pauseAt(new Date(Date.now() + 1000));
    await page.goto(`${server.url}/`);
    const isFollowed = () => {
      const one = events.follow({ write: () => true, end: () => undefined, wants: () => true, since: undefined });
      if (typeof one !== "string") one.leave();
      return one === "full";
    };
    await eventually(() => expect(isFollowed()).toBe(true));

    state = "critical";
    events.changed();

    await eventually(async () => {
      await page.clock.runFor(10);
      expect(await page.title()).toBe("1 critical · LLM quotas");
    });
    // A page cannot be hidden from here, but it can be told that it is.
    await page.evaluate(`Object.defineProperty(document, "hidden", { configurable: true, value: true });
      document.dispatchEvent(new Event("visibilitychange"))`);
    await eventually(() => expect(isFollowed()).toBe(false));
  });

  it("keeps the keyboard where it was, and what was unfolded", async () => {
    const answer = anAnswer({ models: ["one", "two"] });
    const server = await serve(aSnapshot({ accounts: [anAccount({ account: "main", answer })] }));
    stack.defer(() => server.close());
    await using context = await browser.newContext();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${server.url}/accounts/main`);
    await page.locator("summary").click();
    await page.getByRole("link", { name: "All accounts" }).focus();
    await page.locator("h1").evaluate((heading) => heading.setAttribute("data-old", ""));

    await page.clock.runFor(15_000);

    await page.locator("h1:not([data-old])").waitFor();
    expect(await page.locator("details").getAttribute("open")).toBe("");
    expect(await page.locator(":focus").innerText()).toBe("All accounts");
  });
});

describe("1,000 accounts", () => {
  it("are painted, the most urgent first, without a complaint", async ({ annotate }) => {
    const accounts = Array.from({ length: 1000 }, (_, index) => {
      const [corner = anAccount()] = everyCorner.accounts.slice(index % everyCorner.accounts.length);
      return { ...corner, account: `${corner.account} ${index}` };
    });
    const server = await serve(aSnapshot({ accounts }));
    stack.defer(() => server.close());
    await using context = await browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));

    await page.goto(`${server.url}/`);

    const paint = await eventually(async () => {
      const told = await page.evaluate(`performance.getEntriesByName("first-contentful-paint")[0]?.startTime`);
      expect(told).toEqual(expect.any(Number));
      return Number(told);
    });
    // Told, not asserted: how fast the machine is, is not a matter of this page.
    await annotate(`first contentful paint with 1,000 accounts: ${Math.round(paint)} ms`);
    expect(await page.getByText("1000 accounts, 1430 quotas").count()).toBe(1);
    expect(await page.locator("section").count()).toBe(50);
    expect(complaints).toEqual([]);
  });
});
