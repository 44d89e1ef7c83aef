/** Every selector follows the variables at the top of the dashboard. */
const TARGET = `job=~"$job",instance=~"$instance"`;
const ACCOUNT = `${TARGET},provider=~"$provider",account=~"$account"`;

export function ofQuota(metric: string, matchers = ""): string {
  return selector(metric, `${ACCOUNT},quota=~"$quota"`, matchers);
}

export function ofAccount(metric: string, matchers = ""): string {
  return selector(metric, ACCOUNT, matchers);
}

/** Also what concerns a whole account, where the quota label is empty. */
export function ofQuotaOrAccount(metric: string): string {
  return selector(metric, `${ACCOUNT},quota=~"$quota|"`, "");
}

/** One series per quota, however many replicas are scraped. */
export function perQuota(expr: string): string {
  return `max by (provider, account, quota) (${expr})`;
}

export function perAccount(expr: string): string {
  return `max by (provider, account) (${expr})`;
}

function selector(metric: string, variables: string, matchers: string): string {
  return `${metric}{${variables}${matchers === "" ? "" : `,${matchers}`}}`;
}
