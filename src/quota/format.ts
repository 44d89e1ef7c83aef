import type { Unit } from "./reading.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const CURRENCIES: Partial<Record<Unit, string>> = { usd: "$", cny: "¥" };

/** `47.5 M`, `12,345`, `$7.42`, `79.2 %`: the number with its currency or percent sign, but without the unit's name. */
export function formatNumber(value: number, unit: Unit): string {
  if (unit === "ratio") return formatShare(value);
  if (unit === "seconds") return value < 0 ? `−${formatDuration(-value)}` : formatDuration(value);
  const currency = CURRENCIES[unit];
  return currency === undefined ? formatCount(value) : formatMoney(value, currency);
}

/** The unit as a word to put behind the number; empty where the number says it already. */
export function unitWord(unit: Unit): string {
  return unit === "ratio" || unit === "seconds" || CURRENCIES[unit] !== undefined ? "" : unit.replaceAll("_", " ");
}

/** A share as percent. What is not quite all never reads as all, and what is not quite nothing never as nothing. */
export function formatShare(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.05) return "< 0.1 %";
  if (percent > 99.95 && percent < 100) return "> 99.9 %";
  return `${decimal(percent, 1)} %`;
}

function formatCount(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${decimal(value / 1e9, 2)} G`;
  if (size >= 1e6) return `${decimal(value / 1e6, 2)} M`;
  if (size >= 1e5) return `${decimal(value / 1e3, 1)} k`;
  return fraction(value, 2);
}

function formatMoney(value: number, currency: string): string {
  const amount = Math.abs(value);
  const cents = formatterOf("cents", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount);
  const shown = amount > 0 && amount < 0.005 ? fraction(amount, 2) : cents;
  return `${value < 0 ? "−" : ""}${currency}${shown}`;
}

/** Rounded to that many decimals, or to two significant digits where that would leave nothing. */
function fraction(value: number, digits: number): string {
  if (value !== 0 && Math.abs(value) < 0.5 * 10 ** -digits) {
    return formatterOf("significant", { maximumSignificantDigits: 2 }).format(value).replace("-", "−");
  }
  return decimal(value, digits);
}

function decimal(value: number, digits: number): string {
  const formatter = formatterOf(`${digits}`, { maximumFractionDigits: digits, signDisplay: "negative" });
  return formatter.format(value).replace("-", "−");
}

const formatters = new Map<string, Intl.NumberFormat>();

/** To make one takes a hundred times as long as to use it, and a page has thousands of numbers. */
function formatterOf(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const formatter = formatters.get(name) ?? new Intl.NumberFormat("en-US", options);
  formatters.set(name, formatter);
  return formatter;
}

/** `45 s`, `40 min`, `3 h 12 m`, `2 d 4 h`, `23 d`: whole units, rounded down. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) return two(whole, HOUR, "h", MINUTE, "m");
  if (whole < 10 * DAY) return two(whole, DAY, "d", HOUR, "h");
  return `${decimal(Math.floor(whole / DAY), 0)} d`;
}

function two(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/** `47 min ago`; a time that has not come yet, as clocks differ, is now. */
export function formatAge(then: Date, now: Date): string {
  return `${formatDuration(secondsBetween(then, now))} ago`;
}

export function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
