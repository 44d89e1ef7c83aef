import { existsSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const ROOT = new URL("../../", import.meta.url);
const COMPOSE = new URL("deploy/compose/", ROOT);

const Service = z.object({
  image: z.string(),
  build: z.string().optional(),
  profiles: z.array(z.string()).min(1),
  command: z.array(z.string()).default([]),
  ports: z.array(z.string()),
  volumes: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
});

const Compose = z.object({
  services: z.record(z.string(), Service),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
});

/** Compose merges `<<`; our YAML reader takes it for an ordinary key. */
function merged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(merged);
  if (typeof value !== "object" || value === null) return value;
  const { "<<": base, ...own } = value as Record<string, unknown>;
  const inherited = merged(base);
  const entries = Object.entries(own).map(([key, inner]) => [key, merged(inner)] as const);
  return { ...(typeof inherited === "object" ? inherited : {}), ...Object.fromEntries(entries) };
}

function read(url: URL): string {
  return readFileSync(url, "utf8");
}

const compose = Compose.parse(merged(load(read(new URL("compose.yaml", COMPOSE)))));
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }));
const mounts = services.flatMap(({ name, volumes }) =>
  volumes.map((volume) => {
    const [source = "", target = ""] = volume.split(":");
    return { name, source, target };
  }),
);

function mountedAt(service: string, target: string): string {
  const mount = mounts.find((candidate) => candidate.name === service && candidate.target === target);
  if (mount === undefined) throw new Error(`nothing is mounted at ${target} in ${service}`);
  return read(new URL(mount.source, COMPOSE));
}

describe("compose.yaml", () => {
  it.each(mounts)("mounts $source into $name, and it exists", ({ source }) => {
    const isThere = source.startsWith(".") ? existsSync(new URL(source, COMPOSE)) : source in compose.volumes;

    expect(isThere).toBe(true);
  });

  it.each(services)("publishes $name on loopback only, with a pinned image", ({ ports, image, build }) => {
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
    if (build === undefined) expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
  });

  it("builds the exporter from the folder that holds the Dockerfile", () => {
    const { build = "" } = compose.services["live"] ?? {};

    expect(existsSync(new URL(`${build}/Dockerfile`, COMPOSE))).toBe(true);
  });

  it("runs everything in both profiles, with accounts of one's own or simulated ones", () => {
    const inProfile = (profile: string) => services.filter(({ profiles }) => profiles.includes(profile));

    expect(inProfile("live").map(({ name }) => name)).toEqual(["live", "prometheus", "alertmanager", "grafana"]);
    expect(inProfile("demo").map(({ name }) => name)).toEqual(["demo", "prometheus", "alertmanager", "grafana"]);
    expect(inProfile("demo").flatMap(({ secrets }) => secrets)).toEqual([]);
  });

  it("hands each credential of the config over as a file, from a folder that is never committed", () => {
    const config = z
      .object({ accounts: z.array(z.object({ api_key_file: z.string() })) })
      .parse(load(mountedAt("live", "/etc/llm-quota-exporter/config.yaml")));
    const files = config.accounts.map(({ api_key_file }) => api_key_file);

    expect(files).toEqual(compose.services["live"]?.secrets.map((name) => `/run/secrets/${name}`));
    expect(Object.values(compose.secrets).map(({ file }) => file.split("/").slice(0, -1).join("/"))).toEqual([
      "./secrets",
    ]);
    expect(read(new URL("secrets/.gitignore", COMPOSE))).toBe("*\n!.gitignore\n");
  });
});

describe("the Prometheus of compose.yaml", () => {
  const Prometheus = z.looseObject({
    alerting: z.unknown(),
    scrape_configs: z.array(z.looseObject({ static_configs: z.unknown() })),
  });

  it("differs from the one for a single machine in its addresses only", () => {
    const here = Prometheus.parse(load(mountedAt("prometheus", "/etc/prometheus/prometheus.yml")));
    const there = Prometheus.parse(load(read(new URL("deploy/prometheus/prometheus.yml", ROOT))));
    const withoutAddresses = ({ alerting: _, scrape_configs, ...rest }: z.infer<typeof Prometheus>) => ({
      ...rest,
      scrape_configs: scrape_configs.map(({ static_configs: __, ...job }) => job),
    });

    expect(withoutAddresses(here)).toEqual(withoutAddresses(there));
  });
});

describe("the provisioning of Grafana", () => {
  const provisioning = new URL("grafana/provisioning/", ROOT);

  it("is mounted where Grafana looks for it, and reads dashboards from where they are mounted", () => {
    const { providers } = z
      .object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) })
      .parse(load(read(new URL("dashboards/llm-quota.yaml", provisioning))));
    const targets = mounts.filter(({ name }) => name === "grafana").map(({ target }) => target);

    expect(targets).toContain("/etc/grafana/provisioning");
    expect(providers.map(({ options }) => targets.includes(options.path))).toEqual([true]);
  });

  it("points to the Prometheus of the same network", () => {
    const { datasources } = z
      .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string(), url: z.string() })) })
      .parse(load(read(new URL("datasources/prometheus.yaml", provisioning))));

    expect(datasources).toEqual([{ uid: "prometheus", type: "prometheus", url: "http://prometheus:9090" }]);
    expect(compose.services["prometheus"]?.ports).toEqual(["127.0.0.1:9090:9090"]);
  });
});
