import { expect, test } from "vitest";
import { formatAge, formatDuration, formatNumber, unitWord } from "../../src/quota/format.ts";
import type { Unit } from "../../src/quota/reading.ts";
import { inSeconds, NOW } from "../support/snapshot.ts";

test.each<[value: number, unit: Unit, text: string]>([
  [60_000_000, "input_tokens", "60 M"],
  [47_500_000, "input_tokens", "47.5 M"],
  [2_500_000_000, "tokens", "2.5 G"],
  [123_456, "tokens", "123.5 k"],
  [12_345, "requests", "12,345"],
  [3, "requests", "3"],
  [0, "requests", "0"],
  [0.25, "credits", "0.25"],
  [0.00012, "credits", "0.00012"],
  [-1_500, "requests", "−1,500"],
  [7.42, "usd", "$7.42"],
  [7, "usd", "$7.00"],
  [1234.5, "usd", "$1,234.50"],
  [0.004, "usd", "$0.004"],
  [0, "usd", "$0.00"],
  [-0.5, "usd", "−$0.50"],
  [12.3, "cny", "¥12.30"],
  [0.79166, "ratio", "79.2 %"],
  [0.29, "ratio", "29 %"],
  [1, "ratio", "100 %"],
  [0, "ratio", "0 %"],
  [-0.05, "ratio", "−5 %"],
  [0.0001, "ratio", "< 0.1 %"],
  [0.9999, "ratio", "> 99.9 %"],
  [5400, "seconds", "1 h 30 m"],
  [-60, "seconds", "−1 min"],
])("%d %s reads %s", (value, unit, text) => {
  expect(formatNumber(value, unit)).toBe(text);
});

test.each<[unit: Unit, word: string]>([
  ["input_tokens", "input tokens"],
  ["requests", "requests"],
  ["usd", ""],
  ["cny", ""],
  ["ratio", ""],
  ["seconds", ""],
])("the word for %s is %j", (unit, word) => {
  expect(unitWord(unit)).toBe(word);
});

test.each([
  [0, "0 s"],
  [45.9, "45 s"],
  [60, "1 min"],
  [40 * 60 + 59, "40 min"],
  [3600, "1 h"],
  [3 * 3600 + 12 * 60, "3 h 12 m"],
  [86_400, "1 d"],
  [2 * 86_400 + 4 * 3600, "2 d 4 h"],
  [10 * 86_400 + 3600, "10 d"],
  [1200 * 86_400, "1,200 d"],
  [-5, "0 s"],
])("%d seconds read %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("an age counts from then to now, and a clock that runs ahead gives no negative one", () => {
  expect(formatAge(inSeconds(-47 * 60), NOW)).toBe("47 min ago");
  expect(formatAge(inSeconds(30), NOW)).toBe("0 s ago");
});
