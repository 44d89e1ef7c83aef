import { setImmediate as nextTurn } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { expect, it, test } from "vitest";
import type { Snapshot } from "../../src/engine/snapshot.ts";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { type Coding, createMetricsPage } from "../../src/metrics/page.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import { anAccount, aQuota, aSnapshot, inSeconds, NOW } from "../support/snapshot.ts";

const quotas = Array.from({ length: 10 }, (_, index) => aQuota({ ...aQuota(), quota: `quota_${index}` }));

/** So many accounts of ten quotas; 50 of them take several turns of the event loop to render. */
function fleet(accounts: number): Snapshot {
  return aSnapshot({
    accounts: Array.from({ length: accounts }, (_, index) => anAccount({ account: `account_${index}`, quotas })),
  });
}

function aPage(over: Partial<Parameters<typeof createMetricsPage>[0]> = {}) {
  const exporter = createExporterMetrics({ version: "0.1.0", revision: "", nodeVersion: "v24" });
  const asked = { snapshots: 0, exporter: 0 };
  const errors: unknown[] = [];
  const { snapshot = () => fleet(50), now = () => NOW } = over;
  const page = createMetricsPage({
    snapshot: () => {
      asked.snapshots++;
      return snapshot();
    },
    exporter: {
      ...exporter,
      render: () => {
        asked.exporter++;
        return exporter.render();
      },
    },
    now,
    onError: (error) => errors.push(error),
  });
  return { page, asked, errors };
}

const twenty = (render: () => Promise<Buffer>) => Promise.all(Array.from({ length: 20 }, render));

/** What comes before the part of the exporter, which is never twice the same. */
function quotaPart(text: string): string {
  return text.slice(0, text.indexOf("# HELP llm_quota_exporter_build_info"));
}

test.each([1, 50])("20 scrapes at once of %i accounts take one snapshot and share one render", async (accounts) => {
  const { page, asked } = aPage({ snapshot: () => fleet(accounts) });
  const bodies = await twenty(() => page.render("identity"));
  expect(asked).toEqual({ snapshots: 1, exporter: 1 });
  expect(new Set(bodies).size).toBe(1);
});

test("20 packed scrapes at once share also the packing", async () => {
  const { page, asked } = aPage();
  const bodies = await twenty(() => page.render("gzip"));
  expect(asked).toEqual({ snapshots: 1, exporter: 1 });
  expect(new Set(bodies).size).toBe(1);
});

test("a plain and a packed scrape at once have the same text of one render", async () => {
  const { page, asked } = aPage();
  const [plain, packed] = await Promise.all([page.render("identity"), page.render("gzip")]);
  expect(asked.snapshots).toBe(1);
  expect(gunzipSync(packed).equals(plain)).toBe(true);
});

test.each<Coding>(["identity", "gzip"])("a scrape after one that was delivered is new, sent as %s", async (coding) => {
  let remaining = 1;
  const snapshot = () => aSnapshot({ accounts: [anAccount({ pollsTotal: remaining++ })] });
  const { page, asked } = aPage({ snapshot });
  const first = await page.render(coding);
  const second = await page.render(coding);
  expect(asked).toEqual({ snapshots: 2, exporter: 2 });
  const textOf = (body: Buffer) => (coding === "gzip" ? gunzipSync(body) : body).toString();
  expect(textOf(first)).toContain('llm_quota_polls_total{provider="nanogpt",account="main"} 1\n');
  expect(textOf(second)).toContain('llm_quota_polls_total{provider="nanogpt",account="main"} 2\n');
});

it("shows one snapshot at one instant, whatever is read while it is made", async () => {
  const first = fleet(50);
  let current = first;
  let at = NOW;
  const { page, asked } = aPage({ snapshot: () => current, now: () => at });
  const scrape = page.render("identity");
  while (asked.snapshots === 0) await nextTurn();
  expect(asked.exporter).toBe(0);

  current = fleet(2);
  at = inSeconds(3600);

  expect(quotaPart((await scrape).toString())).toBe(renderFamilies(first, NOW));
});

it("lets others have their turns while it renders", async () => {
  const { page, asked } = aPage();
  const scrape = page.render("identity");
  while (asked.snapshots === 0) await nextTurn();

  let turns = 0;
  while (asked.exporter === 0) {
    await nextTurn();
    turns++;
  }

  expect(turns).toBeGreaterThan(2);
  await scrape;
});

it("leaves the quotas out when a later piece fails, keeps the exporter, and renders anew for the next", async () => {
  const failure = new Error("a fault far down the page");
  const broken = anAccount({ account: "last" });
  Object.defineProperty(broken, "probeTokensTotal", {
    get: () => {
      throw failure;
    },
  });
  const whole = fleet(50);
  let current = aSnapshot({ accounts: [...whole.accounts, broken] });
  const { page, asked, errors } = aPage({ snapshot: () => current });

  const bodies = await twenty(() => page.render("identity"));
  const text = String(bodies[0]);
  expect(text.startsWith("# HELP llm_quota_exporter_build_info ")).toBe(true);
  expect(text).toContain('llm_quota_exporter_render_failures_total{part="quotas"} 1\n');
  expect(errors).toEqual([failure]);
  expect(asked).toEqual({ snapshots: 1, exporter: 1 });

  current = whole;
  expect(quotaPart((await page.render("identity")).toString())).toBe(renderFamilies(whole, NOW));
});
