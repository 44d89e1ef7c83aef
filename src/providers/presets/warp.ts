import { definePreset } from "../preset.ts";

// The query that Warp's own client sends, as others recorded it, 2026-11-21; it is not documented. Granted credits are
// taken to serve when those of the plan are gone, until they expire.
const CONTEXT = { clientContext: {}, osContext: { category: "Linux", name: "Linux", version: "1.0" } } as const;
const OS_HEADERS = { "x-warp-os-category": "Linux", "x-warp-os-name": "Linux", "x-warp-os-version": "1.0" } as const;
const QUERY = `query GetRequestLimitInfo($requestContext: RequestContext!) { user(requestContext: $requestContext) {
  __typename ... on UserOutput { user { bonusGrants { requestCreditsGranted requestCreditsRemaining expiration }
  requestLimitInfo { isUnlimited nextRefreshTime requestLimit requestsUsedSinceLastRefresh } } } } }`;
const BODY = { operationName: "GetRequestLimitInfo", query: QUERY, variables: { requestContext: CONTEXT } } as const;
const CALL = { path: "/graphql/v2", method: "POST", query: { op: "GetRequestLimitInfo" } } as const;
const PLAN = { each: "data.user.user.requestLimitInfo", unit: "credits" } as const;
const GRANTS = "$answer.data.user.user.bonusGrants[$ != null][expiration ? $toMillis(expiration) > $millis() : true]";
const LEFT = `${GRANTS}[requestCreditsRemaining != null][$number(requestCreditsRemaining) > 0]`;

export const warp = definePreset({
  ...{ id: "warp", title: "Warp", baseUrl: "https://app.warp.dev" },
  environment: { apiKey: ["WARP_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { ...CALL, headers: { "x-warp-client-id": "warp-app", ...OS_HEADERS }, body: BODY },
    failures: [
      { when: "$contains($lowercase($string(errors)), /unauth|not logged in|api.?key/)", reason: "auth" },
      { when: "$status < 300 and ($boolean(errors) or data.user.__typename != 'UserOutput')", reason: "server" },
    ],
    readings: [
      {
        ...{ ...PLAN, quota: "monthly", kind: "calendar", enforcement: `=$exists(${LEFT}) ? 'soft' : 'hard'` },
        ...{ unlimited_when: "isUnlimited", limit: "requestLimit", used: "requestsUsedSinceLastRefresh" },
        reset_at: "nextRefreshTime",
      },
      {
        ...{ ...PLAN, when: `$exists(${GRANTS})`, quota: "bonus_credits", kind: "credits" },
        remaining: `null in ${GRANTS}.requestCreditsRemaining ? null : $sum(${GRANTS}.$number(requestCreditsRemaining))`,
        enforcement: "=isUnlimited or $number(requestsUsedSinceLastRefresh) < $number(requestLimit) ? 'soft' : 'hard'",
      },
      {
        ...{ ...PLAN, each: `[${LEFT}[expiration]^($toMillis(expiration))[0]]`, quota: "expiring_credits" },
        ...{ kind: "credits", limit: "requestCreditsGranted", remaining: "requestCreditsRemaining" },
        ...{ enforcement: "soft", expires_at: "expiration" },
      },
    ],
  },
});
