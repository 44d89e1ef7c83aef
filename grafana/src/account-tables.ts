import { tablePanel } from "./panels.ts";
import { ofAccount, ofQuota, perAccount, perQuota, perQuotaAndUnit, timeUntil } from "./selectors.ts";
import { COLORED_CELL, GAUGE_CELL, HIDDEN, mapped, STATE_TEXTS, UP_OR_DOWN, URGENCY_OF_QUOTA } from "./states.ts";

const QUOTA = ["provider", "account", "quota"];

export function accountTables() {
  return [quotasNow(), amountsNow(), consumedLately(), accountFacts()];
}

function quotasNow() {
  return tablePanel({
    id: 1,
    title: "Quotas now",
    description: "The chosen quotas, the most urgent on top. Cells without a value: unknown, or not about this quota.",
    at: [0, 0, 24, 8],
    labels: QUOTA,
    order: ["-State", "Runs out in", "Left"],
    columns: [
      { name: "State", expr: URGENCY_OF_QUOTA, unit: "none", properties: [mapped(STATE_TEXTS), COLORED_CELL] },
      {
        name: "Left",
        expr: perQuota(ofQuota("llm_quota_remaining_ratio")),
        unit: "percentunit",
        properties: [{ id: "min", value: 0 }, { id: "max", value: 1 }, GAUGE_CELL],
      },
      {
        name: "Runs out in",
        expr: timeUntil(perQuota(ofQuota("llm_quota_exhaustion_timestamp_seconds", 'estimate="likely"'))),
        unit: "s",
      },
      {
        name: "Resets or lapses in",
        expr: timeUntil(
          `(${perQuota(ofQuota("llm_quota_reset_timestamp_seconds"))} or ${perQuota(ofQuota("llm_quota_expiry_timestamp_seconds"))})`,
        ),
        unit: "s",
      },
      { name: "Probability", expr: perQuota(ofQuota("llm_quota_exhaustion_probability")), unit: "percentunit" },
      { name: "Used at reset", expr: perQuota(ofQuota("llm_quota_projected_used_ratio")), unit: "percentunit" },
      {
        name: "Data",
        expr: perQuota(ofQuota("llm_quota_data_valid")),
        unit: "none",
        properties: [mapped({ 0: { text: "too old", color: "purple" }, 1: { text: "valid", color: "green" } })],
      },
    ],
  });
}

function amountsNow() {
  return tablePanel({
    id: 2,
    title: "Amounts now",
    description: "As last read, each in its own unit. With the unit ratio the provider tells only a share.",
    at: [0, 8, 12, 7],
    labels: [...QUOTA, "unit"],
    order: ["account", "quota"],
    columns: [
      { name: "Left", expr: perQuotaAndUnit(ofQuota("llm_quota_remaining")), unit: "short" },
      { name: "Used", expr: perQuotaAndUnit(ofQuota("llm_quota_used")), unit: "short" },
      { name: "Limit", expr: perQuotaAndUnit(ofQuota("llm_quota_limit")), unit: "short" },
    ],
  });
}

/** The windows are what the columns are about: they do not follow the time range of the dashboard. */
const consumedIn = (window: string) => perQuotaAndUnit(`increase(${ofQuota("llm_quota_consumed_total")}[${window}])`);

function consumedLately() {
  return tablePanel({
    id: 3,
    title: "Consumed lately",
    description:
      "Use observed, with resets and top-ups taken out. Less than what was used where Prometheus has not scraped for that long.",
    at: [12, 8, 12, 7],
    labels: [...QUOTA, "unit"],
    order: ["account", "quota"],
    columns: [
      { name: "Last hour", expr: consumedIn("1h"), unit: "short" },
      { name: "Last day", expr: consumedIn("1d"), unit: "short" },
      { name: "Last 7 days", expr: consumedIn("7d"), unit: "short" },
    ],
  });
}

function accountFacts() {
  return tablePanel({
    id: 15,
    title: "Plan, subscription and credential",
    description:
      "What the provider says of the account itself. No value in a column: it says nothing of it. Metered: no means that the provider has no quota at all.",
    at: [12, 57, 12, 8],
    labels: ["provider", "account", "plan", "state"],
    labelProperties: { state: [{ id: "displayName", value: "subscription" }] },
    order: ["provider", "account"],
    columns: [
      {
        name: "Up",
        expr: perAccount(ofAccount("llm_quota_account_up")),
        unit: "none",
        properties: [UP_OR_DOWN, COLORED_CELL],
      },
      {
        name: "Plan",
        expr: `max by (provider, account, plan) (${ofAccount("llm_quota_account_info")})`,
        unit: "none",
        properties: [HIDDEN],
      },
      {
        name: "Subscription",
        expr: `max by (provider, account, state) (${ofAccount("llm_quota_subscription_state")}) == 1`,
        unit: "none",
        properties: [HIDDEN],
      },
      {
        name: "Metered",
        expr: perAccount(ofAccount("llm_quota_account_metered")),
        unit: "none",
        properties: [mapped({ 0: { text: "no", color: "text" }, 1: { text: "yes", color: "text" } })],
      },
      { name: "Models", expr: perAccount(ofAccount("llm_quota_account_models")), unit: "none" },
      {
        name: "Credential expires in",
        expr: timeUntil(perAccount(ofAccount("llm_quota_credential_expiry_timestamp_seconds"))),
        unit: "s",
      },
    ],
  });
}
