import { backAt, type Route, type RouteQuestion, secondsToChange } from "../engine/route.ts";
import type { Judged } from "../engine/route-account.ts";
import { obstaclesOf, reasonsFor, type Words } from "../engine/route-words.ts";
import type { Candidate, Out, RouteDocument } from "./schemas/route.ts";

interface RouteFacts extends Omit<Words, "model"> {
  readonly question: RouteQuestion;
  readonly route: Route;
  /** The time of the snapshot that the route is from. */
  readonly at: Date;
  /** So many candidates at most, and as many of those that are out. */
  readonly top: number;
}

/** The document of `/api/v1/route`. Sentences are made for what is listed only, not for a thousand accounts. */
export function routeDocument({ question, route, at, top, settings, now }: RouteFacts): RouteDocument {
  const words = { model: question.model, settings, now };
  const candidates = route.candidates.slice(0, top).map((judged) => candidateEntry(judged, words));
  const out = route.out.slice(0, top).map((judged) => outEntry(judged, words));
  return {
    generated_at: at.toISOString(),
    model: question.model,
    provider: question.provider ?? null,
    reason: candidates.length > 0 ? null : NOBODY,
    ask_again_seconds: Math.min(...[...candidates, ...out].map((entry) => entry.ask_again_seconds)),
    totals: { candidates: route.candidates.length, out: route.out.length, others: route.others },
    candidates,
    out,
  };
}

const NOBODY = "Every account that may serve the model is out.";

function candidateEntry(judged: Judged, words: Words): Candidate {
  const { account, score, standing, weight } = judged;
  return {
    provider: account.provider,
    account: account.account,
    model: judged.listed ?? null,
    // Not exact beyond seven significant digits.
    score: Number(score.toPrecision(7)),
    standing,
    metered: account.answer?.metered ?? null,
    subscription: account.answer?.subscription ?? null,
    quota: weight?.quota.quota ?? null,
    reasons: reasonsFor(judged, words),
    ask_again_seconds: secondsToChange(judged, words.now),
  };
}

function outEntry(judged: Judged, words: Words): Out {
  const { provider, account } = judged.account;
  const until = backAt(judged);
  const isKnown = Number.isFinite(until);
  return {
    provider,
    account,
    model: judged.listed ?? null,
    reasons: obstaclesOf(judged, words),
    back_at: isKnown ? new Date(until * 1000).toISOString() : null,
    retry_after_seconds: isKnown ? Math.ceil(until - words.now.getTime() / 1000) : null,
    ask_again_seconds: secondsToChange(judged, words.now),
  };
}
