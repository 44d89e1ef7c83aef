import { z } from "zod";
import { EpochSeconds, jsonOf, keyFor, Model, Time, Tokens } from "./fields.ts";
import type { Context, PlanWindow, Told, Tool } from "./tool.ts";

// https://github.com/openai/codex (codex-rs/protocol, codex-rs/rollout) and what other readers of these files rely on,
// read 2026-11-22. Older versions tell how long a window has left in place of when it ends.
const Window = z
  .object({
    used_percent: z.number().nonnegative(),
    window_minutes: z.number().positive(),
    resets_at: EpochSeconds.nullish(),
    resets_in_seconds: z.number().nonnegative().nullish(),
  })
  .nullish()
  .catch(undefined);

const TokenCount = z.object({
  type: z.literal("token_count"),
  info: z
    .object({
      last_token_usage: z.object({ input_tokens: Tokens, output_tokens: Tokens }).nullish(),
      total_token_usage: z.object({ input_tokens: Tokens, output_tokens: Tokens }).nullish(),
    })
    .nullish(),
  rate_limits: z.object({ limit_id: z.string().nullish(), primary: Window, secondary: Window }).nullish(),
});
type TokenCount = z.infer<typeof TokenCount>;

const SessionMeta = z.object({
  forked_from_id: z.string().nullish(),
  parent_thread_id: z.string().nullish(),
  source: z.unknown().optional(),
});

const Line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session_meta"), timestamp: Time, payload: SessionMeta }),
  z.object({ type: z.literal("turn_context"), payload: z.object({ model: Model.nullish() }) }),
  z.object({ type: z.literal("event_msg"), timestamp: Time, payload: z.looseObject({ type: z.string() }) }),
]);

const KINDS = ["token_count", "turn_context", "session_meta"];
/** The limit of the plan itself. Others are those of one model, told by a name that we cannot know. */
const PLAN = "codex";
/** What a fork takes over is written anew at once, with the time of the fork. No call is answered that fast. */
const COPYING_MS = 2000;

export const codex: Tool = {
  folder: "sessions",
  isLog: (name) => name.startsWith("rollout-") && name.endsWith(".jsonl"),
  isNamedByFirstLine: true,
  // The kind of a line stands at its beginning; behind it is whatever was said.
  mayTell: (line) => KINDS.some((kind) => line.subarray(0, 300).includes(kind)),
  read(text, context) {
    const json = jsonOf(text);
    if (json === undefined) return "malformed";
    const { data } = Line.safeParse(json);
    if (data === undefined) return undefined;
    if (data.type === "turn_context") {
      if (data.payload.model) context.model = data.payload.model;
      return undefined;
    }
    if (data.type === "session_meta") {
      // Those that follow are of the sessions that this one was copied from.
      if (isCopy(data.payload)) context.copiedUntil ??= data.timestamp + COPYING_MS;
      return undefined;
    }
    if (data.payload.type !== "token_count") return undefined;
    const count = TokenCount.safeParse(data.payload).data;
    return count === undefined ? "malformed" : countOf(count, data.timestamp, context);
  },
};

function isCopy({ forked_from_id, parent_thread_id, source }: z.infer<typeof SessionMeta>): boolean {
  const isSubagent = typeof source === "object" && source !== null && "subagent" in source;
  return Boolean(forked_from_id) || Boolean(parent_thread_id) || isSubagent;
}

function countOf({ info, rate_limits }: TokenCount, at: number, context: Context): Told {
  const { last_token_usage: last, total_token_usage: sum } = info ?? {};
  const total = sum ? sum.input_tokens + sum.output_tokens : undefined;
  const isAgain = total !== undefined && total === context.total;
  if (total !== undefined) context.total = total;
  if (context.copiedUntil !== undefined && at < context.copiedUntil) return {};
  const windows =
    rate_limits && (rate_limits.limit_id ?? PLAN) === PLAN
      ? [windowOf("primary", rate_limits.primary, at), windowOf("secondary", rate_limits.secondary, at)].flat()
      : [];
  return {
    ...(windows.length > 0 && { limits: { at, windows } }),
    // A total alone does not say what this call was.
    ...(last &&
      !isAgain && {
        entry: {
          key: keyFor(String(at), String(total ?? "")),
          at,
          ...(context.model !== undefined && { model: context.model }),
          usage: { inputTokens: last.input_tokens, outputTokens: last.output_tokens },
        },
      }),
  };
}

function windowOf(slot: PlanWindow["slot"], window: z.infer<typeof Window>, at: number): readonly PlanWindow[] {
  if (!window) return [];
  const { used_percent, window_minutes, resets_at, resets_in_seconds: left } = window;
  const resetAt = resets_at ?? (typeof left === "number" ? at + left * 1000 : undefined);
  return [{ slot, usedPercent: used_percent, minutes: window_minutes, ...(resetAt !== undefined && { resetAt }) }];
}
