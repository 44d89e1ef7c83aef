import { dump } from "js-yaml";

/** What a key that would hold a credential itself is called; those that name a variable or a file may be shown. */
const HOLDS_CREDENTIAL = /(?:key|token|secret|password|credentials)$/i;

/** The config as YAML for people to look at. It holds no credential by its own rules; a value that might is not shown. */
export function shownConfig(written: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(written, (key, value: unknown) => (HOLDS_CREDENTIAL.test(key) ? "[secret]" : value));
  return dump(JSON.parse(text), { lineWidth: -1, noRefs: true });
}
