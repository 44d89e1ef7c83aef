import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { alertmanagerFinding } from "../../src/cli/doctor-network.ts";
import type { Alertmanager } from "../../src/config/config.ts";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { Secret } from "../../src/secret.ts";
import { type Certificates, makeCertificates } from "../support/certificates.ts";

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
