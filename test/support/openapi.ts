import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";

interface Answer {
  readonly content: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
interface Operation {
  readonly responses: Readonly<Record<string, Answer>>;
}

/** What docs/openapi.json promises, to hold the real server to it. */
export interface Promised {
  /** Every answer that is promised, such as `get /api/v1/quotas 200`. */
  readonly answers: readonly string[];
  /** Throws unless an answer of this content type and body is promised. */
  check(answer: string, contentType: string, body: string): void;
  /** Throws unless it is an event of the stream. */
  checkEvent(event: string, data: unknown): void;
}

export async function readPromised(): Promise<Promised> {
  const document = JSON.parse(await readFile(new URL("../../docs/openapi.json", import.meta.url), "utf8")) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, "openapi.json");
  const answers = new Map<string, Answer>(
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, { responses }]) =>
        Object.entries(responses).map(([status, answer]) => [`${method} ${path} ${status}`, answer] as const),
      ),
    ),
  );
  const validate = (what: string, schema: object, value: unknown) => {
    const found = ajv.compile("$ref" in schema ? { $ref: `openapi.json${schema.$ref}` } : schema);
    if (!found(value)) throw new Error(`${what} is not as promised: ${ajv.errorsText(found.errors)}`);
  };
  return {
    answers: [...answers.keys()],
    check(answer, contentType, body) {
      const [type = ""] = contentType.split(";");
      const content = answers.get(answer)?.content[type];
      if (content === undefined) throw new Error(`${answer} is not promised as ${contentType}`);
      validate(answer, content["schema"] as object, type === "application/json" ? JSON.parse(body) : body);
    },
    checkEvent(event, data) {
      const { content } = answers.get("get /api/v1/events 200") ?? {};
      const events = content?.["text/event-stream"]?.["x-events"] as Readonly<Record<string, object>>;
      const schema = events[event];
      if (schema === undefined) throw new Error(`an event ${event} is not promised`);
      validate(`the event ${event}`, schema, data);
    },
  };
}
