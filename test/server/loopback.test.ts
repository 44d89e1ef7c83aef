import { expect, it } from "vitest";
import { isLoopback } from "../../src/server/loopback.ts";

it.each([
  ["127.0.0.1", true],
  ["127.8.9.10", true],
  ["::1", true],
  ["[::1]", true],
  ["::ffff:127.0.0.1", true],
  ["localhost", true],
  ["", false],
  ["::", false],
  ["0.0.0.0", false],
  ["192.168.0.1", false],
  ["::ffff:10.0.0.1", false],
  ["127.0.0.1.attacker.example", false],
  ["127.attacker.example", false],
  ["localhost.attacker.example", false],
  ["1127.0.0.1", false],
])("%j is of this machine alone: %s", (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
