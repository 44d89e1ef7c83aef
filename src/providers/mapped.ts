import { z } from "zod";
import { firstThatExists } from "../http/first-that-exists.ts";
import { describeCall } from "../http/outgoing.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import { refusedInJson } from "../http/web-page-refusal.ts";
import { MappingError, nothingFound, quoted } from "../mapping/asker.ts";
import type { Evaluator } from "../mapping/evaluator.ts";
import type { Mapping, RequestRule } from "../mapping/mapping.ts";
import type { Surroundings } from "../mapping/names.ts";
import { timeVariables } from "../mapping/template.ts";
import type { AccountReading } from "../quota/reading.ts";
import { type Asked, contentOf, urlOf } from "./mapped-request.ts";
import type { Connection, ReadContext } from "./provider.ts";

/** An account whose API a mapping describes. */
interface MappedAccount extends Connection {
  readonly mapping: Mapping;
  /** For the placeholders of its paths, queries and bodies. */
  readonly variables: Readonly<Record<string, string>>;
  readonly evaluator: Evaluator;
}

/** What an answer may be is for the mapping to say. */
const ANYTHING = z.unknown();

/** One read by a mapping: the calls before, the call with all its pages, and what they tell. */
export async function readMapped(account: MappedAccount, context: ReadContext): Promise<AccountReading> {
  const { mapping } = account;
  const variables = await afterSteps(account, context);
  const { answer, call, ...told } = await answerOf({ ...account, variables }, context);
  const surroundings = surroundingsOf(account, context, { ...told, variables });
  const { readings, plan } = mapping;
  const extracted = await inTermsOf(call, () =>
    account.evaluator.run({ work: "extract", readings, plan, answer, surroundings }, runOptions(context)),
  );
  return { ...extracted, metered: true };
}

const runOptions = ({ signal, explain }: ReadContext) => ({ signal, onTrace: explain });

function surroundingsOf(
  { baseUrl }: MappedAccount,
  { now }: ReadContext,
  asked: Pick<Surroundings, "status" | "path" | "page" | "variables">,
): Surroundings {
  return { ...asked, now, host: new URL(baseUrl).host };
}

/** An answer that the mapping does not fit is malformed, and the message says whose it was. */
async function inTermsOf<T>(call: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    throw new UpstreamError("malformed", `${call} answered an unexpected shape: ${error.message}`);
  }
}

/** What the calls before tell, where the config does not say it. */
async function afterSteps(account: MappedAccount, context: ReadContext): Promise<Readonly<Record<string, string>>> {
  let variables: Readonly<Record<string, string>> = { ...timeVariables(context.now), ...account.variables };
  for (const [index, { set, path, value, auth }] of (account.mapping.before ?? []).entries()) {
    if (Object.hasOwn(variables, set)) continue;
    const rule: RequestRule = { path, method: "GET", auth: auth ?? account.mapping.request.auth };
    const { answer, call, ...told } = await onePage({ ...account, variables }, { rule, path }, context);
    const surroundings = surroundingsOf(account, context, { ...told, variables });
    const field = `before.${index}.value`;
    const found = await inTermsOf(call, async () => {
      const text = await account.evaluator.run(
        { work: "text", field, expression: value, answer, surroundings },
        runOptions(context),
      );
      if (text !== undefined && isSafe(text)) return text;
      const scope = { item: answer, at: "$", names: { answer } };
      throw new MappingError(
        text === undefined
          ? nothingFound({ field, expression: value, scope })
          : `$: ${quoted(field, value)} gives what cannot stand in a path, as letters, digits, spaces and _ . @ : + ~ - can`,
      );
    });
    variables = { ...variables, [set]: found };
  }
  return variables;
}

/** What another server says becomes part of a path of ours. */
const isSafe = (text: string): boolean => /^[\w@:+~-][\w.@:+~ -]{0,200}$/.test(text);

interface Answered {
  /** Of several pages the list of them. */
  readonly answer: unknown;
  readonly call: string;
  readonly path: string;
  readonly status: number;
  /** How many pages there were. */
  readonly page: number;
}

async function answerOf(account: MappedAccount, context: ReadContext): Promise<Answered> {
  const { request: rule } = account.mapping;
  const paths = Array.isArray(rule.path) ? rule.path : [rule.path];
  return firstThatExists(paths, (path) => allPages(account, { rule, path }, context));
}

async function allPages(account: MappedAccount, asked: Asked, context: ReadContext): Promise<Answered> {
  const first = await onePage(account, asked, context);
  const { pages } = asked.rule;
  if (pages === undefined) return first;
  const answers = [first.answer];
  let { answer } = first;
  while (answers.length < pages.most) {
    const { variables } = account;
    const page = answers.length;
    const { status, path } = first;
    const surroundings = surroundingsOf(account, context, { status, path, variables, page });
    const job = { work: "text", field: "request.pages.next", expression: pages.next, answer, surroundings } as const;
    const next = await inTermsOf(first.call, () => account.evaluator.run(job, runOptions(context)));
    if (next === undefined) return { ...first, answer: answers, page };
    ({ answer } = await onePage(account, { ...asked, next }, context));
    answers.push(answer);
  }
  throw new UpstreamError("malformed", `${first.call} goes on after ${pages.most} pages`);
}

async function onePage(account: MappedAccount, asked: Asked, context: ReadContext): Promise<Answered> {
  const { http, signal } = context;
  const { rule, path } = asked;
  const { failures = [] } = account.mapping;
  const toldBy = async (answer: unknown, status: number) => {
    if (failures.length === 0) return undefined;
    const surroundings = surroundingsOf(account, context, { status, path, page: 1, variables: account.variables });
    const index = await account.evaluator.run({ work: "failure", failures, answer, surroundings }, runOptions(context));
    return index === undefined ? undefined : failures[index];
  };
  const url = urlOf(account, asked);
  const call = describeCall({ url, method: rule.method });
  const { data, status } = await http.json({
    ...{ url, method: rule.method, schema: ANYTHING, signal },
    ...contentOf(account, asked),
    refusedBy: refusedInJson(toldBy),
  });
  const failure = await inTermsOf(call, () => toldBy(data, status));
  if (failure === undefined) return { answer: data, call, path, status, page: 1 };
  const { reason, hint } = failure;
  throw new UpstreamError(
    reason,
    `${call} answered ${status}, and that it failed${hint === undefined ? "" : `: ${hint}`}`,
  );
}
