import { z } from "zod";

/** A decimal number in a JSON string, the way sums of money are sent. Python writes a zero of 8 places as `0E-8`. */
export const DecimalText = z
  .string()
  .regex(/^[+-]?\d{1,30}(\.\d{1,30})?(E[+-]?\d{1,2})?$/i, "expected a decimal number in a string")
  .transform(Number);

/** The same from a sender that does not always put it into a string. */
export const Decimal = z.union([DecimalText, z.number()]);

/** How much of a window was used, in percent, as the share that is left: below 0 past 100 %. */
export const PercentUsed = z
  .number()
  .nonnegative()
  .transform((percent) => (100 - percent) / 100);

/** From here on a number counts milliseconds: as seconds it would be past the year 5000. */
const FIRST_MILLISECONDS = 1e11;
/** 2001-09-09 to 2100: any other time is a mistake of the sender. */
const EARLIEST = 1e12;
const LATEST = Date.UTC(2100, 0, 1);

/** A time as epoch seconds or milliseconds: providers differ, and some change their mind. */
export const EpochTime = z
  .number()
  .transform((value) => (value >= FIRST_MILLISECONDS ? value : value * 1000))
  .refine((time) => time >= EARLIEST && time < LATEST, "expected a time in epoch seconds or milliseconds")
  .transform((time) => new Date(time));

/**
 * A time as ISO 8601 text. Python leaves the zone out where it means UTC; `new Date` would take that for local time.
 * Unlike a number, a text cannot be off by a unit, so a far future is believed; a time before 2001 is a zero in disguise.
 */
export const IsoTime = z.iso
  .datetime({ offset: true, local: true })
  .transform((text) => new Date(/(?:Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`))
  .refine((time) => time.getTime() >= EARLIEST, "expected a time as ISO 8601");

/** Whether an answer tells it: a null is as good as nothing. */
export function isTold<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}
