import { readdirSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { renderDashboards } from "../../grafana/src/dashboards.ts";
import { dashboardPath } from "../../src/alerting/links.ts";
import { shippedDashboards } from "../support/dashboard-queries.ts";

const ROOT = new URL("../../", import.meta.url);
const DIRECTORY = new URL("grafana/dashboards/", ROOT);
const dashboards = shippedDashboards();
const byUid = new Map([...dashboards.values()].map((dashboard) => [dashboard.uid, dashboard]));

/** The uid that a link leads to, and the variables that it sets. */
function destination(link: string) {
  const [, uid = "", slug = "", query = ""] = /^\/d\/([\w-]+)\/([\w-]+)\??(.*)$/.exec(link) ?? [];
  const parameters = query.split("&").map((parameter) => parameter.split("=")[0] ?? "");
  const set = parameters.filter((name) => name.startsWith("var-")).map((name) => name.slice("var-".length));
  return { uid, slug, set };
}

const variablesOf = (uid: string) => byUid.get(uid)?.templating.list.map(({ name }) => name) ?? [];

describe("the dashboards", () => {
  it("are shipped as they are generated", () => {
    const files = readdirSync(DIRECTORY).filter((file) => file.endsWith(".json"));
    const committed = new Map(files.map((file) => [file, readFileSync(new URL(file, DIRECTORY), "utf8")]));

    expect(committed, "run node grafana/src/generate.ts").toEqual(renderDashboards());
  });

  it.each([...renderDashboards()])("show their links and switches openly: %s", (_, text) => {
    expect(text).not.toContain("inControlsMenu");
  });

  it("have files named after their uids", () => {
    expect([...dashboards].map(([file, { uid }]) => [`llm-quota-${file}`, uid])).toEqual([
      ["llm-quota-account", "llm-quota-account"],
      ["llm-quota-exporter-health", "llm-quota-exporter-health"],
      ["llm-quota-live-traffic", "llm-quota-live-traffic"],
      ["llm-quota-overview", "llm-quota-overview"],
    ]);
  });

  it.each([
    { alert: "a quota", variables: ["var-provider=p", "var-account=a", "var-quota=q"], uid: "llm-quota-account" },
    { alert: "an account", variables: ["var-provider=p", "var-account=a"], uid: "llm-quota-account" },
    { alert: "the exporter", variables: [], uid: "llm-quota-exporter-health" },
  ])("are where an alert about $alert leads, with the variables that it sets", ({ variables, uid }) => {
    const found = destination(dashboardPath(variables));

    expect(found).toMatchObject({ uid, slug: uid });
    expect(variablesOf(uid)).toEqual(expect.arrayContaining(found.set));
    expect(found.set).toHaveLength(variables.length);
    expect(byUid.has(uid)).toBe(true);
  });

  const Links = z.array(z.object({ title: z.string().min(1), url: z.string() }));
  const links = [...dashboards].flatMap(([file, { panels }]) =>
    panels.flatMap(({ title, targets, fieldConfig: { overrides } }) =>
      overrides.flatMap(({ properties }) =>
        properties
          .filter(({ id }) => id === "links")
          .flatMap(({ value }) => Links.parse(value).map(({ url }) => ({ file, title, targets, url }))),
      ),
    ),
  );

  it.each(links)("lead from $file, $title to the account of the row", ({ url, targets }) => {
    const { uid, set } = destination(url);
    const fields = [...url.matchAll(/\$\{__data\.fields\.(\w+):percentencode\}/g)].map(([, field = ""]) => field);

    expect(uid).toBe("llm-quota-account");
    expect(fields.slice(0, 2)).toEqual(["provider", "account"]);
    expect(set).toEqual(fields);
    expect(variablesOf(uid)).toEqual(expect.arrayContaining(set));
    expect(url).toMatch(
      /\?\$\{datasource:queryparam\}&\$\{job:queryparam\}&\$\{instance:queryparam\}&.*&\$\{__url_time_range\}$/,
    );
    // Every column must have what the link is made of, or a row of its own would lead nowhere.
    for (const { expr } of targets) for (const field of fields) expect(expr).toMatch(new RegExp(`by \\([^)]*${field}`));
  });

  it("lead to an account from every table of quotas or accounts on the overview", () => {
    expect(new Set(links.filter(({ file }) => file === "overview").map(({ title }) => title))).toEqual(
      new Set(["Worst first", "Active alerts", "Who burns most", "Use or lose", "Accounts"]),
    );
  });

  it("are each told of in the docs, panel by panel", () => {
    const page = readFileSync(new URL("docs/grafana.md", ROOT), "utf8");
    const rows = [...page.matchAll(/^\| (?!panel|---)([^|]+) \| [^|]+ \|$/gm)].map(([, title = ""]) => title);

    expect(rows).toEqual(
      ["overview", "account", "live-traffic", "exporter-health"].flatMap((file) =>
        (dashboards.get(file)?.panels ?? [])
          .toSorted((one, other) => one.gridPos.y - other.gridPos.y || one.gridPos.x - other.gridPos.x)
          .map(({ title }) => title),
      ),
    );
    for (const { uid, title } of dashboards.values()) expect(page).toContain(`${title.split(" / ")[1]}** (\`${uid}\`)`);
  });

  it("are handed to the Grafana of a cluster by a kustomization that names each of them", () => {
    const Kustomization = z.object({
      configMapGenerator: z.tuple([
        z.object({
          files: z.array(z.string()),
          options: z.object({ labels: z.object({ grafana_dashboard: z.literal("1") }) }),
        }),
      ]),
    });
    const text = readFileSync(new URL("grafana/kustomization.yaml", ROOT), "utf8");
    const {
      configMapGenerator: [generated],
    } = Kustomization.parse(load(text));

    expect(generated.files).toEqual(
      [...dashboards.keys()].map((file) => `llm-quota-${file}.json=dashboards/${file}.json`),
    );
  });
});
