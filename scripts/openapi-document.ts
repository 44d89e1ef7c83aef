// The OpenAPI document of the HTTP API: what is promised to programs.
import { z } from "zod";
import packageJson from "../package.json" with { type: "json" };
import { PEER_OUTCOME } from "../src/poller/peer-outcome.ts";
import * as account from "../src/server/schemas/account.ts";
import * as events from "../src/server/schemas/events.ts";
import * as observations from "../src/server/schemas/observations.ts";
import * as problem from "../src/server/schemas/problem.ts";
import * as quotas from "../src/server/schemas/quotas.ts";
import * as route from "../src/server/schemas/route.ts";
import { PATHS } from "./openapi-paths.ts";

/** By the names that the document gives them. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Time: quotas.TIME,
  State: quotas.STATE,
  Severity: quotas.SEVERITY,
  FailureReason: quotas.FAILURE_REASON,
  Failure: quotas.FAILURE,
  Quota: quotas.QUOTA,
  Account: quotas.ACCOUNT,
  QuotasDocument: quotas.QUOTAS_DOCUMENT,
  Poll: account.POLL,
  ExplainedQuota: account.EXPLAINED_QUOTA,
  AccountDocument: account.ACCOUNT_DOCUMENT,
  PollsDocument: account.POLLS_DOCUMENT,
  Candidate: route.CANDIDATE,
  Out: route.OUT,
  RouteDocument: route.ROUTE_DOCUMENT,
  QuotaStanding: events.QUOTA_STANDING,
  QuotaEvent: events.QUOTA_EVENT,
  AccountStanding: events.ACCOUNT_STANDING,
  AccountEvent: events.ACCOUNT_EVENT,
  AlertEvent: events.ALERT_EVENT,
  ConfigEvent: events.CONFIG_EVENT,
  GapEvent: events.GAP_EVENT,
  Observation: observations.OBSERVATION,
  Observations: observations.OBSERVATIONS,
  TakenObservation: observations.TAKEN_OBSERVATION,
  RefusedObservation: observations.REFUSED_OBSERVATION,
  ObservationsDocument: observations.OBSERVATIONS_DOCUMENT,
  Problem: problem.PROBLEM,
  NotFound: problem.NOT_FOUND,
};

type Json = z.core.JSONSchema.BaseSchema;

const OPTIONS: z.core.ToJSONSchemaParams = {
  override: ({ jsonSchema }) => {
    // Neither says anything to somebody who only reads.
    delete jsonSchema.readOnly;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  },
};

function components(): Readonly<Record<string, Json>> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { ...OPTIONS, uri: (id) => `#/components/schemas/${id}` });
  // A peer reads it by this schema: what goes into that is what is sent.
  const outcome = z.toJSONSchema(PEER_OUTCOME, { ...OPTIONS, io: "input" });
  const description = "How a read of an account by this daemon ended, as a second daemon takes it.";
  return Object.fromEntries(
    Object.entries({ ...schemas, PeerOutcome: { ...outcome, description } }).map(([id, schema]) => {
      const { $schema: _schema, $id: _id, ...rest } = schema;
      return [id, rest];
    }),
  );
}

export function openApiDocument(): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "llm-quota-exporter",
      version: packageJson.version,
      summary: "How much of every LLM quota is left, when it runs out, and which account to use next.",
      description:
        "Null is unknown, never 0. Times are RFC 3339 in UTC. Keys may be added within v1; none changes its meaning or goes. Once a token is configured, everything but `/-/healthy` and `/-/ready` asks for it; without one, whoever reaches the port may ask.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://127.0.0.1:10844", description: "The default address." }],
    // Or nothing at all, where no token is configured.
    security: [{ bearer: [] }, { basic: [] }, {}],
    tags: [
      { name: "quotas", description: "What is left, and what to do about it." },
      { name: "live traffic", description: "What is learned from calls that are made anyway." },
      { name: "prometheus", description: "For Prometheus." },
      { name: "operation", description: "For whoever runs the daemon." },
    ],
    paths: PATHS,
    components: {
      schemas: components(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The token of the config." },
        basic: { type: "http", scheme: "basic", description: "The token as the password of any user, for browsers." },
      },
    },
  };
}

export const openApiText = (): string => `${format(JSON.parse(JSON.stringify(openApiDocument())), "", 0)}\n`;

const LINE_WIDTH = 120;

/** As the formatter of the repository wants it: a list of plain values stands in one line where it fits. */
function format(value: unknown, indent: string, used: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    const isPlain = value.every((item) => typeof item !== "object" || item === null);
    const line = `[${value.map((item) => JSON.stringify(item)).join(", ")}]`;
    // One more for the comma after it.
    if (isPlain && used + line.length < LINE_WIDTH) return line;
    return `[\n${value.map((item) => `${deeper}${format(item, deeper, deeper.length)}`).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const start = `${deeper}${JSON.stringify(key)}: `;
    return `${start}${format(item, deeper, start.length)}`;
  });
  return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
}
