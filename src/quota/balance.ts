import { remainingOf } from "./amounts.ts";
import type { Enforcement, Reading, Subscription } from "./reading.ts";

/**
 * Whether an empty balance stops the account. While a plan serves and none of its windows is used up, the balance pays
 * for nothing that anybody waits for, so it is soft. A plan in grace still serves.
 */
export function balanceEnforcement(plan: {
  readonly subscription: Subscription | undefined;
  readonly windows: readonly Reading[];
}): Enforcement {
  const serves = plan.subscription === "active" || plan.subscription === "grace";
  return serves && !plan.windows.some(isUsedUp) ? "soft" : "hard";
}

function isUsedUp(window: Reading): boolean {
  if (window.enforcement === "soft") return false;
  return window.refused === true || (remainingOf(window) ?? 1) <= 0;
}
