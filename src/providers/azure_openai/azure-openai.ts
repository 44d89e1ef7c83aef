import { z } from "zod";
import { Completion } from "../completion.ts";
import { oneToken, readHeaders, understandingBuckets } from "../header-provider.ts";
import type { KnownBuckets } from "../header-readings.ts";
import { defineProvider } from "../provider.ts";
import { AZURE_SETTINGS, probeProblem } from "./settings.ts";

const known: KnownBuckets = { requests: "minute", tokens: "minute" };
const keyHeader = "api-key";

/** What could be deployed, not what is: the names of deployments, which calls go by, are not told. */
const List = z.object({ data: z.array(z.unknown()) }).transform(() => ({}));

// https://learn.microsoft.com/azure/ai-foundry/openai/quotas-limits and headers that others recorded, read 2026-11-21. Resets
// are whole seconds; an amount below 0, with a 0 beside it, is one that Azure does not know.
export const azureOpenai = defineProvider({
  ...{
    id: "azure_openai",
    title: "Azure OpenAI",
    baseUrl: undefined,
    credential: "api_key",
    keyHeader,
    floorSeconds: 60,
  },
  environment: { apiKey: ["AZURE_OPENAI_API_KEY"], baseUrl: ["AZURE_OPENAI_ENDPOINT"] },
  understand: understandingBuckets(known),
  settings: AZURE_SETTINGS,
  settingsProblem: probeProblem,

  read(account, context) {
    const { probe: isProbed, deployment: model, api_version } = account.settings;
    const pathTo = (what: string) => `/openai/${what}?api-version=${api_version}`;
    const check = { path: pathTo("models"), schema: List };
    const common = { check, known, perModel: true, keyHeader } as const;
    if (!isProbed || model === undefined) return readHeaders(account, common, context);
    const path = pathTo(`deployments/${model}/chat/completions`);
    const probe = { ...oneToken(model, "max_completion_tokens"), path, schema: Completion, model };
    return readHeaders(account, { ...common, probe }, context);
  },
});
