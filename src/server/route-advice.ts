import type { RequestHandler } from "express";
import { type RouteQuestion, routeOf } from "../engine/route.ts";
import type { Judged } from "../engine/route-account.ts";
import { ENGINE_DEFAULTS, type EngineSettings } from "../engine/settings.ts";
import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import { keyOf } from "../quota/account.ts";
import { unknown } from "./choice.ts";
import { providersOf } from "./filter.ts";
import { hintOf, nearTo } from "./near.ts";
import { queryOf } from "./query.ts";
import { sendDocument, sendError, sendNotFound } from "./respond.ts";
import { routeDocument } from "./route-document.ts";
import type { NotFound } from "./schemas/problem.ts";

/** What the advice has to do without: it then counts on the account rather than leaving it out. */
type Undetermined = "metered" | "models";

/** Hears once of each account of which it is not known whether it has a quota, or which models it serves. */
export type OnUndetermined = (account: AccountSnapshot, what: Undetermined) => void;

interface RouteDeps {
  readonly snapshot: () => Snapshot;
  readonly now: () => Date;
  readonly settings?: () => EngineSettings;
  readonly onUndetermined?: OnUndetermined;
}

/** `GET /api/v1/route`: which accounts to use next for a model. */
export function routeAdvice(deps: RouteDeps): RequestHandler {
  const { snapshot, now, settings = () => ENGINE_DEFAULTS, onUndetermined = () => undefined } = deps;
  const report = onceEach(onUndetermined);
  return async (request, response) => {
    const asked = askedBy(queryOf(request));
    if (typeof asked === "string") {
      sendError(response, 400, asked);
      return;
    }
    const { top, ...question } = asked;
    const current = snapshot();
    const at = now();
    const route = routeOf(current, question, at);
    if (route.candidates.length + route.out.length === 0) {
      sendNotFound(response, nowhere(question, current));
      return;
    }
    for (const judged of route.candidates) report(judged);
    const facts = { question, route, top, at: current.at, settings: settings(), now: at };
    await sendDocument(request, response, routeDocument(facts));
  };
}

/** No model has a longer name: to look for one would only cost time. */
const LONGEST_NAME = 200;
const DEFAULT_TOP = 10;
const MOST_TOP = 100;

/** What is asked, or what is wrong with it. */
function askedBy(query: URLSearchParams): (RouteQuestion & { readonly top: number }) | string {
  const [model = "", ...models] = query.getAll("model");
  const [provider, ...providers] = query.getAll("provider");
  const [top = String(DEFAULT_TOP), ...tops] = query.getAll("top");
  if (model === "" || models.length > 0) return "name one model: /api/v1/route?model=MODEL";
  if (provider === "" || providers.length > 0) return "name one provider, or leave it out";
  if (model.length > LONGEST_NAME || (provider ?? "").length > LONGEST_NAME)
    return `no name is longer than ${LONGEST_NAME} characters`;
  if (tops.length > 0 || !/^\d{1,3}$/.test(top) || Number(top) < 1 || Number(top) > MOST_TOP)
    return `top is a number from 1 to ${MOST_TOP}, or left out`;
  return { model, provider, top: Number(top) };
}

/** No account is known to serve the model, or none is there at all. */
function nowhere({ model, provider }: RouteQuestion, { accounts }: Snapshot): NotFound {
  const providers = providersOf(accounts);
  if (provider !== undefined && !providers.includes(provider)) return unknown("provider", provider, providers);
  if (accounts.length === 0) return { error: "no account serves a model of this name; none is configured", near: [] };
  const asked = accounts.filter((account) => provider === undefined || account.provider === provider);
  const near = nearTo(
    model,
    asked.flatMap(({ answer }) => answer?.models ?? []),
  );
  const hint = near.length === 0 ? "" : `, ${hintOf(near)}`;
  return { error: `no account serves a model of this name${hint}`, near };
}

/** A gateway asks every second; what is unknown of an account is news once. */
function onceEach(tell: OnUndetermined): (judged: Judged) => void {
  const told: Readonly<Record<Undetermined, Set<string>>> = { metered: new Set(), models: new Set() };
  return ({ account, listed }) => {
    const what = account.answer === undefined ? "metered" : listed === undefined ? "models" : undefined;
    if (what === undefined || told[what].has(keyOf(account))) return;
    told[what].add(keyOf(account));
    tell(account, what);
  };
}
