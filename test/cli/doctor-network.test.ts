import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { alertmanagerFinding, listenFinding, peerFinding } from "../../src/cli/doctor-network.ts";
import type { Alertmanager } from "../../src/config/config.ts";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { Secret } from "../../src/secret.ts";
import { type Certificates, makeCertificates } from "../support/certificates.ts";
import { sendJson, startServer } from "../support/json-server.ts";

let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
});

/** What the doctor finds at an Alertmanager behind TLS that asks for a credential, when it is given this authority. */
async function findingWith(ca: string, credential: string) {
  const server = createServer(certificates.server, ({ headers }, response) => {
    const isAllowed = headers.authorization === "Bearer right";
    response.writeHead(isAllowed ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify({ versionInfo: { version: "0.25.0" }, cluster: { status: "settling" } }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const name = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tls = { ca, isVerified: true, leastVersion: "TLSv1.2" } as const;
  const target: Alertmanager = {
    name,
    url: `https://${name}/api/v2/alerts`,
    timeoutSeconds: 60,
    tls,
    definition: "",
    authorization: async () => ({ header: new Secret(`Bearer ${credential}`) }),
  };
  const http = createHttpClient({ userAgent: "llm-quota-exporter/test", tls });
  onTestFinished(() => http.close());
  return alertmanagerFinding(target, http, new AbortController().signal);
}

it("an Alertmanager is asked with the authority and the credential of the config", async () => {
  expect(await findingWith(certificates.ca.cert, "right")).toEqual({
    verdict: "warn",
    finding: "version 0.25.0 answers, cluster settling",
    mend: "wait until its cluster has settled: notifications wait for that too",
  });
});

it("an Alertmanager that takes another credential, or has another authority, is a failure without the credential in it", async () => {
  const [refused, untrusted] = [
    await findingWith(certificates.ca.cert, "wrong-canary"),
    await findingWith(certificates.otherCa.cert, "right"),
  ];

  expect(refused).toMatchObject({ verdict: "fail", finding: expect.stringMatching(/ answered 401/) });
  expect(untrusted).toMatchObject({ verdict: "fail", finding: expect.stringMatching(/ failed: \S*(CERT|SIGNATURE)/) });
  expect(JSON.stringify(refused)).not.toContain("canary");
});

it("a daemon of ours is asked with the token of the config, and one that does not take it is told apart", async () => {
  const document = { generated_at: "2026-11-21T23:00:00.000Z", accounts: [] };
  await using daemon = await startServer(({ headers }, response) =>
    sendJson(response, document, headers.authorization === "Bearer planted-0123456789" ? 200 : 401),
  );
  const { hostname: host, port } = new URL(daemon.url);
  const address = { host, port: Number(port) };
  const [right, wrong] = [new Secret("planted-0123456789"), new Secret("planted-9876543210")];

  expect(await listenFinding(address, right)).toEqual({
    verdict: "ok",
    finding: `a daemon of ours answers at ${daemon.url}`,
  });
  expect(await listenFinding(address, wrong)).toEqual({
    verdict: "warn",
    finding: `whoever answers at ${daemon.url} does not take the token of the config`,
    mend: "restart the daemon, or stop it",
  });
  expect(await peerFinding(daemon.url, right)).toEqual({ verdict: "ok", finding: "answers" });
  expect(await peerFinding(daemon.url)).toEqual({
    verdict: "warn",
    finding: "does not take our token",
    mend: "give both daemons the same token in web.token_file or web.token_env",
  });
});
