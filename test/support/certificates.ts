import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly ca: Pair;
  readonly otherCa: Pair;
  /** For 127.0.0.1 and alertmanager.test, signed by `ca`. */
  readonly server: Pair;
  /** For alertmanager.test alone. */
  readonly named: Pair;
  readonly expired: Pair;
  readonly selfSigned: Pair;
  readonly client: Pair;
}

const run = promisify(execFile);
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Made anew by the program openssl, so that no private key stands in the repository and none expires. */
export async function makeCertificates(): Promise<Certificates> {
  const directory = await mkdtemp(join(tmpdir(), "certificates-"));
  const openssl = (...args: readonly string[]) => run("openssl", args, { cwd: directory });
  const pair = async (name: string): Promise<Pair> => ({
    cert: await readFile(join(directory, `${name}.pem`), "utf8"),
    key: await readFile(join(directory, `${name}.key`), "utf8"),
  });
  const authority = async (name: string) => {
    const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
    await openssl("req", "-x509", ...KEY, ...files, "-days", "2", "-subj", `/CN=${name}`);
    return pair(name);
  };
  const signed = async (name: string, names: string, days = "2") => {
    const files = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
    await openssl("req", ...KEY, ...files, "-subj", `/CN=${name}`, "-addext", `subjectAltName=${names}`);
    const signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-copy_extensions", "copy"];
    await openssl("x509", "-req", "-in", `${name}.csr`, ...signing, "-days", days, "-out", `${name}.pem`);
    return pair(name);
  };
  try {
    return {
      ca: await authority("ca"),
      otherCa: await authority("other"),
      selfSigned: await authority("self"),
      server: await signed("server", "IP:127.0.0.1,DNS:alertmanager.test"),
      named: await signed("named", "DNS:alertmanager.test"),
      expired: await signed("expired", "IP:127.0.0.1", "-1"),
      client: await signed("client", "DNS:client.test"),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}
