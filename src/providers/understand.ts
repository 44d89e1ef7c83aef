import type { Observation, Refusal } from "../quota/observation.ts";
import type { Understood } from "./provider.ts";

/** What any provider's answer says by its status alone. */
export function understandStatus({ status }: Observation): Understood {
  const refusal = status === undefined ? undefined : refusalOf(status);
  return { readings: [], ...(refusal !== undefined && { refusal }) };
}

function refusalOf(status: number): Refusal | undefined {
  if (status < 400) return undefined;
  switch (status) {
    case 401:
    case 403:
      return "auth";
    case 402:
      return "spend_cap";
    case 429:
      return "throttled";
    case 503:
    case 529:
      return "overloaded";
    default:
      return "other";
  }
}
