import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { goDurationMs } from "../../src/http/go-duration.ts";

describe("goDurationMs", () => {
  it.each([
    ["20ms", 20],
    ["250ms", 250],
    ["539.47ms", 539.47],
    ["0s", 0],
    ["1s", 1000],
    ["1.5s", 1500],
    ["8.64s", 8640],
    ["1m", 60_000],
    ["6m0s", 360_000],
    ["1m30.951s", 90_951],
    ["1h2m3s", 3_723_000],
    ["24h0m0s", 86_400_000],
    ["143h4m52.73s", 515_092_730],
    ["1d2h", 93_600_000],
    ["1h20ms", 3_600_020],
    ["1.s", 1000],
    [".5s", 500],
    ["500us", 0.5],
    ["500\u00b5s", 0.5],
    ["500\u03bcs", 0.5],
    ["500\u00c2\u00b5s", 0.5],
    ["250000ns", 0.25],
    [" 7s ", 7000],
  ])("reads %s as %d ms", (text, milliseconds) => {
    expect(goDurationMs(text)).toBeCloseTo(milliseconds, 9);
  });

  it.each([
    ["nothing", ""],
    ["a bare number", "60"],
    ["a negative one", "-5s"],
    ["a unit alone", "s"],
    ["a dot alone", ".s"],
    ["capital letters", "6M0S"],
    ["blanks between", "6m 0s"],
    ["an unknown unit", "3w"],
    ["a duration and more", "6m0s, 1s"],
    ["ISO 8601", "PT6M"],
    ["words", "soon"],
    ["an exponent", "1e3s"],
    ["two signs", "--5s"],
    ["a sign in front", "+5s"],
    ["no end", "Infinitys"],
    ["more digits than a number holds", `${"9".repeat(16)}s`],
  ])("refuses %s", (_, text) => {
    expect(goDurationMs(text)).toBeUndefined();
  });
});

/** As Go prints it: nothing at all before the first unit that is not zero, and one decimal part at the end. */
function inGo(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  if (nanoseconds < 1e3) return `${nanoseconds}ns`;
  if (nanoseconds < 1e6) return `${nanoseconds / 1e3}\u00b5s`;
  if (nanoseconds < 1e9) return `${nanoseconds / 1e6}ms`;
  const hours = Math.floor(nanoseconds / 3.6e12);
  const minutes = Math.floor(nanoseconds / 6e10) % 60;
  const seconds = (nanoseconds % 6e10) / 1e9;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

test("what Go prints is read back as the same duration", () => {
  const short = fc.integer({ min: 0, max: 120e9 });
  const long = fc.integer({ min: 0, max: 40 * 86_400_000 }).map((milliseconds) => milliseconds * 1e6);
  fc.assert(
    fc.property(fc.oneof(short, long), (nanoseconds) => {
      expect(goDurationMs(inGo(nanoseconds))).toBeCloseTo(nanoseconds / 1e6, 5);
    }),
  );
});

test("any other text is refused or a number that is no less than 0, and nothing else happens", () => {
  const debris = fc.string({ maxLength: 12, unit: fc.constantFrom(..."019.dhmsnu\u00b5- ,e") });
  fc.assert(
    fc.property(debris, (text) => {
      expect(goDurationMs(text) ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
