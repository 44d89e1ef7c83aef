import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { CommandContext } from "../../src/cli/context.ts";
import { QuotasAnswer } from "../../src/cli/quotas-answer.ts";
import { watchStatus } from "../../src/cli/watch-status.ts";
import { quotasDocument } from "../../src/server/quotas-document.ts";
import { aSnapshot } from "../support/snapshot.ts";

const args = parseArguments(["status", "--watch", "--interval", "1h"]);
const document = QuotasAnswer.parse(quotasDocument(aSnapshot()));

/** A terminal that has taken a text only once somebody says so, as one that is slow or paused. */
function slowTerminal() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      waiting.push(done);
    },
  });
  return { stdout, taken, goOn: () => waiting.shift()?.() };
}

function watching(taken: string[], stdout: Writable) {
  if (typeof args === "string") throw new Error("no arguments");
  const stopped = Promise.withResolvers<void>();
  const context = {
    ...{ env: {}, stdout, stderr: stdout, stopped: stopped.promise, stdin: process.stdin },
    terminal: () => ({ columns: 80, rows: 24 }),
    build: { version: "0.1.0", revision: "", nodeVersion: "v24" },
    onHangup: () => undefined,
    onCrash: () => undefined,
  } satisfies CommandContext;
  const ended = watchStatus(() => Promise.resolve(document), args, context);
  return { ended, stop: stopped.resolve, texts: () => taken.length };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a watch that is stopped", () => {
  it.each([
    { when: "before it has asked", writes: 0 },
    { when: "while the terminal takes a table", writes: 1 },
  ])("$when gives the terminal back and ends well", async ({ writes }) => {
    const { stdout, taken, goOn } = slowTerminal();
    const { ended, stop, texts } = watching(taken, stdout);
    for (let done = 0; done < writes; done++) {
      goOn();
      await turn();
    }
    expect(texts()).toBe(writes + 1);

    stop();
    await turn();
    goOn();
    await turn();
    goOn();

    expect(await ended).toBe(0);
    expect(taken.at(-1)).toBe("\u001b[?25h\u001b[?1049l");
  });
});
