import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { parseExposition } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess } from "../support/processes.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NAME = "llm-quota-exporter";
const MEGABYTE = 1_000_000;

/** npm and what it starts run on the Node that the project pins: the one of the machine may be too old for the package. */
const PATH = `${join(ROOT, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;

/** The person's own npm settings, as for registry and cache, without those of the npm that runs this test. */
const NPM_ENV = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$|INIT_CWD$)/.test(name))),
  PATH,
};

let temporary: string;
/** Where somebody has installed the package. */
let folder: string;
/** The package there. */
let installed: string;

const run = promisify(execFile);

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "llm-quota-test-package-"));
  folder = await mkdtemp(join(temporary, "somewhere-"));
  installed = join(folder, "node_modules", NAME);
  await run("npm", ["pack", "--pack-destination", temporary], { cwd: ROOT, env: NPM_ENV });
  const [tarball = "", ...more] = (await readdir(temporary)).filter((name) => name.endsWith(".tgz"));
  expect(more).toEqual([]);
  const quietly = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", "--prefix", folder, ...quietly, join(temporary, tarball)], {
    cwd: folder,
    env: NPM_ENV,
  });
}, 600_000);

afterAll(() => rm(temporary, { recursive: true, force: true }));

describe("the package", () => {
  it("starts by npx", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));

    const { stdout } = await run("npx", ["--no-install", NAME, "--version"], { cwd: folder, env: NPM_ENV });

    expect(stdout).toContain(version);
  });

  it("brings a config to start from, which it finds good, and the schema that this names", async () => {
    const config = join(installed, "config.example.yaml");
    const env = { PATH, NANOGPT_API_KEY: "sk-nanogpt", DEEPSEEK_API_KEY: "sk-deepseek" };

    const { stdout } = await run(join(folder, "node_modules/.bin", NAME), ["check-config", `--config.file=${config}`], {
      cwd: folder,
      env,
    });

    expect(stdout.split("\n")[0]).toBe(`${config}: good, 3 accounts`);
    const [, schema = ""] = /^# .*\$schema=(.*)\n/.exec(await readFile(config, "utf8")) ?? [];
    expect(JSON.parse(await readFile(join(installed, schema), "utf8")).title).toContain(NAME);
  });

  it("can be imported by a program that shall tell of its calls, also by one that is no module", async () => {
    const names = "Object.keys(found).sort().join()";
    const script = `import("${NAME}/observe").then((found) => console.log(${names}))`;
    const asModule = `import * as found from "${NAME}/observe"; console.log(${names})`;
    const node = join(ROOT, "node_modules/.bin/node");

    for (const args of [
      ["--input-type=commonjs", "--eval", script],
      ["--input-type=module", "--eval", asModule],
    ]) {
      const { stdout } = await run(node, args, { cwd: folder, env: NPM_ENV });
      expect(stdout).toBe("observeInterceptor,observedFetch\n");
    }
  });

  it("runs the demo", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    await using _demo = await startProcess({
      name: "installed-demo",
      command: join(folder, "node_modules/.bin", NAME),
      args: () => ["demo", `--web.listen-address=127.0.0.1:${port}`],
      files: {},
      env: { PATH },
      readyUrl: `${url}/-/healthy`,
      readyTimeoutMs: 60_000,
    });

    await eventually(
      async () => {
        const samples = parseExposition(await (await fetch(`${url}/metrics`)).text());
        const up = samples.filter(({ name, value }) => name === "llm_quota_account_up" && value === 1);
        expect(new Set(up.map(({ labels }) => labels["provider"]))).toEqual(
          new Set(["anthropic", "chutes", "deepseek", "nanogpt", "ollama", "openai", "openrouter"]),
        );
      },
      { timeoutMs: 60_000 },
    );
  });
});

describe("what an installation brings", () => {
  it("is as much as the README says", async () => {
    const stated =
      /(\d+) packages besides its own, .*?\nunpacked under (\d+) MB in all, under (\d+) MB of them its own/s.exec(
        await readFile(join(ROOT, "README.md"), "utf8"),
      );
    const [packages = 0, all = 0, own = 0] = stated?.slice(1).map(Number) ?? [];

    const lock = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")) as {
      packages: Record<string, { dev?: true }>;
    };
    const locked = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && dev !== true);
    expect(locked).toHaveLength(packages);
    // An installation takes the newest of what the dependencies themselves allow.
    const others = (await packagesIn(folder)).filter(({ name }) => name !== NAME);
    expect(Math.abs(others.length - packages)).toBeLessThan(10);
    expect(await megabytesOf(join(folder, "node_modules"))).toBeLessThan(all);
    expect(await megabytesOf(installed)).toBeLessThan(own);
  });

  it("runs no script at its installation", async () => {
    const packages = await packagesIn(folder);
    const files = await filesIn(join(folder, "node_modules"));

    expect(packages.filter(({ scripts }) => scripts.some((name) => /^(pre|post)?install$/.test(name)))).toEqual([]);
    // npm builds a package that has one of these, though no script says so.
    expect(files.filter((file) => file.endsWith("/binding.gyp"))).toEqual([]);
  });
});

describe("the files of the package", () => {
  it("are compiled, without source, tests or maps", async () => {
    const files = (await filesIn(installed)).map((file) => relative(installed, file));

    expect(files).toContain("dist/main.js");
    expect(files).toContain("LICENSE");
    // What programs of others import has its types beside it.
    const types = files.filter((file) => file.endsWith(".d.ts"));
    expect(types).toContain("dist/observe/index.d.ts");
    expect(types.filter((file) => !file.startsWith("dist/observe/"))).toEqual([]);
    const code = files.filter((file) => !types.includes(file));
    expect(code.filter((file) => /\.ts$|\.map$|(^|\/)tests?\/|\.test\.|^src\/|^scripts\//.test(file))).toEqual([]);
    expect(new Set(code.filter((file) => file.startsWith("dist/")).map((file) => file.split(".").at(-1)))).toEqual(
      new Set(["js"]),
    );
  });

  it("tell nothing of the machine that packed them", async () => {
    const texts = await Promise.all(
      (await filesIn(installed)).map(async (file) => ({ file, text: await readFile(file, "utf8") })),
    );

    expect(texts.filter(({ text }) => text.includes(ROOT) || /\/(?:home|Users)\/(?!me\/)\w/.test(text))).toEqual([]);
  });
});

interface Package {
  readonly name: string;
  readonly scripts: readonly string[];
}

/** Every package in a folder, however deep npm has put it. */
async function packagesIn(place: string): Promise<readonly Package[]> {
  const lock = JSON.parse(await readFile(join(place, "node_modules/.package-lock.json"), "utf8"));
  return Promise.all(
    Object.keys(lock.packages).map(async (path) => {
      const { name, scripts = {} } = JSON.parse(await readFile(join(place, path, "package.json"), "utf8"));
      return { name, scripts: Object.keys(scripts) };
    }),
  );
}

async function filesIn(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function megabytesOf(place: string): Promise<number> {
  const sizes = await Promise.all((await filesIn(place)).map(async (file) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0) / MEGABYTE;
}
