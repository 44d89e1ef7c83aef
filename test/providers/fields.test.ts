import { afterEach, describe, expect, it, vi } from "vitest";
import { Decimal, DecimalText, EpochTime, IsoTime, PercentUsed } from "../../src/providers/fields.ts";

describe("DecimalText", () => {
  it.each([
    ["12.50000000", 12.5],
    ["-0.03", -0.03],
    ["0E-8", 0],
    ["+1e3", 1000],
    ["007", 7],
  ])("reads %j as %d", (text, value) => {
    expect(DecimalText.parse(text)).toBe(value);
  });

  it.each(["", " ", "1,5", "$1", "NaN", "Infinity", "0x10", "1.", ".5", "1e999", "9".repeat(400), 1.5, null])(
    "refuses %j",
    (value) => {
      expect(DecimalText.safeParse(value).success).toBe(false);
    },
  );
});

describe("Decimal", () => {
  it.each(["796.25", 796.25])("reads %j", (value) => {
    expect(Decimal.parse(value)).toBe(796.25);
  });

  it.each(["plenty", "", Number.NaN, Number.POSITIVE_INFINITY, null, []])("refuses %j", (value) => {
    expect(Decimal.safeParse(value).success).toBe(false);
  });
});

describe("PercentUsed", () => {
  it.each([
    [0, 1],
    [22, 0.78],
    [8.5, 0.915],
    [100, 0],
    [102.5, -0.025],
  ])("%d %% used leaves %d", (percent, left) => {
    expect(PercentUsed.parse(percent)).toBe(left);
  });

  it.each([-1, Number.NaN, "22", null])("refuses %j", (value) => {
    expect(PercentUsed.safeParse(value).success).toBe(false);
  });
});

describe("EpochTime", () => {
  it.each<[form: string, value: number]>([
    ["seconds", 1_795_392_000],
    ["milliseconds", 1_795_392_000_000],
  ])("reads %s", (_form, value) => {
    expect(EpochTime.parse(value)).toEqual(new Date("2026-11-23T00:00:00Z"));
  });

  it.each([0, -1, 3600, 999_999_999, 4_102_444_800, 4_102_444_800_000, 1e300, Number.NaN, "1795392000", null])(
    "refuses %s, which is no plausible time",
    (value) => {
      expect(EpochTime.safeParse(value).success).toBe(false);
    },
  );

  it("accepts the first and the last plausible instant", () => {
    expect(EpochTime.parse(1_000_000_000).toISOString()).toBe("2001-09-09T01:46:40.000Z");
    expect(EpochTime.parse(4_102_444_799).toISOString()).toBe("2099-12-31T23:59:59.000Z");
  });
});

describe("IsoTime", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each<[form: string, text: string]>([
    ["in UTC", "2026-11-23T00:00:00Z"],
    ["in another zone", "2026-11-22T16:00:00-08:00"],
    ["with an offset of zero", "2026-11-23T00:00:00+00:00"],
    ["without a zone, which means UTC", "2026-11-23T00:00:00"],
    ["in microseconds", "2026-11-23T00:00:00.000999"],
    ["in nanoseconds", "2026-11-23T00:00:00.000999999Z"],
  ])("reads a time %s, wherever the machine is", (_form, text) => {
    vi.stubEnv("TZ", "America/Los_Angeles");

    expect(IsoTime.parse(text).toISOString()).toBe("2026-11-23T00:00:00.000Z");
  });

  it("believes a far future", () => {
    expect(IsoTime.parse("9999-12-31T23:59:59Z").getUTCFullYear()).toBe(9999);
  });

  it.each([
    "",
    "2026-11-23",
    "2026-02-30T00:00:00Z",
    "2026-11-23T25:00:00Z",
    "23 Nov 2026 00:00:00 GMT",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "monthly",
    "1795392000",
    1_795_392_000,
    null,
  ])("refuses %j", (value) => {
    expect(IsoTime.safeParse(value).success).toBe(false);
  });
});
