import { z } from "zod";
import { inlineEvaluator } from "../mapping/evaluator.ts";
import { type Mapping, type MappingText, mapping as mappingSchema } from "../mapping/mapping.ts";
import { readMapped } from "./mapped.ts";
import { keyHeaderOf } from "./mapped-request.ts";
import { defineProvider, type Provider } from "./provider.ts";

interface Variable {
  readonly about: string;
  readonly isNeeded?: true;
  /** The values that it may have. */
  readonly choices?: readonly string[];
  /** Other placeholders that are filled once an account has this setting. */
  readonly fills?: Readonly<Record<string, string>>;
}

/** A provider whose API a mapping can describe: data alone, in the words of a config. */
export interface Preset
  extends Pick<
    Provider,
    "id" | "title" | "baseUrl" | "otherHosts" | "environment" | "keyPrefixes" | "floorSeconds" | "staleAfterSeconds"
  > {
  /** Settings of an account that fill placeholders. */
  readonly variables?: Readonly<Record<string, Variable>>;
  readonly mapping: MappingText;
}

/** What stands in a path, a query or a header of ours. */
const VARIABLE = z
  .string()
  .trim()
  .regex(/^[\w@:+~-][\w.@:+~-]{0,199}$/, "needs a name or an id of at most 200 letters, digits and . _ @ : + ~ -");

export function definePreset({ mapping: text, variables = {}, ...facts }: Preset): Provider {
  let parsed: Mapping | undefined;
  const mapping = () => {
    parsed ??= mappingSchema.parse(text);
    return parsed;
  };
  const shape = Object.fromEntries(
    Object.entries(variables).map(([name, { about, isNeeded, choices }]) => {
      const value = choices === undefined ? VARIABLE : z.enum(choices);
      return [name, (isNeeded ? value : value.optional()).meta({ description: about })];
    }),
  );
  /** What the settings of an account fill. */
  const filledBy = (settings: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> => {
    const given = Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return Object.assign({}, ...given.map(([name]) => variables[name]?.fills), Object.fromEntries(given));
  };
  return defineProvider({
    ...facts,
    credential: "api_key",
    hasOwnApi: true,
    settings: shape,
    keyHeader: () => keyHeaderOf(mapping()),
    mapping: (settings) => ({ ...mapping(), variables: filledBy(settings) }),

    // Its expressions are ours: they come to an end, and need no process of their own.
    read: ({ baseUrl, apiKey, settings }, context) =>
      readMapped(
        { baseUrl, apiKey, mapping: mapping(), variables: filledBy(settings), evaluator: inlineEvaluator },
        context,
      ),
  });
}
