import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt, nanogptLegacy } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { type QuickAccount, quickConfig } from "../support/quick-config.ts";

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

/** Opens the status page, and collects whatever the browser complains about. */
async function open(options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => requests.push(request.url()));
  const response = await page.goto(`${daemon.url}/`, { waitUntil: "load" });
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
    expect(opened.requests).toEqual([`${daemon.url}/`]);
  });

  it("shows text from outside as text", async () => {
    await using opened = await open();

    const { page } = opened;
    expect(await page.getByText(`team: ${HOSTILE}`).count()).toBe(1);
    expect(await page.locator("img, script").count()).toBe(0);
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

  it.each([360, 768, 1280])("needs no horizontal scrolling on a screen %s pixels wide", async (width) => {
    await using opened = await open({ viewport: { width, height: 800 } });

    const scrollWidth = await opened.page.locator("html").evaluate((root) => root.scrollWidth);

    expect(scrollWidth).toBeLessThanOrEqual(width);
  });
});
