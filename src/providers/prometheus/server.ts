import { z } from "zod";
import type { RefusalTold } from "../../http/client.ts";
import { describeCall } from "../../http/outgoing.ts";
import { UpstreamError } from "../../http/upstream-error.ts";
import { toValue } from "./exposition.ts";
import { type Asking, describeQuestion, finite, type Question, type Told, type Values } from "./questions.ts";

// https://prometheus.io/docs/prometheus/latest/querying/api/, read 2026-11-21.
const NumberText = z
  .string()
  .transform((text) => toValue(text))
  .refine((value) => value !== undefined, "expected a number in a string");

/** Its time is the one of the question. How old the sample behind it may be is the server's choice: five minutes as a rule. */
const Point = z.tuple([z.number(), NumberText]).transform(([, value]) => value);

const Answer = z.object({
  status: z.literal("success"),
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("scalar"), result: Point }),
    z.object({ resultType: z.literal("vector"), result: z.array(z.object({ value: Point })) }),
  ]),
  /** Of a part of the data that is missing, or of a result that is likely to be wrong. */
  warnings: z.array(z.unknown()).nullish(),
});

/** The first question alone, so that a refused credential is shown once per read. */
export async function askServer(questions: readonly Question[], asking: Asking): Promise<Values> {
  const answered = async (question: Question) => [question.expression, await ask(question, asking)] as const;
  const first = await Promise.all(questions.slice(0, 1).map(answered));
  return new Map([...first, ...(await Promise.all(questions.slice(1).map(answered)))]);
}

async function ask(question: Question, { url: base, ...asking }: Asking): Promise<Told> {
  const url = `${base}?${new URLSearchParams({ query: question.expression })}`;
  const call = { url, schema: Answer, refusal: refusalOf(question), signal: asking.signal, bearer: asking.bearer };
  const { data: answer } = await asking.http.json(call).catch((error: unknown) => {
    throw about(question, error);
  });
  const { data, warnings } = answer;
  const points = data.resultType === "scalar" ? [data.result] : data.result.map(({ value }) => value);
  if (points.length !== 1) {
    const gave = points.length === 0 ? "nothing" : `${points.length} samples`;
    throw new UpstreamError(
      "malformed",
      `${describeCall({ url })} answered ${gave} where one value is needed, to ${describeQuestion(question)}`,
    );
  }
  const isDoubtful = (warnings ?? []).length > 0;
  return isDoubtful ? { unknown: "comes with a warning of the server" } : finite(points[0]);
}

/** An answer of the wrong shape is one to a wrong question, as a rule: a range, or a histogram. */
function about(question: Question, error: unknown): unknown {
  if (!(error instanceof UpstreamError) || error.reason !== "malformed") return error;
  return new UpstreamError("malformed", `${error.message}, to ${describeQuestion(question)}`);
}

/** The expression is wrong, or cannot be evaluated with these series. */
const REFUSED = new Set(["bad_data", "execution"]);

function refusalOf(question: Question): z.ZodType<RefusalTold | undefined> {
  return z.object({ errorType: z.string() }).transform(({ errorType }): RefusalTold | undefined => {
    if (!REFUSED.has(errorType)) return undefined;
    return { reason: "client", hint: `it cannot evaluate ${describeQuestion(question)}` };
  });
}
