/** How a constant is written in the config: `30s`, `0.2`, `3`. */
export type ConstantKind = "duration" | "number" | "count";

interface Constant {
  readonly kind: ConstantKind;
  /** Seconds for a duration. */
  readonly value: number;
  readonly why: string;
}

const seconds = (value: number, why: string): Constant => ({ kind: "duration", value, why });
const share = (value: number, why: string): Constant => ({ kind: "number", value, why });
const count = (value: number, why: string): Constant => ({ kind: "count", value, why });

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/**
 * Every number that the engine decides by, in one table. The keys are those of `engine:` in the config. Shares of a
 * period scale with the quota; durations do not, and are what tests and demos with short windows override.
 */
export const ENGINE_CONSTANTS = {
  reset_jitter: seconds(5 * MINUTE, "a reset time that moves by less is the same reset, told imprecisely"),
  reset_jitter_share: share(0.1, "the same as a share of the period; the larger of the two counts"),
  resume_within: seconds(HOUR, "a false reset that falls back within this time never happened"),
  confirm_readings: count(2, "readings in a row before an empty quota or a rise without a reset is believed"),
  min_readings: count(3, "below this many readings there is no rate"),
  min_quanta: count(2, "below this many steps moved a rate is mostly rounding"),
  long_share: share(0.2, "the long window as a share of the period: long enough to smooth a burst"),
  short_share: share(0.05, "the short window: quick to see that a burst has ended"),
  min_short_window: seconds(5 * MINUTE, "a shorter window would hold too few readings"),
  credits_long_window: seconds(7 * DAY, "credits have no period; a week evens out days and weekends"),
  credits_short_window: seconds(DAY, "a day evens out the hours"),
  pace_weight: share(0.5, "weight of the even pace since the window opened against the recent rate"),
  profile_weight: share(0.33, "weight of the same hours of past days against the two above, once they are known"),
  profile_after: seconds(2 * DAY, "the hours of a day are known after this time"),
  profile_decay: share(0.8, "a day before counts so much of the day after it"),
  profile_least_period: seconds(4 * HOUR, "a shorter window lies within an hour or two of the day"),
  level_window: seconds(4 * HOUR, "the last hours tell by how much today differs from past days"),
  level_fade: seconds(6 * HOUR, "and that is felt less and less over this time"),
  short_weight: share(0.33, "weight of the short window against the long one in a forecast of a sliding quota"),
  min_lead: seconds(5 * MINUTE, "less warning than this helps nobody"),
  lead_share: share(0.05, "the same as a share of the period"),
  near_leads: share(2, "within so many leads of running out any overshoot pages"),
  far_leads: share(7, "over so many further leads the burn rate that pages rises to patience"),
  patience: share(2, "burn rate that pages while there is plenty of time"),
  burst_burn: share(2.5, "burn rate of the short window that pages without patience if the long one agrees"),
  burst_runway: seconds(1.5 * HOUR, "and if it then runs out within this time: slower bursts end with the working day"),
  page_burn: share(1.05, "burn rate that pages when the last useful moment is near"),
  clear_burn: share(0.85, "a page ends only when the burn rate is under this, so that it does not flap"),
  idle_burn: share(0.2, "measured burn rate under which use has ended, whatever the habit of the window says"),
  watch_burn: share(1, "burn rate at which a quota is watched"),
  watch_clear_burn: share(0.9, "and at which it no longer is"),
  clear_readings: count(3, "readings in a row that must agree before a state is left"),
  clear_share: share(0.05, "and for this share of the period, so that a page does not come and go"),
  clear_most: seconds(12 * HOUR, "but no longer than this"),
  min_dry_spell: seconds(10 * MINUTE, "running out this shortly before the reset is not worth waking anyone"),
  dry_spell_share: share(0.02, "the same as a share of the period; the smaller of the two counts for short windows"),
  watch_below: share(0.2, "without a forecast: the share left below which a quota is watched"),
  watch_above: share(0.25, "and above which it no longer is"),
  exhausted_leave: share(0.05, "share left above which an exhausted quota is back without a reset"),
  topup_warning: seconds(7 * DAY, "credits with less runway than this need a top-up"),
  topup_critical: seconds(2 * DAY, "credits with less runway than this page"),
  topup_margin: share(0.3, "a balance that is new must be that much nearer to its end to page"),
  topup_known: seconds(14 * DAY, "over this time the margin shrinks to nothing"),
  topup_leave: share(1.5, "runway must be longer by this factor before a top-up alert ends"),
  rate_limit_window: seconds(15 * MINUTE, "how long a per-minute bucket is judged"),
  rate_limit_below: share(0.1, "share left that counts as a full bucket"),
  rate_limit_refusals: count(3, "minutes of that time in which calls were refused are worth a warning"),
  use_or_lose_period: seconds(7 * DAY, "only windows at least this long are worth a reminder"),
  use_or_lose_left: share(0.3, "share left that may lapse"),
  use_or_lose_unused: share(0.2, "share that would lapse if this goes on"),
  use_or_lose_lead_share: share(0.25, "how early to say so, as a share of the period"),
  use_or_lose_lead: seconds(14 * DAY, "and at most this early"),
  use_or_lose_floor: seconds(HOUR, "later than this nothing can be done about it"),
  hold: seconds(DAY, "good answers without a quota for this long end what fires on it"),
  gone_after: seconds(15 * MINUTE, "a quota missing from good answers for this long is gone"),
  gone_answers: count(3, "and from this many answers"),
  auth_polls: count(2, "polls in a row that are refused before the credential counts as rejected"),
  credential_lead: seconds(7 * DAY, "an API key that expires sooner than this is told"),
  limit_cut_share: share(0.05, "a limit that is cut by no more than this is not told"),
  limit_cut_for: seconds(DAY, "how long a cut is told if the limit does not come back"),
} as const satisfies Record<string, Constant>;

export type EngineConstant = keyof typeof ENGINE_CONSTANTS;

/** Durations in seconds. */
export type EngineSettings = Readonly<Record<EngineConstant, number>>;

export const ENGINE_DEFAULTS = Object.fromEntries(
  Object.entries(ENGINE_CONSTANTS).map(([name, constant]) => [name, constant.value]),
) as EngineSettings;
