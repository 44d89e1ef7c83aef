import { describe, expect, it } from "vitest";
import { createLogger, createScrubber, type LogFormat, printable } from "../src/log.ts";
import { Secret } from "../src/secret.ts";

const PLAIN = "sk-0123456789abcdef";
/** Every character in it is written differently in JSON or a URL. */
const ODD = 'p"ss\\w/rd &=%\u00e9\t!';
const ESC = String.fromCharCode(27);

function logTo(format: LogFormat, texts: readonly string[] = [PLAIN, ODD]) {
  const lines: string[] = [];
  const log = createLogger({
    level: "info",
    format,
    ...createScrubber(texts.map((text) => new Secret(text))),
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

const forms = [PLAIN, ODD].flatMap((text) => [
  { form: "as it is", text, shown: text },
  { form: "in JSON", text, shown: JSON.stringify({ key: text }) },
  { form: "in a URL", text, shown: `https://example.org/?key=${encodeURIComponent(text)}` },
  { form: "in base64", text, shown: `Basic ${Buffer.from(text).toString("base64")}` },
]);
const leaks = (output: string) =>
  [PLAIN, ODD].flatMap((text) =>
    [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), Buffer.from(text).toString("base64")].filter(
      (form) => output.includes(form),
    ),
  );

describe("a credential", () => {
  it.each(["json", "pretty"] as const)("is in no %s line, wherever it was put", (format) => {
    for (const { shown } of forms) {
      const { log, lines } = logTo(format);
      const cause = new Error(`inner ${shown}`, { cause: new Error(`innermost ${shown}`) });
      log.error(
        { err: new Error(`outer ${shown}`, { cause }), url: shown, deep: { list: [shown] }, [shown]: 1 },
        `message ${shown}`,
      );

      expect(lines).toHaveLength(1);
      expect(leaks(lines.join(""))).toEqual([]);
      expect(lines.join("")).toContain("[secret]");
    }
  });

  it.each(forms)("$text is scrubbed $form", ({ shown }) => {
    const { scrub } = createScrubber([new Secret(PLAIN), new Secret(ODD)]);

    expect(leaks(scrub(`before ${shown} after`))).toEqual([]);
    expect(scrub(`before ${shown} after`)).toMatch(/^before .*after$/);
  });

  it("that contains another is scrubbed whole", () => {
    const { scrub } = createScrubber([new Secret("abcdef"), new Secret("abcdef-ghijkl")]);

    expect(scrub("abcdef-ghijkl abcdef")).toBe("[secret] [secret]");
  });

  it("that is learned later is scrubbed from then on, and the one before it still", () => {
    const { scrub, learn } = createScrubber([new Secret("old-key-1")]);
    learn([new Secret("new-key-22")]);

    expect(scrub("old-key-1 new-key-22")).toBe("[secret] [secret]");
  });

  it("too short to be one is left alone", () => {
    expect(createScrubber([new Secret("a"), new Secret("")]).scrub("an apple")).toBe("an apple");
  });
});

describe("a log line", () => {
  it("is one line of JSON with time, level, message and fields", () => {
    const { log, lines } = logTo("json");
    log.warn({ account: "main", reason: "auth" }, "the account could not be read");

    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      account: "main",
      reason: "auth",
      msg: "the account could not be read",
    });
  });

  it("is left out below the level", () => {
    const { log, lines } = logTo("json");
    log.debug("nothing to see");

    expect(lines).toEqual([]);
  });

  it("tells an error with its causes", () => {
    const { log, lines } = logTo("json");
    log.error({ err: new Error("outer", { cause: new Error("inner") }) }, "failed");

    expect(lines[0]).toContain("inner");
  });

  it("reads well when pretty", () => {
    const { log, lines } = logTo("pretty");
    log.info({ account: "main", port: 10844 }, "listening");

    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d INFO {2}listening account=main port=10844\n$/);
  });

  it("steers no terminal when pretty, whatever text came from outside", () => {
    const { log, lines } = logTo("pretty");
    const evil = `${ESC}]0;title${String.fromCharCode(7)} ${ESC}[2J\r\nFAKE 00:00:00 INFO all is well ${String.fromCharCode(0x9b)}31m`;
    log.error({ err: new Error(evil), problem: evil, [evil]: evil }, evil);
    const controls = [...lines.join("")].filter((char) => char !== "\n" && printable(char) !== char);

    expect(controls).toEqual([]);
    expect(
      lines
        .join("")
        .split("\n")
        .filter((line) => line.startsWith("FAKE")),
    ).toEqual([]);
  });
});

it("printable text keeps everything but control characters", () => {
  expect(printable(`née 日本 ${ESC}[31m\u0000\u007f\u009b`)).toBe("née 日本 \ufffd[31m\ufffd\ufffd\ufffd");
});
