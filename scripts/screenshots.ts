// Makes the pictures of the documents from the demo, which takes some minutes: node scripts/screenshots.ts [MINUTES]
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { terminalPicture } from "./terminal-picture.ts";

/** So long does the demo burn quota before it is looked at: enough for a forecast and a curve. */
const DEFAULT_MINUTES = 4;
const PICTURES = [
  { name: "overview", path: "/", colorScheme: "light", height: 900 },
  { name: "account", path: "/accounts/team-research", colorScheme: "dark", height: 900 },
] as const;

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const minutes = Number(process.argv[2] ?? DEFAULT_MINUTES);
const demo = spawn(process.execPath, [root("src/main.ts"), "demo", "--web.listen-address=127.0.0.1:0"], {
  stdio: ["ignore", "ignore", "pipe"],
});
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none"],
});
try {
  const url = await started();
  await sleep(minutes * 60_000);
  await mkdir(root("docs/images"), { recursive: true });
  for (const { name, path, colorScheme, height } of PICTURES) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1120, height } });
    await page.goto(`${url}${path}`);
    await page.screenshot({ path: root(`docs/images/${name}.png`) });
  }
  const status = [root("src/main.ts"), "status", `--url=${url}`, "--color=always"];
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const { stdout } = await promisify(execFile)(process.execPath, status, { env });
  const title = "llm-quota-exporter status: accounts and quotas by urgency, with what is left as a bar";
  await writeFile(root("docs/images/status.svg"), terminalPicture(stdout, title));
} finally {
  await browser.close();
  demo.kill("SIGTERM");
  await once(demo, "exit");
}

/** The address that the demo serves at, as it tells it. */
async function started(): Promise<string> {
  for await (const line of createInterface({ input: demo.stderr })) {
    const url = /http:\/\/[^/\s]+/.exec(line)?.[0];
    if (line.startsWith("simulated providers") && url !== undefined) {
      demo.stderr.resume();
      return url;
    }
  }
  throw new Error("the demo has ended without telling its address");
}
