import type { Problem } from "./problem.ts";

/** Labels that the metrics, the alerts or Prometheus itself set: a second one of that name would be lost or refused. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["provider", "account", "quota", "unit", "kind", "enforcement", "source", "confidence", "window", "estimate"],
  ...["state", "alert", "severity", "plan", "reason", "direction", "model", "refusal"],
  ...["job", "instance", "le", "quantile", "alertname", "alertstate"],
]);

const MAX_VALUE_LENGTH = 128;

type Labels = Readonly<Record<string, string>>;

/** What is wrong with the labels of one account; paths begin at the labels. */
export function labelProblems(labels: Readonly<Record<string, unknown>>): readonly Problem[] {
  return Object.entries(labels).flatMap(([name, value]) => {
    const problems: Problem[] = [];
    const wrongName = nameProblem(name);
    if (wrongName !== undefined) problems.push({ path: [name], text: wrongName, atKey: true });
    if (typeof value === "string" && (value.length > MAX_VALUE_LENGTH || /\p{Cc}/u.test(value))) {
      const text = `needs text of at most ${MAX_VALUE_LENGTH} characters without control characters`;
      problems.push({ path: [name], text });
    }
    return problems;
  });
}

function nameProblem(name: string): string | undefined {
  if (RESERVED.has(name)) return `the label "${name}" is reserved; choose another name, such as "team_${name}"`;
  if (name.startsWith("__")) return 'label names that begin with "__" belong to Prometheus; drop the underscores';
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
    return "a label name has only letters, digits and underscores, and no digit first";
  }
  return undefined;
}

/** The same keys for all, in a fixed order: Prometheus needs one set of label names per family. */
export function withSameKeys(all: readonly Labels[]): readonly Labels[] {
  const names = [...new Set(all.flatMap((labels) => Object.keys(labels)))].toSorted();
  return all.map((labels) => Object.fromEntries(names.map((name) => [name, labels[name] ?? ""])));
}
