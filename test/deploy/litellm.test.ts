import { readFile } from "node:fs/promises";
import { load } from "js-yaml";
import { expect, it } from "vitest";

const read = (name: string) => readFile(new URL(`../../deploy/litellm/${name}`, import.meta.url), "utf8");

it("the config for LiteLLM names a callback that the file beside it has", async () => {
  const config = load(await read("litellm-config.yaml")) as {
    readonly litellm_settings: { readonly callbacks: string };
    readonly model_list: readonly { readonly model_info: { readonly quota_account: string } }[];
  };
  const [module = "", name = ""] = config.litellm_settings.callbacks.split(".");

  expect(await read(`${module}.py`)).toMatch(new RegExp(`^${name} = LlmQuotaCallback\\(\\)$`, "m"));
  expect(config.model_list.map(({ model_info }) => model_info.quota_account)).toEqual([
    "openai-team",
    "anthropic-team",
  ]);
});

it("the callback needs nothing but Python's own library", async () => {
  const imports = [...(await read("llm_quota_callback.py")).matchAll(/^(?: {4})?(?:import|from) ([\w.]+)/gm)];
  const names = imports.map(([, name = ""]) => name).filter((name) => !name.startsWith("litellm."));

  expect(names).toEqual([
    ...["__future__", "atexit", "collections", "datetime", "http.client", "json", "logging", "os", "re", "threading"],
    ...["urllib.error", "urllib.request"],
  ]);
});
