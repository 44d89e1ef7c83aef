import { z } from "zod";
import { AUTHORIZATION, file, hasOneCredential, ONE_CREDENTIAL } from "./authorization.ts";
import { baseUrl, duration, scalar } from "./scalars.ts";

const MINUTE = 60;

const alertingMode = scalar<"rules" | "push" | "off">({ enum: ["rules", "push", "off"] }, (input) =>
  input === "rules" || input === "push" || input === "off"
    ? { value: input }
    : { problem: 'needs "rules", "push" or "off"' },
);

const TARGET = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):([0-9]{1,5})$/;

const target = scalar({ type: "string", pattern: TARGET.source }, (input) => {
  const port = Number(TARGET.exec(typeof input === "string" ? input : "")?.[2]);
  // Some that look like it are no address, such as 1.2.3.4.5 or [::::].
  if (typeof input === "string" && port > 0 && port <= 65_535 && URL.canParse(`http://${input}`))
    return { value: input };
  const isUrl = typeof input === "string" && /^https?:/i.test(input);
  return {
    problem: isUrl
      ? "needs host:port alone; the scheme goes into scheme, a path into path_prefix"
      : 'needs host:port, such as alertmanager:9093 or "[::1]:9093" (in quotes)',
  };
});

const PREFIX = /^\/(?:[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*\/?)?$/;

const pathPrefix = scalar({ type: "string", pattern: PREFIX.source }, (input) => {
  if (typeof input === "string" && PREFIX.test(input)) return { value: input.replace(/\/$/, "") };
  return { problem: "needs a path that begins with a slash, such as /alertmanager, without query or fragment" };
});

const alertmanager = z
  .strictObject({
    static_configs: z
      .array(z.strictObject({ targets: z.array(target).min(1).meta({ description: "each `host:port`" }) }))
      .min(1)
      .meta({
        description: "a list of `targets: [HOST:PORT, …]`. Every one is told every alert: name all of a cluster",
      }),
    scheme: z.enum(["http", "https"]).prefault("http").meta({ description: "`http` or `https`" }),
    path_prefix: pathPrefix.prefault("/").meta({ description: "what stands before `/api/v2/alerts`" }),
    timeout: duration(0.1, 5 * MINUTE)
      .prefault("10s")
      .meta({ description: "deadline of one call" }),
    api_version: z.literal("v2").optional().meta({ description: "`v2`, the only one there is" }),
    ...AUTHORIZATION,
    tls_config: z
      .strictObject({
        ca_file: file("the certificates to trust, instead of those that Node.js brings").optional(),
        cert_file: file("our certificate, where the Alertmanager asks for one").optional(),
        key_file: file("its key, without a passphrase").optional(),
        server_name: z
          .string()
          .min(1)
          .optional()
          .meta({ absent: "the host", description: "the name that the certificate of the Alertmanager has to hold" }),
        insecure_skip_verify: z
          .boolean()
          .prefault(false)
          .meta({ description: "`true` takes any certificate, and with it anybody on the way" }),
        min_version: z
          .enum(["TLS12", "TLS13"])
          .prefault("TLS12")
          .meta({ description: "least version of TLS: `TLS12` or `TLS13`" }),
      })
      .refine((tls) => (tls.cert_file === undefined) === (tls.key_file === undefined), {
        message: "needs cert_file and key_file together",
      })
      .optional()
      .meta({
        description:
          "`ca_file`, `cert_file` with `key_file`, `server_name`, `min_version` (`TLS12`, `TLS13`), `insecure_skip_verify`",
      }),
  })
  .refine(hasOneCredential, { message: ONE_CREDENTIAL })
  .refine(({ scheme, tls_config }) => scheme === "https" || tls_config === undefined, {
    message: "means nothing without scheme: https",
    path: ["tls_config"],
  });

/** Who tells Alertmanager, and how. The names of `alertmanagers` are those of Prometheus. */
export const alerting = z
  .strictObject({
    mode: alertingMode.prefault("rules").meta({
      description:
        "`rules`: Prometheus evaluates the shipped rules and pages. `push`: the daemon tells Alertmanager itself. `off`: nobody alerts",
    }),
    alertmanagers: z.array(alertmanager).min(1).optional().meta({
      absent: "none",
      description: "those that `push` tells, [below](#alertmanagers)",
    }),
    resend_interval: duration(1, 60 * MINUTE)
      .prefault("1m")
      .meta({
        description:
          "push: time between two sends of an alert that fires. Alertmanager ends an alert of which it hears nothing for four of them",
      }),
    runbook_base: baseUrl.optional().meta({
      absent: "`docs/alerts.md`",
      description: "where you publish `docs/alerts.md`: the beginning of `runbook_url` in alerts",
    }),
    dashboard_base: baseUrl.optional().meta({
      absent: "none, `dashboard_url` is a path",
      description: "your Grafana: the beginning of `dashboard_url` in alerts",
    }),
  })
  .refine(({ mode, alertmanagers }) => mode !== "push" || alertmanagers !== undefined, {
    message: "push needs alertmanagers: name at least one",
    path: ["mode"],
  })
  .refine(({ alertmanagers }) => isEachOnce(alertmanagers ?? []), {
    message: "a target stands here twice; name each once",
    path: ["alertmanagers"],
  });

export type AlertmanagerSettings = z.infer<typeof alertmanager>;

/** Where each target takes alerts, without scheme: `host:port` and the prefix. */
export const addressesOf = ({ static_configs, path_prefix }: AlertmanagerSettings): readonly string[] =>
  static_configs.flatMap(({ targets }) => targets.map((one) => `${one}${path_prefix}`));

function isEachOnce(all: readonly AlertmanagerSettings[]): boolean {
  const addresses = all.flatMap(addressesOf);
  return new Set(addresses).size === addresses.length;
}
