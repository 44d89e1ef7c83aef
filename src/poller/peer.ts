import type { HttpClient, JsonRequest } from "../http/client.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import type { Account } from "../quota/account.ts";
import { PEER_OUTCOME, type PeerOutcome } from "./peer-outcome.ts";

/** How one question ended. `none`: it answered, but has nothing that is wanted. `failed`: no answer, or an odd one. */
export type PeerResult = "taken" | "none" | "failed";

type AskedAccount = Pick<Account, "account" | "credential"> & { readonly definition: string };

/** Another daemon with the same accounts. */
export interface Peer {
  /**
   * What it has read of the account by itself, if that is wanted. Undefined for whatever else comes of it: the account is
   * then read here. Never rejects.
   */
  outcomeOf(
    account: AskedAccount,
    isWanted: (told: PeerOutcome) => boolean,
    stopped: AbortSignal,
  ): Promise<PeerOutcome | undefined>;
}

interface PeerOptions {
  readonly http: HttpClient;
  /** Asked at every read; undefined for no peer. */
  readonly url: () => string | undefined;
  /** Deadline of a read: to ask the peer never takes longer. */
  readonly timeoutSeconds: () => number;
  /** What a daemon of this config asks everybody for, and its peer asks us; undefined for none. */
  readonly token?: () => Promise<JsonRequest<unknown>["bearer"]>;
  /** Hears how every question ended. */
  readonly onAsked: (result: PeerResult, problem?: unknown) => void;
}

/** A peer that hangs delays a read by no more than this. */
const MOST_SECONDS = 2;

export function createPeer({ http, url, timeoutSeconds, token, onAsked }: PeerOptions): Peer {
  const ask = async (base: string, { account, definition }: AskedAccount, stopped: AbortSignal) => {
    const deadline = AbortSignal.timeout(Math.ceil(Math.min(MOST_SECONDS, timeoutSeconds()) * 1000));
    const { data } = await http.json({
      url: `${base}/api/v1/outcomes/${encodeURIComponent(account)}?definition=${encodeURIComponent(definition)}`,
      schema: PEER_OUTCOME,
      bearer: await token?.(),
      signal: AbortSignal.any([deadline, stopped]),
    });
    return data;
  };
  return {
    async outcomeOf(account, isWanted, stopped) {
      const base = url();
      // The definition names the path of a login file, not whose login lies there on the other host.
      if (base === undefined || account.credential === "login_file") return undefined;
      try {
        const told = await ask(base, account, stopped);
        const isTaken = isWanted(told);
        onAsked(isTaken ? "taken" : "none");
        return isTaken ? told : undefined;
      } catch (error) {
        if (!stopped.aborted) onAsked(...failure(error));
        return undefined;
      }
    },
  };
}

const failure = (error: unknown): [PeerResult, unknown?] =>
  error instanceof UpstreamError && error.status === 404 ? ["none"] : ["failed", error];
