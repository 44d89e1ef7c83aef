import { describe, expect, it } from "vitest";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { createMetricsPage } from "../../src/metrics/page.ts";
import { anAccount, aQuota, aSnapshot, NOW } from "../support/snapshot.ts";

const BUILD = { version: "0.1.0", revision: "", nodeVersion: "v24" };
const QUOTA_LINE = 'llm_quota_account_up{provider="nanogpt",account="main"} 1';
const EXPORTER_LINE = "llm_quota_exporter_build_info{";
const failures = (part: string, count: number) => `llm_quota_exporter_render_failures_total{part="${part}"} ${count}\n`;

function aPage(over: Partial<Parameters<typeof createMetricsPage>[0]> = {}) {
  const errors: unknown[] = [];
  const exporter = createExporterMetrics(BUILD);
  const page = createMetricsPage({
    snapshot: () => aSnapshot(),
    exporter,
    now: () => NOW,
    onError: (error) => errors.push(error),
    ...over,
  });
  const text = async () => (await page.render("identity")).toString();
  return { page, text, errors, exporter };
}

describe("the metrics page", () => {
  it("has the quotas and the exporter, and ends with a newline", async () => {
    const text = await aPage().text();
    expect(text).toContain(`${QUOTA_LINE}\n`);
    expect(text).toContain(EXPORTER_LINE);
    expect(text).toContain(failures("quotas", 0));
    expect(text.endsWith("\n")).toBe(true);
  });

  it("has no family twice", async () => {
    const names = [...(await aPage().text()).matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("has each family's samples in one block, behind its HELP and TYPE", async () => {
    const { text } = aPage({ snapshot: () => aSnapshot({ accounts: [anAccount({ quotas: [aQuota()] })] }) });
    let family = "";
    for (const line of (await text()).trimEnd().split("\n")) {
      if (line.startsWith("# HELP ")) family = line.split(" ")[2] ?? "";
      else if (line !== "")
        expect(line.replace("# TYPE ", "")).toMatch(new RegExp(`^${family}(_bucket|_sum|_count)?[ {]`));
    }
  });

  it("still has the exporter when the snapshot cannot be had, counts it and tells", async () => {
    const failure = new Error("no snapshot");
    const page = aPage({
      snapshot: () => {
        throw failure;
      },
    });
    const text = await page.text();
    expect(text).not.toContain("llm_quota_account_up");
    expect(text).toContain(EXPORTER_LINE);
    expect(text).toContain(failures("quotas", 1));
    expect(page.errors).toEqual([failure]);
  });

  it("still has the quotas when the exporter's registry fails, counts it and tells", async () => {
    const failure = new Error("a collector threw");
    const exporter = createExporterMetrics(BUILD);
    const { text, errors } = aPage({ exporter: { ...exporter, render: () => Promise.reject(failure) } });
    expect(await text()).toContain(`${QUOTA_LINE}\n`);
    expect(errors).toEqual([failure]);
    expect(await exporter.render()).toContain(failures("exporter", 1));
  });

  it("counts a series that is there twice once per snapshot, however often it is scraped", async () => {
    const twice = () => aSnapshot({ accounts: [anAccount({ quotas: [aQuota(), aQuota()] })] });
    let current = twice();
    const { text, exporter } = aPage({ snapshot: () => current });
    const dropped = 'llm_quota_exporter_series_dropped_total{provider="nanogpt"}';
    await text();
    await text();
    expect(await exporter.render()).toContain(`${dropped} 1\n`);
    current = twice();
    await text();
    expect(await exporter.render()).toContain(`${dropped} 2\n`);
  });
});
