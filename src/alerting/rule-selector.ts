/** The rules cannot be made as asked; the message says what would be right. */
export class RulesOptionError extends Error {
  override readonly name = "RulesOptionError";
}

/** One label matcher, up to the comma or the end. Backquotes are left out: our queries stand in a string of them. */
const MATCHER = /\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*(?:,|$)/y;
/** The escapes that PromQL knows, as Go does. */
const ESCAPES = /\\(?:[abfnrtv\\'"]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-3][0-7]{2})/g;
/** RE2 looks neither around nor back. */
const BEYOND_RE2 = /\(\?<?[=!]|\\[1-9]/;

/** The matchers, as they may stand between braces. Refuses what Prometheus would refuse. */
export function checkedSelector(selector: string): string {
  const given = selector.trim();
  const matchers: string[] = [];
  MATCHER.lastIndex = 0;
  while (MATCHER.lastIndex < given.length) {
    const found = MATCHER.exec(given);
    if (found === null) break;
    const [, name = "", operator = "", quoted = ""] = found;
    checkMatcher(selector, { name, operator, quoted });
    matchers.push(`${name}${operator}${quoted}`);
    if (MATCHER.lastIndex === given.length) return matchers.join(",");
  }
  throw refused(selector, 'needs label matchers such as job="llm",env="prod"');
}

function checkMatcher(
  selector: string,
  { name, operator, quoted }: { name: string; operator: string; quoted: string },
): void {
  if (name === "__name__") throw refused(selector, "the rules name the families by themselves");
  const text = quoted.slice(1, -1);
  const plain = text.replace(ESCAPES, "");
  if (plain.includes("\\")) throw refused(selector, `${quoted} has an escape that PromQL does not know`);
  if (operator.endsWith("~") && !isRegex(text)) throw refused(selector, `${quoted} is no regular expression`);
}

function isRegex(text: string): boolean {
  const pattern = text.replace(/\\(["'\\])/g, "$1");
  if (BEYOND_RE2.test(pattern)) return false;
  // What RE2 writes in another way than JavaScript.
  const translated = pattern
    .replaceAll("(?P<", "(?<")
    .replace(/\(\?[imsU-]+(:|\))/g, (_, end) => (end === ":" ? "(?:" : ""));
  try {
    new RegExp(translated);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const refused = (selector: string, why: string) => new RulesOptionError(`the selector is ${selector}: ${why}`);
