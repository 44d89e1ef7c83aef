import nock from "nock";
import { describe, expect, it } from "vitest";
import type { Provider } from "../../src/providers/provider.ts";
import { readAccount } from "./read-account.ts";

type Headers = Readonly<Record<string, string>>;

/** A provider of which only headers tell, as one of its accounts meets it. */
interface HeaderAccount {
  readonly provider: Provider;
  /** With the path of `base_url`. */
  readonly root: string;
  /** The header of the key, and what stands in it. */
  readonly credential: readonly [name: string, value: string];
  readonly list: { readonly path: string; readonly answer: object; readonly models?: readonly string[] };
  readonly completion: { readonly path: string; readonly answer: object; readonly asked: object };
  /** What turns the probe on, and the key without which it is refused. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly needs: string;
  readonly cost: { readonly model: string; readonly inputTokens: number; readonly outputTokens: number };
  /** Of a good answer, and what they tell. */
  readonly headers: Headers;
  readonly readings: readonly object[];
}

interface Answer {
  readonly status?: number;
  readonly body?: object;
  readonly headers?: Headers;
}

/** Answers and reads for the tests of one provider. */
export function headerAccount({ provider, root, credential, list, completion, settings }: HeaderAccount) {
  const { origin, pathname } = new URL(root);
  const below = pathname === "/" ? "" : pathname;
  const api = () => nock(origin, { reqheaders: { [credential[0]]: credential[1] } });
  return {
    answerList: ({ status = 200, body = list.answer, headers = {} }: Answer = {}) =>
      api().get(`${below}${list.path}`).reply(status, body, headers),
    answerProbe: ({ status = 200, body = completion.answer, headers = {} }: Answer = {}) =>
      api()
        .post(`${below}${completion.path}`, JSON.parse(JSON.stringify(completion.asked)))
        .reply(status, body, headers),
    read: (over: object = {}) => readAccount({ ...provider, baseUrl: root }, "invented-key", over),
    probe: (over: object = {}) => readAccount({ ...provider, baseUrl: root }, "invented-key", { ...settings, ...over }),
  };
}

/** The cases that hold for every one of them. */
export function describeHeaderAccount(account: HeaderAccount): void {
  const { provider, list, settings, needs, cost, headers, readings } = account;
  const { answerList, answerProbe, read, probe } = headerAccount(account);
  const models = list.models === undefined ? {} : { models: list.models };
  const told = (source: string) => readings.map((reading) => ({ ...reading, source }));
  /** Of the probed model, which a free answer does not name. */
  const ofModel = (found: readonly object[]) => found.map((reading) => ({ ...reading, models: [cost.model] }));

  describe(`${provider.id} without a probe`, () => {
    it("proves its key by a free call, and tells no limit that no header told", async () => {
      answerList();

      expect(await read()).toEqual({ metered: true, readings: [], ...models });
    });

    it("never asks for a token, also where the config knows what to ask", async () => {
      answerList();
      const asked = answerProbe();

      await read({ ...settings, probe: false });

      expect(asked.isDone()).toBe(false);
      nock.cleanAll();
    });

    it("reads the headers of the free call, should there be any", async () => {
      answerList({ headers });

      expect((await read()).readings).toEqual(told("headers"));
    });
  });

  describe(`${provider.id} with a probe`, () => {
    it("asks the model of the config for one token, and tells what that cost", async () => {
      answerList();
      answerProbe({ headers });

      expect(await probe()).toEqual({
        metered: true,
        ...models,
        readings: ofModel(told("probe")),
        probe: { ...cost, latencyMs: expect.any(Number) },
      });
    });

    it.each([{ usage: null }, { usage: undefined }, { usage: {} }])(
      "tells no cost that the answer does not tell: %o",
      async (over) => {
        answerList();
        answerProbe({ body: { ...account.completion.answer, ...over }, headers });

        expect(await probe()).toEqual({ metered: true, ...models, readings: ofModel(told("probe")) });
      },
    );

    it("takes a refusal whose headers tell what is left for an answer, with the wait that it asks for", async () => {
      answerList();
      answerProbe({ status: 429, body: {}, headers: { ...headers, "retry-after": "7" } });

      expect(await probe()).toEqual({
        metered: true,
        ...models,
        readings: ofModel(told("probe")),
        retryAfterSeconds: 7,
      });
    });

    it.each<[status: number, reason: string]>([
      [401, "auth"],
      [402, "not_entitled"],
      [404, "client"],
      [429, "rate_limited"],
      [500, "server"],
      [503, "server"],
    ])("fails with a %i of the probe as %s", async (status, reason) => {
      answerList();
      answerProbe({ status, body: { error: { message: "No." } } });

      await expect(probe()).rejects.toMatchObject({ reason, status });
    });

    it("takes a page of a firewall with status 403 for no verdict on the key", async () => {
      const { origin, pathname } = new URL(account.root);
      const path = `${pathname === "/" ? "" : pathname}${list.path}`;
      nock(origin).get(path).reply(403, "<!doctype html><title>Blocked</title>", { "content-type": "text/html" });

      await expect(probe()).rejects.toMatchObject({
        reason: "rate_limited",
        message: expect.stringContaining("says nothing of the key"),
      });
    });

    it("asks for no token after a refused free call", async () => {
      answerList({ status: 429, body: {}, headers: { ...headers, "retry-after": "9" } });

      expect(await probe()).toEqual({ metered: true, readings: told("headers"), retryAfterSeconds: 9 });
    });

    it("is refused at start without what to ask", () => {
      const { [needs]: _, ...rest } = settings;
      const connect = (given: object) => provider.connect({ baseUrl: account.root, apiKey: undefined }, given);

      expect(() => connect(rest)).toThrow(
        expect.objectContaining({
          issues: [
            expect.objectContaining({ path: [needs], message: expect.stringContaining("because probe is true") }),
          ],
        }),
      );
      expect(() => connect({ ...settings, probe: "true" })).toThrow(/boolean/);
    });
  });
}
