import { describe, expect, it } from "vitest";
import { defineProvider } from "../../src/providers/provider.ts";
import type { AccountReading } from "../../src/quota/reading.ts";
import { NO_HTTP } from "../poller/accounts.ts";
import { load, problemsOf } from "./config-directory.ts";

const FILE = "accounts: [{ name: a, provider: acme, api_key_env: ACME_KEY, models: [one, ' two '] }]\n";

function acme(answer: AccountReading) {
  const environment = { apiKey: ["ACME_KEY"] };
  const facts = { id: "acme", title: "Acme", baseUrl: "https://api.acme.test", floorSeconds: 60 };
  return defineProvider({ ...facts, credential: "api_key", environment, read: async () => answer });
}

async function modelsOf(text: string, answer: AccountReading) {
  const { accounts } = await load(text, { providers: [acme(answer)] });
  const signal = AbortSignal.timeout(5000);
  return (await accounts[0]?.read({ http: NO_HTTP, signal, now: new Date() }))?.models;
}

describe("the models of an account", () => {
  const silent: AccountReading = { readings: [], metered: true };

  it("are those of the config where the provider lists none", async () => {
    expect(await modelsOf(FILE, silent)).toEqual(["one", "two"]);
  });

  it.each([
    ["some", ["three"]],
    ["an empty list", []],
  ])("are those of the provider where it tells %s", async (_what, models) => {
    expect(await modelsOf(FILE, { ...silent, models })).toEqual(models);
  });

  it("are unknown where nobody tells them", async () => {
    expect(await modelsOf(FILE.replace(", models: [one, ' two ']", ""), silent)).toBeUndefined();
  });

  it("make another account of one whose list was changed", async () => {
    const [before] = (await load(FILE)).accounts;
    const [after] = (await load(FILE.replace("one", "three"))).accounts;

    expect(after?.definition).not.toBe(before?.definition);
  });

  it.each([
    ["one", "needs a list, not text"],
    ["[]", "needs at least 1"],
    ["[7]", 'needs text, not a number; put it in "quotes"'],
    ['[""]', "is empty; needs text"],
  ])("are refused as %s", async (models, problem) => {
    const lines = await problemsOf(FILE.replace("[one, ' two ']", models));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(problem);
  });
});
