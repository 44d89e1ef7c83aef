import { type DynamicConfigValue, MappingType, type ValueMap } from "@grafana/grafana-foundation-sdk/dashboard";
import { STATES, type State } from "../../src/quota/state.ts";
import { ofQuota, perQuota } from "./selectors.ts";

export const STATE_COLORS: Readonly<Record<State, string>> = {
  exhausted: "dark-red",
  critical: "red",
  topup: "orange",
  watch: "yellow",
  use_or_lose: "blue",
  unknown: "purple",
  ok: "green",
  unlimited: "dark-green",
};

/** A number per state, the most urgent the highest, so that a table can be sorted by it and show the name. */
const URGENCY = new Map(STATES.map((state, index) => [state, STATES.length - index]));

/** Where two replicas disagree, the more urgent state counts. */
export const URGENCY_OF_QUOTA = perQuota(
  [...URGENCY]
    .map(([state, urgency]) => `${ofQuota("llm_quota_alert_state", `state="${state}"`)} * ${urgency}`)
    .join(" or "),
);

/** How many quotas are in this state, each counted once: not in one that is more urgent on another replica. */
export function countIn(state: State): string {
  const counted = perQuota(ofQuota("llm_quota_alert_state", `state="${state}"`));
  const worse = STATES.slice(0, STATES.indexOf(state));
  if (worse.length === 0) return `sum(${counted})`;
  const elsewhere = perQuota(ofQuota("llm_quota_alert_state", `state=~"${worse.join("|")}"`));
  return `sum(${counted} * (1 - ${elsewhere}))`;
}

type Texts = Readonly<Record<string, { readonly text: string; readonly color: string }>>;

/** Shows a text in place of a number. */
export function texts(options: Texts): ValueMap {
  return { type: MappingType.ValueToText, options };
}

export function mapped(options: Texts) {
  return { id: "mappings", value: [texts(options)] } satisfies DynamicConfigValue;
}

export const STATE_TEXTS: Texts = Object.fromEntries(
  [...URGENCY].map(([state, urgency]) => [String(urgency), { text: state, color: STATE_COLORS[state] }]),
);

export const COLORED_CELL: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "color-background", mode: "basic" },
};
export const GAUGE_CELL: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "gauge", mode: "basic", valueDisplayMode: "text" },
};

export const UP_OR_DOWN = mapped({ 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } });
export const HIDDEN: DynamicConfigValue = { id: "custom.hidden", value: true };
