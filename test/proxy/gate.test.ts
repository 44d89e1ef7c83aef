import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { isFromElsewhere } from "../../src/proxy/gate.ts";

const asked = (remoteAddress: string | undefined, headers: Readonly<Record<string, string>>) =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

it.each([
  ["127.0.0.1", { host: "127.0.0.1:10845" }],
  ["127.0.0.2", { host: "localhost" }],
  ["::1", { host: "[::1]:10845" }],
  ["::ffff:127.0.0.1", { host: "localhost:10845", "sec-fetch-site": "same-origin" }],
  ["127.0.0.1", {}],
])("a program of this machine at %s with %j is let in", (address, headers) => {
  expect(isFromElsewhere(asked(address, headers))).toBe(false);
});

it.each([
  // The address that is listened on stays at a reload, which may take the token away.
  ["10.0.0.9", { host: "localhost:10845" }],
  ["::ffff:10.0.0.9", { host: "127.0.0.1:10845" }],
  ["fe80::1", { host: "[::1]:10845" }],
  ["", { host: "localhost" }],
  ["127.0.0.1", { host: "rebound.example:10845" }],
  ["127.0.0.1", { host: "127.0.0.1.evil.example" }],
  ["127.0.0.1", { host: "localhost:10845", "sec-fetch-site": "cross-site" }],
])("%s with %j is not", (address, headers) => {
  expect(isFromElsewhere(asked(address, headers))).toBe(true);
});
