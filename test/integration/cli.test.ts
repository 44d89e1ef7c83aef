import { describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { renderPrometheusRules } from "../../src/alerting/prometheus-rules.ts";
import { runCommand } from "../support/command-line.ts";

describe.concurrent("the command line", () => {
  it("tells its version", async () => {
    expect(await runCommand(["--version"])).toEqual({
      code: 0,
      stdout: expect.stringMatching(`^llm-quota-exporter ${packageJson.version} \\(node v24\\.\\d+\\.\\d+\\)\n$`),
      stderr: "",
    });
  });

  it("explains itself", async () => {
    const { code, stdout, stderr } = await runCommand(["--help"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const word of [
      "serve",
      "check-config",
      "poll",
      "status",
      "doctor",
      "replay",
      "print-rules",
      "demo",
      "healthcheck",
    ])
      expect(stdout).toContain(`  ${word} `);
  });

  it.each([
    {
      args: ["frobnicate"],
      line: 'unknown command "frobnicate", needs one of serve, check-config, poll, status, doctor, replay, backtest, print-rules, test-alert, demo, healthcheck',
    },
    { args: ["poll", "status"], line: "one command at a time, got poll status" },
    { args: ["--nope"], line: "Unknown option '--nope'" },
    { args: ["--config.file"], line: "Option '--config.file <value>' argument missing" },
    {
      args: ["serve", "--output=json"],
      line: "--output belongs to poll and status and doctor and print-rules and backtest",
    },
    {
      args: ["print-rules", "--selector=job=llm"],
      line: 'the selector is job=llm: needs label matchers such as job="llm",env="prod"',
    },
    {
      args: ["print-rules", "--severity-label=quota"],
      line: 'the severity label is "quota", which says something else already',
    },
    { args: ["poll", "--output=xml"], line: '--output is "xml", needs one of table, json, prometheus' },
    { args: ["print-rules", "--time-scale=0"], line: '--time-scale is "0", needs a number above 0' },
    {
      args: ["--log.level=loud"],
      line: '--log.level is "loud", needs one of fatal, error, warn, info, debug, trace',
    },
    { args: ["status", "--url=nowhere"], line: '--url is "nowhere", needs an address such as http://127.0.0.1:10844' },
  ])("exits 2 with one line for $args", async ({ args, line }) => {
    expect(await runCommand(args)).toEqual({ code: 2, stdout: "", stderr: `${line}\n` });
  });

  it("prints the shipped rules, with every duration shortened if asked for", async () => {
    const [shipped, scaled] = await Promise.all([
      runCommand(["print-rules"]),
      runCommand(["print-rules", "--time-scale=60"]),
    ]);

    expect(shipped).toEqual({ code: 0, stdout: renderPrometheusRules(), stderr: "" });
    expect(scaled).toEqual({ code: 0, stdout: renderPrometheusRules({ timeScale: 60 }), stderr: "" });
  });
});

describe.concurrent("replay", () => {
  it("answers each reading with one verdict", async () => {
    const reading = {
      quota_id: "a",
      t: 1_736_208_300,
      limit: 5000,
      remaining: 3120,
      reset_at: 1_736_294_400,
      kind: "calendar",
      unit: "requests",
      period_seconds: 86_400,
      sliding: false,
    };
    const later = [10, 20, 30].map((step) => ({ ...reading, t: reading.t + 300 * step, remaining: 3120 - 80 * step }));

    const { code, stdout, stderr } = await runCommand(["replay"], {
      stdin: [reading, ...later].map((line) => `${JSON.stringify(line)}\n`).join(""),
    });

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const verdicts = stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(verdicts).toHaveLength(4);
    expect(verdicts[0]).toEqual({
      quota_id: "a",
      t: 1_736_208_300,
      exhaust_at: null,
      page: false,
      state: "ok",
      severity: "none",
      probability: null,
    });
    expect(verdicts[3]).toMatchObject({ quota_id: "a", t: 1_736_217_300, exhaust_at: expect.any(Number) });
  });

  it("exits 2 and names the line that is no reading", async () => {
    const { code, stdout, stderr } = await runCommand(["replay"], { stdin: '\n{"quota_id":"a","t":"soon"}\n' });

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^stdin:2: t: .*\n$/);
  });
});
