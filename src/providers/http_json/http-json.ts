import { createEvaluator } from "../../mapping/evaluator.ts";
import { MAPPING_SHAPE, unknownPlaceholders } from "../../mapping/mapping.ts";
import { readMapped } from "../mapped.ts";
import { keyHeaderOf } from "../mapped-request.ts";
import { defineProvider } from "../provider.ts";

/** One process for all accounts, from the first read on. */
const evaluator = createEvaluator();

export const httpJson = defineProvider({
  id: "http_json",
  title: "Any JSON API",
  baseUrl: undefined,
  credential: "optional_api_key",
  environment: {},
  floorSeconds: 1,
  settings: MAPPING_SHAPE,
  settingsProblem(settings) {
    const [first] = unknownPlaceholders(settings);
    if (first === undefined) return undefined;
    return {
      key: "request",
      problem: `nothing fills {${first}}; name it under variables, or set it in a step of before`,
    };
  },
  keyHeader: keyHeaderOf,
  mapping: (settings) => settings,

  read: ({ baseUrl, apiKey, settings }, context) =>
    readMapped({ baseUrl, apiKey, mapping: settings, variables: settings.variables ?? {}, evaluator }, context),
});
