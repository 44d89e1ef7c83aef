import { shown } from "../engine/shown.ts";
import type { QuotaSnapshot } from "../engine/snapshot.ts";
import { historySince } from "../store/history.ts";
import type { HistoryPoint } from "../store/store.ts";

const DAY_MS = 86_400_000;

/** The part of time (milliseconds) and amount that a chart shows. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly bottom: number;
  readonly top: number;
  /** The most that was left or could be: somewhat under the top. */
  readonly highest: number;
}

interface Charted {
  readonly quota: QuotaSnapshot;
  readonly points: readonly HistoryPoint[];
  readonly now: Date;
}

/** The current window as a whole, as much as is known of those before it, and all of the forecast that leaves room. */
export function frameOf({ quota, points, now }: Charted): Frame {
  const { resetAt, periodSeconds, sliding } = quota.reading;
  const at = now.getTime();
  const first = points[0]?.at.getTime() ?? at;
  const isOpen = resetAt !== undefined && resetAt > now && periodSeconds !== undefined && sliding !== true;
  const opened = isOpen ? resetAt.getTime() - periodSeconds * 1000 : first;
  const from = Math.max(historySince(quota.reading, now).getTime(), Math.min(first, opened));
  const ahead = (horizonOf(quota, now) ?? at) - at;
  const room = isOpen ? ahead : Math.max(at - from, DAY_MS);
  const end = at + Math.min(ahead, room);
  // A little air, so that what happens at the very end is not lost in the edge.
  const to = Math.max(end, from + 60_000) + Math.max(end - from, 60_000) * 0.02;
  return { from, to, ...amounts(points) };
}

/** Where what is shown ends: the reset, the expiry, or the last estimate. */
function horizonOf(quota: QuotaSnapshot, now: Date): number | undefined {
  const { resetAt, expiresAt, kind } = quota.reading;
  if (kind === "rate_limit") return undefined;
  const { forecast } = shown(quota);
  return [resetAt, expiresAt, forecast?.late, forecast?.likely, forecast?.early]
    .find((instant) => instant !== undefined && instant > now)
    ?.getTime();
}

function amounts(points: readonly HistoryPoint[]): Pick<Frame, "bottom" | "top" | "highest"> {
  const values = points.flatMap(({ remaining, limit }) => (limit === undefined ? [remaining] : [remaining, limit]));
  const bottom = Math.min(0, ...values);
  const highest = Math.max(0, ...values);
  // Air above the limit, so that its line is seen; and some height for what is 0 throughout.
  return { bottom, highest, top: highest > bottom ? highest + (highest - bottom) * 0.18 : bottom + 1 };
}
