/** Text that somebody wrote in a session: it must be seen nowhere. */
export const CANARY = "canary-of-what-was-said";

/** What a line of Claude Code tells, unless a test says otherwise. */
export interface ClaudeFacts {
  readonly at: Date;
  readonly id?: string;
  readonly request?: string;
  readonly model?: string;
  readonly input?: number;
  readonly output?: number;
  readonly stop?: string | null;
  readonly over?: Readonly<Record<string, unknown>>;
}

export function claudeLine({ at, id = "msg_1", request = "req_1", ...facts }: ClaudeFacts): string {
  const { model = "claude-opus-5", input = 10, output = 20, stop = "end_turn", over = {} } = facts;
  const line = {
    parentUuid: null,
    cwd: `/home/me/${CANARY}`,
    sessionId: "session",
    type: "assistant",
    message: {
      ...{ id, type: "message", role: "assistant", model, stop_reason: stop },
      content: [{ type: "text", text: CANARY }],
      usage: { input_tokens: input, output_tokens: output, service_tier: "standard" },
    },
    requestId: request,
    timestamp: at.toISOString(),
    ...over,
  };
  return `${JSON.stringify(line)}\n`;
}

const codexLine = (at: Date, type: string, payload: object) =>
  `${JSON.stringify({ timestamp: at.toISOString(), type, payload })}\n`;

export const codexMeta = (at: Date, id: string, over: object = {}) =>
  codexLine(at, "session_meta", { id, cwd: `/home/me/${CANARY}`, instructions: CANARY, ...over });

export const codexTurn = (at: Date, model: string) =>
  codexLine(at, "turn_context", { cwd: "/", model, summary: "auto" });

export const codexMessage = (at: Date) => codexLine(at, "event_msg", { type: "agent_message", message: CANARY });

interface CodexFacts {
  readonly last?: readonly [input: number, output: number];
  readonly total?: readonly [input: number, output: number];
  readonly limits?: unknown;
}

const usageOf = ([input, output]: readonly [number, number]) => ({
  input_tokens: input,
  cached_input_tokens: 0,
  output_tokens: output,
  total_tokens: input + output,
});

export function codexCount(at: Date, { last, total, limits = null }: CodexFacts): string {
  const info =
    last === undefined && total === undefined
      ? null
      : { ...(last && { last_token_usage: usageOf(last) }), ...(total && { total_token_usage: usageOf(total) }) };
  return codexLine(at, "event_msg", { type: "token_count", info, rate_limits: limits });
}
