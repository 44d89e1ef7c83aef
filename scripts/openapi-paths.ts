import { EXAMPLES } from "./openapi-examples.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** An answer whose body follows a schema of the document. */
function json(description: string, schema: string, example?: unknown) {
  const content = { schema: ref(schema), ...(example !== undefined && { example }) };
  return { description, content: { "application/json": content } };
}

function text(description: string, example?: string) {
  const content = { schema: { type: "string" }, ...(example !== undefined && { example }) };
  return { description, content: { "text/plain": content } };
}

const FAULT = text("A fault in the exporter; its log says more.", "internal error; the log says more\n");
const noSuch = (what: string) => json(`There is no such ${what}.`, "NotFound", EXAMPLES.noAccount);

function query(name: string, description: string, schema: object = { type: "string" }) {
  return { name, in: "query", description, schema };
}

const NAME = {
  name: "name",
  in: "path",
  required: true,
  description: "Name of the account in the config, percent-encoded.",
  schema: { type: "string" },
  example: "nanogpt-main",
};
const ACCOUNT = query("account", "Only the account of this name.");
const PROVIDER = query("provider", "Only the accounts of the provider of this id.");
const REFRESH = query(
  "refresh",
  "True reads the accounts first, as far as the poll floor, a Retry-After and a back-off allow it; an outcome younger than a minute is taken instead. Waits 10 s at most.",
  { type: "boolean", default: false },
);
const SEVERAL = { error: "name one account and one provider at most" };

const QUOTAS = {
  "/api/v1/quotas": {
    get: {
      operationId: "getQuotas",
      tags: ["quotas"],
      summary: "All accounts with their quotas.",
      parameters: [ACCOUNT, PROVIDER, REFRESH],
      responses: {
        "200": json("What is known now.", "QuotasDocument", EXAMPLES.quotas),
        "400": json(
          "`refresh` is neither true nor false, or several accounts or providers are named.",
          "Problem",
          SEVERAL,
        ),
        "404": noSuch("account or provider"),
        "500": FAULT,
      },
    },
  },
  "/api/v1/accounts/{name}": {
    get: {
      operationId: "getAccount",
      tags: ["quotas"],
      summary: "One account, with the reason for the state of each quota and its last reads.",
      parameters: [NAME, REFRESH],
      responses: {
        "200": json("What is known now.", "AccountDocument", EXAMPLES.account),
        "400": json("`refresh` is neither true nor false, or the name is not valid percent-encoding.", "Problem"),
        "404": noSuch("account"),
        "500": FAULT,
      },
    },
  },
  "/api/v1/route": {
    get: {
      operationId: "getRoute",
      tags: ["quotas"],
      summary: "Which accounts to use next for a model, and why.",
      description: "Accounts that cannot serve the model now are listed apart. How the score is made: docs/routing.md.",
      parameters: [
        { ...query("model", "A model, as the providers name it.", { type: "string", maxLength: 200 }), required: true },
        query("provider", PROVIDER.description, { type: "string", maxLength: 200 }),
        query("top", "So many accounts in each list at most.", {
          type: "integer",
          minimum: 1,
          maximum: 100,
          default: 10,
        }),
      ],
      responses: {
        "200": json("The accounts, the best first.", "RouteDocument", EXAMPLES.route),
        "400": json("No model, several, or a value that cannot be.", "Problem", {
          error: "name one model: /api/v1/route?model=MODEL",
        }),
        "404": json(
          "No account serves a model of this name, or there is no such provider.",
          "NotFound",
          EXAMPLES.noModel,
        ),
        "500": FAULT,
      },
    },
  },
  "/api/v1/events": {
    get: {
      operationId: "followEvents",
      tags: ["quotas"],
      summary: "What changes, as server-sent events.",
      description:
        "Open the stream first, then ask for the quotas: so nothing falls between the two. Each event has an `id`; who comes back with the last one in `Last-Event-ID` hears what it missed, as far as that is kept (1,000 events), and otherwise an event `gap`. Every 15 s a comment keeps the connection alive. A client that lets 1 MiB wait is cut.",
      parameters: [
        ACCOUNT,
        PROVIDER,
        {
          name: "Last-Event-ID",
          in: "header",
          description: "The id of the last event seen; browsers send it by themselves.",
          schema: { type: "string" },
        },
      ],
      responses: {
        "200": {
          description: "Stays open. The events are those of `x-events`: `data` is JSON of the schema named there.",
          content: {
            "text/event-stream": {
              schema: { type: "string" },
              example: EXAMPLES.stream,
              "x-events": {
                quota: ref("QuotaEvent"),
                account: ref("AccountEvent"),
                alert: ref("AlertEvent"),
                config: ref("ConfigEvent"),
                gap: ref("GapEvent"),
              },
            },
          },
        },
        "400": json("Several accounts or providers are named.", "Problem", SEVERAL),
        "404": noSuch("account or provider"),
        "500": FAULT,
        "503": {
          ...json("64 clients follow already, or the daemon is stopping.", "Problem", {
            error: "too many follow the events already",
          }),
          headers: { "Retry-After": { description: "Seconds.", schema: { type: "integer" } } },
        },
      },
    },
  },
  "/api/v1/outcomes/{name}": {
    get: {
      operationId: "getOutcome",
      tags: ["operation"],
      summary: "The last read of an account by this daemon itself, for a second daemon with the same accounts.",
      parameters: [
        NAME,
        query(
          "definition",
          "What the second daemon holds the account to be: provider, address and credential, hashed.",
        ),
      ],
      responses: {
        "200": json("How that read ended.", "PeerOutcome", EXAMPLES.outcome),
        "400": json("The name is not valid percent-encoding.", "Problem"),
        "404": json(
          "There is no such account, it is another one under this name, or it was not read here.",
          "NotFound",
          {
            error: "no outcome of its own of an account of this name and definition",
            near: [],
          },
        ),
        "500": FAULT,
      },
    },
  },
};

const LIVE_TRAFFIC = {
  "/api/v1/observations": {
    post: {
      operationId: "postObservations",
      tags: ["live traffic"],
      summary: "What calls to providers told somebody: headers, refusals, use.",
      description:
        "At most 1 MiB and 1,000 observations, not packed. Each is taken or refused for itself. Without a token only from this machine, and only while the daemon listens on this machine alone.",
      requestBody: {
        required: true,
        content: { "application/json": { schema: ref("Observations"), example: EXAMPLES.observations } },
      },
      responses: {
        "200": json("At least one was taken, or none was sent.", "ObservationsDocument", EXAMPLES.observed),
        "400": json("The body is not JSON.", "Problem", {
          error: "the body is not JSON in UTF-8, or it is cut short",
        }),
        "403": json("There is no token, and not all of it stays on this machine.", "Problem", {
          error:
            "observations beyond this machine need a token: set web.token_file or web.token_env, and send it as Authorization: Bearer TOKEN",
        }),
        "413": json("The body is larger than 1 MiB, or of more than 1,000 observations.", "Problem"),
        "415": json("The body is of another type than JSON, or packed.", "Problem"),
        "422": json("None was taken.", "ObservationsDocument"),
        "500": FAULT,
      },
    },
  },
};

const PROMETHEUS = {
  "/metrics": {
    get: {
      operationId: "getMetrics",
      tags: ["prometheus"],
      summary: "All metrics, in the text format 0.0.4. Never calls a provider.",
      responses: { "200": text("The families of docs/metrics.md.", EXAMPLES.metrics), "500": FAULT },
    },
  },
  "/probe": {
    get: {
      operationId: "probe",
      tags: ["prometheus"],
      summary: "Reads one account on demand and gives its metrics.",
      parameters: [
        { ...query("target", "Name of one account in the config, never an address."), required: true },
        {
          name: "X-Prometheus-Scrape-Timeout-Seconds",
          in: "header",
          description: "How long Prometheus waits, in seconds; the answer comes half a second earlier.",
          schema: { type: "number", default: 10, maximum: 120 },
        },
      ],
      responses: {
        "200": text("The families of this account, and `probe_success`."),
        "400": text("No account is named, or several.", "name one account: /probe?target=ACCOUNT\n"),
        "404": noSuch("account"),
        "500": FAULT,
      },
    },
  },
};

const RELOAD = {
  tags: ["operation"],
  summary: "Loads the config anew. A bad one changes nothing.",
  responses: {
    "200": text("The new config is in force.", "reloaded\n"),
    "403": text(
      "Reloading over HTTP is off, as it is by default.",
      "reloading over HTTP is off; start with --web.enable-lifecycle\n",
    ),
    "413": text("A body was sent.", "a reload takes no body\n"),
    "500": text("What is wrong with the new config; everything goes on as it was. Or a fault in the exporter."),
  },
};

const OPERATION = {
  "/debug/polls": {
    get: {
      operationId: "getPolls",
      tags: ["operation"],
      summary: "How the last reads of every account went.",
      responses: { "200": json("The newest first.", "PollsDocument", EXAMPLES.polls), "500": FAULT },
    },
  },
  "/config": {
    get: {
      operationId: "getConfig",
      tags: ["operation"],
      summary: "The config in force, as YAML without secrets.",
      responses: { "200": text("YAML."), "500": FAULT },
    },
  },
  "/-/healthy": {
    get: {
      operationId: "getHealth",
      tags: ["operation"],
      summary: "Whether the daemon answers.",
      responses: { "200": text("It does.", "healthy\n"), "500": FAULT },
    },
  },
  "/-/ready": {
    get: {
      operationId: "getReadiness",
      tags: ["operation"],
      summary: "Whether every account has been read or tried once.",
      responses: {
        "200": text("It has.", "ready\n"),
        "500": FAULT,
        "503": text("Not yet.", "not ready: waiting for the first read of 1 of 7 accounts\n"),
      },
    },
  },
  "/-/reload": {
    post: { operationId: "reload", ...RELOAD },
    put: { operationId: "reloadByPut", ...RELOAD },
  },
};

const UNAUTHORIZED = {
  ...json("A token is configured, and was not sent.", "Problem", {
    error: "this daemon asks for a token: send it as Authorization: Bearer TOKEN, or as the password of any user",
  }),
  headers: { "WWW-Authenticate": { description: "Bearer and Basic.", schema: { type: "string" } } },
};

/** For whoever asks whether the daemon lives. */
const OPEN: readonly string[] = ["/-/healthy", "/-/ready"];

/** What everybody is answered without the token that is asked for. */
function guarded(paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>) {
  const withToken = (path: string, operation: { readonly responses: object }) =>
    OPEN.includes(path)
      ? { ...operation, security: [] }
      : { ...operation, responses: { ...operation.responses, "401": UNAUTHORIZED } };
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(Object.entries(operations).map(([method, one]) => [method, withToken(path, one)])),
    ]),
  );
}

export const PATHS: Readonly<Record<string, object>> = guarded({
  ...QUOTAS,
  ...LIVE_TRAFFIC,
  ...PROMETHEUS,
  ...OPERATION,
});
