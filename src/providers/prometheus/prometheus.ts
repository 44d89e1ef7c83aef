import { z } from "zod";
import { defineProvider } from "../provider.ts";
import { questionsOf, toReading, tracesOf } from "./readings.ts";
import { scrape } from "./scrape.ts";
import { selectorProblem } from "./selector.ts";
import { askServer } from "./server.ts";
import { path, readingRules } from "./settings.ts";

const SOURCES = {
  /** One page, in which each value is a sample. */
  scrape: { path: "/metrics", ask: scrape },
  /** A question for each value. */
  server: { path: "/api/v1/query", ask: askServer },
} as const;

export const prometheus = defineProvider({
  id: "prometheus",
  title: "Prometheus metric",
  baseUrl: undefined,
  credential: "optional_api_key",
  environment: {},
  floorSeconds: 1,

  settings: {
    from: z.enum(["scrape", "server"]).default("scrape"),
    path: path.optional(),
    readings: readingRules,
  },

  settingsProblem({ from, readings }) {
    if (from === "server") return undefined;
    const wrong = questionsOf(readings).flatMap(({ where, expression }) => {
      const problem = selectorProblem(expression);
      return problem === undefined ? [] : [`${where}: ${problem}`];
    });
    return wrong[0] === undefined ? undefined : { key: "readings", problem: wrong[0] };
  },

  async read({ baseUrl, apiKey, settings }, { http, signal, now, explain }) {
    const { from, readings } = settings;
    const source = SOURCES[from];
    const at = settings.path ?? source.path;
    const asking = { url: `${baseUrl}${at}`, bearer: apiKey, http, signal, now };
    const values = await source.ask(questionsOf(readings), asking);
    if (explain !== undefined) for (const trace of tracesOf(readings, values, at)) explain(trace);
    return { readings: readings.map((rule) => toReading(rule, values, now)), metered: true };
  },
});
