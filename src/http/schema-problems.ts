import type { z } from "zod";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

interface Problem {
  readonly path: Path;
  readonly what: string;
}

const SHOWN = 3;

/** What is wrong with an answer, as `$.limits.daily: expected number, received string`; never a value out of it. */
export function describeProblems(issues: readonly Issue[]): string {
  const lines = [...new Set(problemsOf(issues, []).map(({ path, what }) => `${jsonPath(path)}: ${what}`))];
  const more = lines.length > SHOWN ? `; and ${lines.length - SHOWN} more` : "";
  return lines.slice(0, SHOWN).join("; ") + more;
}

function problemsOf(issues: readonly Issue[], above: Path): readonly Problem[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === "invalid_union" && issue.errors.length > 0) {
      return closestBranch(issue.errors.map((branch) => problemsOf(branch, path)));
    }
    return [{ path, what: whatIsWrong(issue) }];
  });
}

/** The branch whose first problem lies deepest is the one that the answer was meant to be; equals are all shown. */
function closestBranch(branches: readonly (readonly Problem[])[]): readonly Problem[] {
  // Not by a spread: a list of 100,000 that is wrong throughout has more problems than a call may have arguments.
  const depth = (branch: readonly Problem[]) =>
    branch.reduce((least, { path }) => Math.min(least, path.length), Number.POSITIVE_INFINITY);
  const deepest = branches.map(depth).reduce((most, one) => Math.max(most, one), 0);
  return branches.filter((branch) => depth(branch) === deepest).flat();
}

/** Messages of these codes name types and bounds; the rest may quote the answer. */
const HARMLESS: ReadonlySet<Issue["code"]> = new Set([
  "invalid_type",
  "invalid_format",
  "invalid_value",
  "invalid_union",
  "too_big",
  "too_small",
  "custom",
]);

function whatIsWrong({ code, message }: Issue): string {
  if (!HARMLESS.has(code)) return "not what was expected";
  const text = message.replace(/^Invalid input: /, "").replace(/received undefined$/, "but it is missing");
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function jsonPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    // A key of a record is the sender's text: only what looks like a name is repeated.
    return typeof key === "string" && /^[A-Za-z_]\w{0,39}$/.test(key) ? `${text}.${key}` : `${text}[…]`;
  }, "$");
}
