import { describe, expect, it } from "vitest";
import { createEventSplitter } from "../../src/proxy/event-splitter.ts";

function eventsOf(text: string, { size = text.length + 1, maxLength = 40 } = {}) {
  const events: string[] = [];
  let tooLong = 0;
  const splitter = createEventSplitter({
    maxLength,
    onEvent: (data) => events.push(data),
    onTooLong: () => {
      tooLong++;
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
  splitter.end();
  return { events, tooLong };
}

describe("a stream of events", () => {
  it.each([
    ["plain", 'data: {"a":1}\n\ndata: [DONE]\n\n', ['{"a":1}', "[DONE]"]],
    ["with names, ids and comments", ": hi\nevent: x\nid: 7\ndata: a\nretry: 9\n\n", ["a"]],
    ["with CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]],
    ["without a space after the colon", "data:a\n\n", ["a"]],
    ["with several lines of data", "data: a\ndata: b\n\n", ["a\nb"]],
    ["with more empty lines than needed", "\n\n\ndata: a\n\n\n\n", ["a"]],
    ["that ends without its empty line", "data: a\n\ndata: b", ["a", "b"]],
    ["with letters of several bytes", "data: ä€😀\n\n", ["ä€😀"]],
    ["of events without data", "event: ping\n\ndata: a\n\n", ["a"]],
    ["that is none", '{"a":1}', []],
    ["that is empty", "", []],
  ])("%s is cut into its data, however the chunks fall", (_kind, text, events) => {
    for (const size of [1, 2, 3, 1000]) expect(eventsOf(text, { size })).toEqual({ events, tooLong: 0 });
  });

  it.each([
    ["one line", `data: ${"x".repeat(60)}\n\ndata: a\n\n`],
    ["many lines", `${"data: xxxxxxxxxx\n".repeat(6)}\ndata: a\n\n`],
    ["another field", `junk: ${"x".repeat(60)}\n\ndata: a\n\n`],
    ["a line that would look like data where it is cut", `x${"data: no\\n".repeat(20)}\n\ndata: a\n\n`],
  ])("goes on after an event too long in %s, which is told once", (_where, text) => {
    for (const size of [1, 7, 45]) expect(eventsOf(text, { size })).toEqual({ events: ["a"], tooLong: 1 });
  });
});
