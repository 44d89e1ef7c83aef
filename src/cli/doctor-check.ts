export interface Finding {
  readonly verdict: "ok" | "warn" | "fail";
  readonly finding: string;
  /** What somebody can do about it, for whatever is not ok. */
  readonly mend?: string;
}

/** One line of what the doctor says. */
export interface Check extends Finding {
  readonly check: string;
}

export const ok = (finding: string): Finding => ({ verdict: "ok", finding });
export const warn = (finding: string, mend: string): Finding => ({ verdict: "warn", finding, mend });
export const fail = (finding: string, mend: string): Finding => ({ verdict: "fail", finding, mend });

/** Of the words in which the config tells a problem: what would be right stands last, behind a semicolon. */
export function withMend(verdict: "warn" | "fail", text: string): Finding {
  const at = text.lastIndexOf("; ");
  if (at === -1) return { verdict, finding: text, mend: "docs/configuration.md says what this key takes" };
  return { verdict, finding: text.slice(0, at), mend: text.slice(at + 2) };
}

/** A check that always ends: with what it found, or as failed when it throws or time is up. The others go on. */
export async function bounded(check: string, signal: AbortSignal, work: () => Promise<Finding>): Promise<Check> {
  const timeUp = Promise.withResolvers<Finding>();
  const giveUp = () => timeUp.resolve(fail("was not finished in time", "run it again; if it stays so, see what hangs"));
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return { check, ...(await Promise.race([work(), timeUp.promise])) };
  } catch (error) {
    return {
      check,
      ...fail(
        `could not be checked: ${messageOf(error)}`,
        "see the message; if it is a fault of ours, please report it",
      ),
    };
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
