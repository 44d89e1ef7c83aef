import { formatDuration, formatNumber, secondsBetween } from "../quota/format.ts";
import { endOf, type Told } from "./forecast-words.ts";
import { leastDrySpell } from "./verdict.ts";

/** Why what runs out before the reset is not worth a page. */
export function heldBack(told: Told): string {
  const { quota, settings } = told;
  const { reading, forecast } = quota;
  if (quota.doubtful) return "that waits for a second reading";
  const soft = softNote(told);
  if (soft !== undefined) return soft;
  const end = endOf(told);
  const likely = forecast?.likely;
  if (end === undefined || likely === undefined) return "that is not yet worth a page";
  const least = leastDrySpell(reading, settings);
  if (secondsBetween(likely, end.at) < least)
    return `less than ${formatDuration(least)} without it is not worth a page`;
  const runway = secondsBetween(reading.readAt, likely);
  const overshoot = runway > 0 ? secondsBetween(reading.readAt, end.at) / runway : undefined;
  if (overshoot === undefined) return "that is not yet worth a page";
  return `${formatNumber(overshoot, "requests")} times as fast as would last, which is not yet worth a page so early`;
}

export const softNote = ({ quota }: Told): string | undefined =>
  quota.reading.enforcement === "soft" ? "it is soft, and refuses nothing at zero" : undefined;

/** What the severity makes of it, where the state alone does not say. */
export function severityNote({ quota }: Told): string {
  if (quota.severity === "critical") return "that is worth a page";
  if (quota.severity === "none") return "the config lets it alert nobody";
  if (quota.reading.partial === true) return "it only warns, since it binds a part of the account";
  return "it only warns";
}
