/** Names that tell a limit, whatever the provider. Everything else stays in the process. */
const NAMES = [
  /^(?:llm_provider-)?(?:x-)?(?:rate-?|token)limit(?:-[a-z0-9-]+)?$/,
  /^(?:llm_provider-)?[a-z]+-ratelimit-[a-z0-9_-]+$/,
  /^(?:llm_provider-)?x-(?:ratelimitbysize|trial-endpoint-call)-[a-z-]+$/,
  /^x-(?:tokenlimit|chutes-quota|litellm-key)-[a-z-]+$/,
  /^x-codex-[a-z0-9-]*(?:used-percent|window-minutes|reset-at|reset-after-seconds|limit-name)$/,
  /^x-codex-credits-(?:has-credits|unlimited|balance)$/,
  /^x-[a-z0-9-]+-(?:limit-name|credits-(?:has-credits|unlimited|balance))$/,
  /^x-litellm-key-(?:spend|max-budget)$/,
  /^x-chutes-quota-(?:total|used|remaining)$/,
  /^retry-after(?:-ms)?$/,
  /^date$/,
];
const LONGEST_VALUE = 500;
/** Numbers, times and short words. Longer words may be credentials, or name somebody. */
const VALUE = /^[\w "'.,:;=+%/-]*$/;
const LONG_WORD = /[\w.+/-]{27}/;
const MOST = 64;

/** Of the headers of an answer, those that tell a limit, by name in lower case. */
export function limitHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const told: Record<string, string> = {};
  let count = 0;
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (!NAMES.some((pattern) => pattern.test(name)) || count >= MOST) continue;
    if (value.length > LONGEST_VALUE || !VALUE.test(value) || LONG_WORD.test(value)) continue;
    told[name] = value;
    count++;
  }
  return told;
}
