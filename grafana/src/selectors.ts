/** Every selector follows the variables at the top of the dashboard. */
const EXPORTER = `job=~"$job",instance=~"$instance"`;
const PROVIDER = `${EXPORTER},provider=~"$provider"`;
const ACCOUNT = `${PROVIDER},account=~"$account"`;

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

/** What is told per provider, not per account. */
export function ofProvider(metric: string): string {
  return selector(metric, PROVIDER, "");
}

/** What an exporter does by itself for an account, or for none, where the account label is empty. */
export function ofExporterAccount(metric: string): string {
  return selector(metric, `${EXPORTER},account=~"$account|"`, "");
}

/** What an exporter says of itself. */
export function ofExporter(metric: string): string {
  return selector(metric, EXPORTER, "");
}

/** One series per quota, however many replicas are scraped. */
export function perQuota(expr: string): string {
  return `max by (provider, account, quota) (${expr})`;
}

/** The same for amounts, which mean nothing without their unit. */
export function perQuotaAndUnit(expr: string): string {
  return `max by (provider, account, quota, unit) (${expr})`;
}

export function perAccount(expr: string): string {
  return `max by (provider, account) (${expr})`;
}

export function perExporter(expr: string): string {
  return `max by (job, instance) (${expr})`;
}

/** What replicas each do by themselves, as calls to a provider, is added up over them. */
export function addedPerMinute(labels: string, counter: string): string {
  return `sum by (${labels}) (rate(${counter}[$__rate_interval])) * 60`;
}

/** Never under zero: a moment that has just passed is now, not a negative wait. */
export function timeUntil(timestamp: string): string {
  return `clamp_min(${timestamp} - time(), 0)`;
}

function selector(metric: string, variables: string, matchers: string): string {
  return `${metric}{${variables}${matchers === "" ? "" : `,${matchers}`}}`;
}
