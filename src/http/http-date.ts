/** RFC 9110 §5.6.7: today's form and the two obsolete ones, of which asctime carries no zone and means UTC. */
const DATED = /^(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? .*\d\d:\d\d:\d\d( GMT| \d{4})$/;

/** Epoch milliseconds. `Date.parse` alone would make a date of nearly any text. */
export function httpDate(text: string | undefined): number | undefined {
  const match = DATED.exec(text?.trim() ?? "");
  if (match === null) return undefined;
  const time = Date.parse(match[1] === " GMT" ? match[0] : `${match[0]} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
