import { expect, test } from "vitest";
import { createLogger } from "../src/log.ts";
import { createPeerLog } from "../src/peer-log.ts";

test("the log says once that the peer cannot be asked, and once that it can again", () => {
  const lines: string[] = [];
  const write = (line: string) => {
    const { level, msg, problem } = JSON.parse(line) as Record<string, string>;
    lines.push([level, msg, problem].join("|"));
  };
  const report = createPeerLog(createLogger({ level: "info", format: "json", scrub: (text) => text, write }));

  report("none");
  report("failed", new Error("GET peer:10844/: connection refused"));
  report("failed", new Error("GET peer:10844/ gave no answer in time"));
  report("taken");
  report("none");
  report("failed", "odd");

  expect(lines).toEqual([
    "warn|the peer cannot be asked, every account is read here|GET peer:10844/: connection refused",
    "info|the peer can be asked again|",
    "warn|the peer cannot be asked, every account is read here|odd",
  ]);
});
