import express from "express";
import { afterEach, describe, expect, it } from "vitest";
import { PEER_OUTCOME } from "../../src/poller/peer-outcome.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { type OwnOutcomeOf, peerRoute } from "../../src/server/peer-route.ts";
import { anAccount, aReading, aSnapshot, NOW } from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const OUTCOME: ReadOutcome = {
  ok: true,
  at: NOW,
  seconds: 0.25,
  answer: { readings: [aReading({ readAt: NOW })], metered: true },
};

const KNOWN = aSnapshot({ accounts: [anAccount({ account: "team a/b" }), anAccount({ account: "others" })] });

let running: Listening | undefined;
afterEach(() => running?.close());

async function serve(ownOutcomeOf: OwnOutcomeOf): Promise<Listening> {
  running = await listen(
    express().get(
      "/api/v1/outcomes/:name",
      peerRoute(ownOutcomeOf, () => KNOWN),
    ),
    {
      host: "127.0.0.1",
      port: 0,
    },
  );
  return running;
}

const knowsMain: OwnOutcomeOf = (account, definition) =>
  account === "team a/b" && definition === "d-1_" ? { ageSeconds: 12.5, outcome: OUTCOME } : undefined;

describe("the outcome of an account", () => {
  it("is told in the form that a peer takes", async () => {
    const answer = await ask(await serve(knowsMain), "/api/v1/outcomes/team%20a%2Fb?definition=d-1_");

    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    expect(PEER_OUTCOME.parse(JSON.parse(answer.body.toString()))).toEqual({ ageSeconds: 12.5, outcome: OUTCOME });
  });

  it.each([
    ["an unknown account, whose near ones are named", "/api/v1/outcomes/other?definition=d-1_", ["others"]],
    ["another definition", "/api/v1/outcomes/team%20a%2Fb?definition=d-2_", []],
    ["no definition", "/api/v1/outcomes/team%20a%2Fb", []],
    ["an empty definition", "/api/v1/outcomes/team%20a%2Fb?definition=", []],
    ["a query that is none", "/api/v1/outcomes/team%20a%2Fb?%&=&?", []],
  ])("is not there for %s", async (_, path, near) => {
    const answer = await ask(await serve(knowsMain), path);

    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
      404,
      { error: "no outcome of its own of an account of this name and definition", near },
    ]);
  });
});
