import { once } from "node:events";
import { createServer, type ServerOptions } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import type { TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createPostClient, type TlsOptions } from "../../src/http/post-client.ts";
import { UpstreamError } from "../../src/http/upstream-error.ts";
import { Secret } from "../../src/secret.ts";
import { type Certificates, makeCertificates } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { neverAnswer, type Respond, startServer } from "../support/json-server.ts";

const CREDENTIAL = "s3cr3t-canary";
/** Long enough for the slowest machine, where no time is to pass. */
const PATIENT = 60_000;

function client(tls?: TlsOptions) {
  const made = createPostClient({ userAgent: "llm-quota-exporter/test", tls });
  onTestFinished(() => made.close());
  return made;
}

function post(
  url: string,
  over: { tls?: TlsOptions | undefined; authorization?: Secret; timeoutMs?: number; signal?: AbortSignal } = {},
) {
  const { tls, authorization, timeoutMs = PATIENT, signal = AbortSignal.timeout(timeoutMs) } = over;
  return client(tls).post({ url: `${url}/api/v2/alerts`, body: "[]", authorization, signal });
}

async function failureOf(call: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UpstreamError);
  return error as UpstreamError;
}

const answer =
  (status: number, body = "", headers: Record<string, string> = {}): Respond =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

describe("a message", () => {
  it("is posted as JSON, with who sends it", async () => {
    await using server = await startServer(answer(200));

    await post(server.url, { authorization: new Secret(`Bearer ${CREDENTIAL}`) });

    expect(server.requests).toMatchObject([
      {
        method: "POST",
        path: "/api/v2/alerts",
        body: "[]",
        headers: {
          "content-type": "application/json",
          "user-agent": "llm-quota-exporter/test",
          authorization: `Bearer ${CREDENTIAL}`,
        },
      },
    ]);
  });

  it.each([200, 202, 204, 400, 404, 413, 422, 500, 503])("that is answered with %i tells so", async (status) => {
    await using server = await startServer(answer(status, status === 204 ? "" : " why\r\nnot "));

    expect(await post(server.url)).toMatchObject({ status, text: status === 204 ? "" : "why not" });
    expect(server.requests).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])("follows no redirect: %i is the answer", async (status) => {
    await using other = await startServer(answer(200));
    await using server = await startServer(answer(status, "", { location: `${other.url}/elsewhere` }));

    expect(await post(server.url, { authorization: new Secret(`Bearer ${CREDENTIAL}`) })).toMatchObject({ status });
    expect(other.requests).toEqual([]);
  });

  it.each([
    ["as told", "Sun, 22 Nov 2026 12:00:00 GMT", new Date("2026-11-22T12:00:00.000Z")],
    ["as no time", "soon", undefined],
  ])("gets the clock of the other side %s", async (_, date, expected) => {
    await using server = await startServer(answer(200, "", { date }));

    expect((await post(server.url)).date).toEqual(expected);
  });

  it("gets no clock where none is told", async () => {
    await using server = await startServer((_request, response) => {
      response.sendDate = false;
      response.writeHead(200).end();
    });

    expect((await post(server.url)).date).toBeUndefined();
  });

  it("tells of a long answer only how it begins", async () => {
    await using server = await startServer(answer(500, "x".repeat(100_000)));

    expect((await post(server.url)).text).toBe("x".repeat(300));
  });

  it("does not read an endless answer to its end, which never comes", async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write("endless ".repeat(1000)));
      };
      response.on("drain", more);
      more();
    });

    expect((await post(server.url)).text).toMatch(/^(endless )+/);
  });

  it.each<[string, Secret]>([
    ["a bearer token", new Secret(`Bearer ${CREDENTIAL}`)],
    ["a credential with spaces", new Secret(`Token id=1 ${CREDENTIAL}`)],
    ["a password", new Secret(`Basic ${Buffer.from(`me:${CREDENTIAL}`).toString("base64")}`)],
  ])("shows nothing of %s that the other side sends back", async (_, authorization) => {
    await using server = await startServer(({ headers }, response) => {
      response.writeHead(401).end(`${headers.authorization} twice: ${headers.authorization}`);
    });

    const { text } = await post(server.url, { authorization });

    expect(text).toBe(
      `${authorization.reveal().split(" ")[0]} [secret] twice: ${authorization.reveal().split(" ")[0]} [secret]`,
    );
  });
});

describe("a message without an answer", () => {
  it.each<[string, Respond]>([
    ["never comes", neverAnswer],
    ["stops after its headers", (_request, response) => void response.writeHead(200).flushHeaders()],
    ["stops in its body", (_request, response) => void response.writeHead(200).write("begun")],
  ])("in time fails when it %s", async (_, respond) => {
    await using server = await startServer(respond);

    const failure = await failureOf(post(server.url, { timeoutMs: 300 }));

    expect([failure.reason, failure.message]).toEqual([
      "timeout",
      `POST ${new URL(server.url).host}/api/v2/alerts gave no answer in time`,
    ]);
  });

  it("ends with the reason of whoever stops it", async () => {
    await using server = await startServer(neverAnswer);
    const stopping = new AbortController();
    const call = post(server.url, { signal: stopping.signal });
    stopping.abort(new Error("the daemon is stopping"));

    await expect(call).rejects.toThrow("the daemon is stopping");
  });

  it("fails when nobody listens", async () => {
    const failure = await failureOf(post(`http://127.0.0.1:${await freePort()}`));

    expect([failure.reason, failure.message]).toEqual(["network", expect.stringContaining("connection refused")]);
  });

  it("fails when the connection breaks, and is not repeated", async () => {
    await using server = await startServer((_request, response) => response.destroy());

    const failure = await failureOf(post(server.url, { authorization: new Secret(`Bearer ${CREDENTIAL}`) }));

    expect(failure.reason).toBe("network");
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(CREDENTIAL);
    expect(server.requests).toHaveLength(1);
  });

  it("fails when the answer is no HTTP", async () => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", () => socket.end(`${CREDENTIAL}\r\n\r\n`));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");

    const failure = await failureOf(post(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

    expect(failure.reason).toBe("malformed");
    expect(inspect(failure, { depth: 9 })).not.toContain(CREDENTIAL);
  });
});

describe("over TLS", () => {
  let made: Certificates;
  beforeAll(async () => {
    made = await makeCertificates();
  }, 60_000);

  /** Answers with the name in the certificate that the client showed, and with the version of TLS. */
  async function startTls(options: ServerOptions): Promise<string> {
    const server = createServer(options, (request, response) => {
      const socket = request.socket as TLSSocket;
      response.end(`${socket.getPeerCertificate().subject?.CN ?? "nobody"} ${socket.getProtocol()}`);
    });
    // Handshakes that fail are what some of the tests are about.
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const tls = (over: Partial<TlsOptions> = {}): TlsOptions => ({
    isVerified: true,
    leastVersion: "TLSv1.2",
    ca: made.ca.cert,
    ...over,
  });
  const mutual = () => ({ ...made.server, ca: made.ca.cert, requestCert: true, rejectUnauthorized: true });

  it("trusts the authority that it is given", async () => {
    expect(await post(await startTls(made.server), { tls: tls() })).toMatchObject({
      status: 200,
      text: "nobody TLSv1.3",
    });
  });

  it("trusts a self-signed certificate that it is given", async () => {
    const failure = await failureOf(post(await startTls(made.selfSigned), { tls: tls({ ca: made.selfSigned.cert }) }));

    // Trusted, but for another name.
    expect(failure.message).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("shows its own certificate to who asks for one", async () => {
    const { cert, key } = made.client;

    expect(await post(await startTls(mutual()), { tls: tls({ cert, key: new Secret(key) }) })).toMatchObject({
      text: "client TLSv1.3",
    });
  });

  it("takes the name that the certificate has to hold", async () => {
    const url = await startTls(made.named);

    expect(await post(url, { tls: tls({ serverName: "alertmanager.test" }) })).toMatchObject({ status: 200 });
    expect((await failureOf(post(url, { tls: tls() }))).message).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    expect((await failureOf(post(url, { tls: tls({ serverName: "other.test" }) }))).message).toContain(
      "ERR_TLS_CERT_ALTNAME_INVALID",
    );
  });

  it("takes any certificate when it is told not to look", async () => {
    expect(
      await post(await startTls(made.expired), { tls: { isVerified: false, leastVersion: "TLSv1.2" } }),
    ).toMatchObject({ status: 200 });
  });

  it.each<[string, () => ServerOptions, () => TlsOptions | undefined, RegExp]>([
    ["of an authority that nobody knows", () => made.server, () => undefined, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/],
    [
      "of another authority",
      () => made.server,
      () => tls({ ca: made.otherCa.cert }),
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
    ],
    ["that signs itself", () => made.selfSigned, () => tls(), /DEPTH_ZERO_SELF_SIGNED_CERT/],
    ["that has expired", () => made.expired, () => tls(), /CERT_HAS_EXPIRED/],
  ])("refuses a certificate %s", async (_, options, ours, message) => {
    const failure = await failureOf(post(await startTls(options()), { tls: ours() }));

    expect(failure.reason).toBe("network");
    expect(failure.message).toMatch(message);
  });

  it.each<[string, () => ServerOptions, () => TlsOptions]>([
    ["wants a certificate that it does not have", mutual, () => tls()],
    [
      "wants one of its own authority",
      mutual,
      () => tls({ cert: made.selfSigned.cert, key: new Secret(made.selfSigned.key) }),
    ],
    [
      "speaks only an older TLS",
      () => ({ ...made.server, maxVersion: "TLSv1.2" }),
      () => tls({ leastVersion: "TLSv1.3" }),
    ],
  ])("fails where the other side %s", async (_, options, ours) => {
    const failure = await failureOf(post(await startTls(options()), { tls: ours() }));

    expect(failure.reason).toBe("network");
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain("PRIVATE KEY");
  });

  it("fails where there is none", async () => {
    await using server = await startServer(answer(200));

    const failure = await failureOf(post(server.url.replace("http:", "https:"), { tls: tls() }));

    expect(failure.reason).toBe("network");
  });

  it("fails in words, and not the process, with a key that cannot be used", async () => {
    const broken = tls({ cert: made.client.cert, key: new Secret(made.server.key) });

    const failure = await failureOf(post(await startTls(made.server), { tls: broken }));

    expect(failure.reason).toBe("network");
  });
});
