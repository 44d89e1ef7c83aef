import { describe, expect, it } from "vitest";
import { decodeAlert, encodeAlert } from "../../src/alerting/kept-alert.ts";
import { inSeconds } from "../support/snapshot.ts";
import { aKept } from "./told.ts";

describe("an alert that is kept", () => {
  it.each([
    ["while it fires", aKept()],
    ["after it has ended", aKept({ resolvedAt: inSeconds(60) })],
    ["about a whole account", aKept({ quota: "" })],
    ["with text that JSON escapes", aKept({ annotations: { summary: 'a "b"\n', description: "\u2028" } })],
  ])("comes back as it was %s", (_, alert) => {
    expect(decodeAlert(encodeAlert(alert))).toEqual(alert);
  });

  const written = JSON.parse(encodeAlert(aKept({ resolvedAt: inSeconds(60) }))) as Record<string, unknown>;

  it.each([
    ["no JSON", "{"],
    ["nothing", "null"],
    ["a list", "[]"],
    ...Object.keys(written).flatMap((key): [string, string][] =>
      key === "resolvedAt" ? [] : [[`no ${key}`, JSON.stringify({ ...written, [key]: undefined })]],
    ),
    ...Object.keys(written).map((key): [string, string] => [
      `a number for ${key}`,
      JSON.stringify({ ...written, [key]: 1 }),
    ]),
    ["a list of labels", JSON.stringify({ ...written, labels: ["a"] })],
    ["a number for a label", JSON.stringify({ ...written, labels: { quota: 1 } })],
    ["an end that is no time", JSON.stringify({ ...written, resolvedAt: "yesterday" })],
    ["a beginning that is no time", JSON.stringify({ ...written, since: "yesterday" })],
  ])("is none with %s", (_, text) => {
    expect(decodeAlert(text)).toBeUndefined();
  });
});
