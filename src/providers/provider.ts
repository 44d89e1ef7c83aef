import { z } from "zod";
import type { HttpClient } from "../http/client.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { Trace } from "../mapping/trace.ts";
import type { Observation, Refusal } from "../quota/observation.ts";
import type { AccountReading, Reading } from "../quota/reading.ts";
import type { Secret } from "../secret.ts";

/** What an adapter may use during one read. */
export interface ReadContext {
  readonly http: HttpClient;
  /** Carries the deadline of the read and the shutdown of the daemon. */
  readonly signal: AbortSignal;
  /** The time of this read: the `readAt` of everything it returns. */
  readonly now: Date;
  /** Hears what each expression of a mapping finds, where somebody wants to know. */
  readonly explain?: (trace: Trace) => void;
}

/** Reads every quota of one account, or throws an `UpstreamError`. Never returns part of the truth. */
export type ReadAccount = (context: ReadContext) => Promise<AccountReading>;

/** What every account has after its config was checked. */
export interface Connection {
  /** An adapter gets it without a trailing slash. */
  readonly baseUrl: string;
  readonly apiKey: Secret | undefined;
}

export type CredentialKind = "api_key" | "optional_api_key" | "none" | "credentials_file";

/** What a call of live traffic says, in the words of its provider. */
export interface Understood {
  /** `source: "headers"`, `readAt` the time of the call. A quota-typed refusal is one with `refused`. */
  readonly readings: readonly Reading[];
  /** Undefined for a call that was served. */
  readonly refusal?: Refusal;
  readonly retryAfterSeconds?: number;
}

interface ProviderFacts {
  /** The config value and the `provider` label: renaming it breaks users' dashboards. */
  readonly id: string;
  readonly title: string;
  /** The root that paths are appended to; undefined where only the user can know it. */
  readonly baseUrl: string | undefined;
  /** Further hosts of the provider itself: the poll floor holds on these and on the host of `baseUrl`. */
  readonly otherHosts?: readonly string[];
  readonly credential: CredentialKind;
  /** Why the login file that a tool of this provider keeps is of no use: told to those who name it. */
  readonly noLogin?: string;
  /** Environment variables that make an account when there is no config file, the first that is set wins. */
  readonly environment: {
    readonly apiKey?: readonly string[];
    readonly baseUrl?: readonly string[];
    /** Where a value of `baseUrl` need not be a URL: the URL it means, undefined if none. */
    readonly toBaseUrl?: (value: string) => string | undefined;
  };
  /** Discovery also tries the default address, and makes an account if it answers. */
  readonly discoverAtDefault?: true;
  /**
   * How keys begin that are this provider's and nobody else's; it may have others too. A key in the account of another
   * provider is found by it, and by the longest one where several fit.
   */
  readonly keyPrefixes?: readonly string[];
  /** Least time between two reads on the provider's own hosts, in seconds. */
  readonly floorSeconds: number;
  /** Nobody else speaks as it does: that an account of it has the host of another provider is a mistake. */
  readonly hasOwnApi?: true;
  /** Where the default of `stale_after` would be wrong. */
  readonly staleAfterSeconds?: number;
}

/** What the calls to an account tell. Pure; never throws. */
type Understand = (call: Observation) => Understood;

export interface Provider extends ProviderFacts {
  /** Settings that this provider adds to those that every account takes. */
  readonly settings: z.ZodObject;
  /** The header that carries the key of an account with these settings, in lower case; `authorization` has `Bearer` before it. */
  keyHeader(settings: unknown): string;
  /** How calls to an account with these settings are understood, where that is more than what every provider's tell. */
  readonly understand?: (settings: unknown) => Understand;
  /** What describes the API of an account with these settings, where no code does. */
  readonly mapping?: (settings: unknown) => Mapping;
  /** Binds one account. `settings` must have passed `this.settings`. */
  connect(connection: Connection, settings: unknown): ReadAccount;
}

interface ProviderSpec<Shape extends z.ZodRawShape> extends ProviderFacts {
  readonly settings?: Shape;
  /** What the keys cannot say one by one: undefined when they fit together. */
  readonly settingsProblem?: (
    settings: z.infer<z.ZodObject<Shape>>,
  ) => { readonly key: keyof Shape & string; readonly problem: string } | undefined;
  /** Where it is not `authorization`: in lower case, or made from the settings. */
  readonly keyHeader?: string | ((settings: z.infer<z.ZodObject<Shape>>) => string);
  /** For those that no code reads. */
  readonly mapping?: (settings: z.infer<z.ZodObject<Shape>>) => Mapping;
  /** What a call to it tells, where that is more than what every provider's does. Pure; never throws. */
  readonly understand?: (call: Observation, settings: z.infer<z.ZodObject<Shape>>) => Understood;
  read(
    account: Connection & { readonly settings: z.infer<z.ZodObject<Shape>> },
    context: ReadContext,
  ): Promise<AccountReading>;
}

/** Makes a `Provider` from its facts and its one method; the settings type disappears inside. */
export function defineProvider<Shape extends z.ZodRawShape>(spec: ProviderSpec<Shape>): Provider {
  const { read, settings: shape, settingsProblem, keyHeader = "authorization", understand, mapping, ...facts } = spec;
  const settings = z.strictObject(shape ?? ({} as Shape)).superRefine((values, context) => {
    const found = settingsProblem?.(values);
    if (found !== undefined) context.addIssue({ code: "custom", path: [found.key], message: found.problem });
  });
  return {
    ...facts,
    settings,
    keyHeader: (raw) => (typeof keyHeader === "string" ? keyHeader : keyHeader(settings.parse(raw))),
    ...(understand !== undefined && {
      understand: (raw) => {
        const values = settings.parse(raw);
        return (call) => understand(call, values);
      },
    }),
    ...(mapping !== undefined && { mapping: (raw) => mapping(settings.parse(raw)) }),
    connect(connection, raw) {
      const baseUrl = connection.baseUrl.replace(/\/+$/, "");
      const account = { ...connection, baseUrl, settings: settings.parse(raw) };
      return (context) => read(account, context);
    },
  };
}

/** The hosts (with port) on which the provider's poll floor holds. */
export function ownHosts(provider: Provider): readonly string[] {
  const home = provider.baseUrl === undefined ? [] : [new URL(provider.baseUrl).host];
  return [...home, ...(provider.otherHosts ?? [])];
}
