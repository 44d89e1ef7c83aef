const WEEKDAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
const LONG_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";
const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const TIME = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d";

/** RFC 9110 §5.6.7: today's form and the two obsolete ones, of which asctime carries no zone and means UTC. */
const FORMS = [
  `${WEEKDAY}, (?<day>\\d{1,2}) ${MONTH} \\d{4} ${TIME} GMT`,
  `${LONG_WEEKDAY}, (?<day>\\d{2})-${MONTH}-\\d{2} ${TIME} GMT`,
  `${WEEKDAY} ${MONTH} {1,2}(?<day>\\d{1,2}) ${TIME} \\d{4}`,
].map((form) => new RegExp(`^${form}$`));

/**
 * Epoch milliseconds. `Date.parse` alone would make a date of nearly any text, whatever words stand in it, and the
 * second of March out of the 30th of February.
 */
export function httpDate(text: string | undefined): number | undefined {
  const plain = text?.trim() ?? "";
  for (const form of FORMS) {
    const day = form.exec(plain)?.groups?.["day"];
    if (day === undefined) continue;
    const time = Date.parse(plain.endsWith(" GMT") ? plain : `${plain} GMT`);
    return new Date(time).getUTCDate() === Number(day) ? time : undefined;
  }
  return undefined;
}
