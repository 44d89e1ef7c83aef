import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { Understood } from "../providers/provider.ts";
import { type Account, keyOf } from "../quota/account.ts";
import { hasAmounts } from "../quota/amounts.ts";
import type { Observation, Refusal } from "../quota/observation.ts";
import type { Reading } from "../quota/reading.ts";
import type { Counts } from "./counts.ts";
import { modelOf, underItsModel } from "./owning-model.ts";
import { createTightest } from "./tightest.ts";

/** An account as live traffic is understood by. */
export interface ObservedAccount extends Account {
  readonly understand: (call: Observation) => Understood;
}

/** What was made of one call. */
export interface Taken extends Understood {
  /** It was served, and is in the counts of the account. */
  readonly counted: boolean;
}

export interface Intake {
  /** Learns from one call; undefined where no account has this name. Never throws. */
  take(account: string, call: Observation): Taken | undefined;
  /** Learns of these accounts from now on. */
  replace(accounts: readonly ObservedAccount[]): void;
  /** Hands on what is still waiting. */
  flush(): void;
  stop(): void;
}

interface IntakeOptions {
  readonly accounts: readonly ObservedAccount[];
  readonly counts: Pick<Counts, "add">;
  /** What is known of an account now. */
  readonly known: (account: Account) => AccountSnapshot | undefined;
  /** Takes what was learned of some quotas, at most twice a second per account. */
  readonly observed: (account: Account, readings: readonly Reading[], now: Date) => void;
  /** Hears of every call, and why it was refused if it was. */
  readonly heard?: (account: Account, refusal: Refusal | undefined) => void;
  readonly now: () => Date;
}

/** So many quotas of an account are learned from traffic: names that a sender makes up must not make series without end. */
const MOST_QUOTAS = 64;

/** What many calls tell within this time is handed on once. */
const COALESCE_MS = 500;

interface Learner {
  readonly account: ObservedAccount;
  readonly tightest: ReturnType<typeof createTightest>;
  /** By quota, the model that a long window of this name is of. At most one for each quota that there is room for. */
  readonly owners: Map<string, string>;
  /** By quota, what was told since it was last handed on. */
  readonly waiting: Map<string, Reading>;
  handedOnAt: number;
}

/** Learns from live traffic: what each call tells goes to the engine, and what it cost into the counts. */
export function createIntake({ accounts, counts, known, observed, heard, now }: IntakeOptions): Intake {
  let learners = new Map<string, Learner>();
  let timer: NodeJS.Timeout | undefined;

  const handOn = (learner: Learner) => {
    if (learner.waiting.size === 0) return;
    const readings = [...learner.waiting.values()];
    learner.waiting.clear();
    learner.handedOnAt = performance.now();
    observed(learner.account, readings, now());
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const learner of learners.values()) handOn(learner);
  };
  const learn = (learner: Learner, readings: readonly Reading[], model: string | undefined) => {
    const shown = known(learner.account)?.quotas ?? [];
    const isRoom = (quota: string) =>
      learner.waiting.has(quota) ||
      learner.waiting.size + shown.filter(({ gone }) => !gone).length < MOST_QUOTAS ||
      shown.some(({ reading, gone }) => reading.quota === quota && !gone);
    for (const heard of readings) {
      const told = underItsModel(heard, ownerOf(heard, learner, shown));
      if (!isRoom(told.quota)) continue;
      const reading = learner.tightest(told, model);
      learner.waiting.set(reading.quota, together(learner.waiting.get(reading.quota), reading));
    }
    // The first of many is handed on at once, so that a single call is seen at once.
    if (performance.now() - learner.handedOnAt >= COALESCE_MS) handOn(learner);
    else if (learner.waiting.size > 0) timer ??= setTimeout(flush, COALESCE_MS).unref();
  };
  const replace = (next: readonly ObservedAccount[]) => {
    const before = learners;
    learners = new Map(
      next.map((account) => {
        const old = before.get(account.account);
        const isSame = old !== undefined && keyOf(old.account) === keyOf(account);
        return [account.account, isSame ? { ...old, account } : newLearner(account)];
      }),
    );
  };
  replace(accounts);

  return {
    take(name, told) {
      const learner = learners.get(name);
      if (learner === undefined) return undefined;
      // A sender whose clock is ahead would else hide for so long what everybody else tells.
      const call = told.at > now() ? { ...told, at: now() } : told;
      const { account } = learner;
      const understood = account.understand(call);
      const isServed = understood.refusal === undefined;
      const isUncounted = call.uncounted === true;
      if (!isUncounted) heard?.(account, understood.refusal);
      const counted = isServed && !isUncounted && counts.add(account, call.at, call.model, tallyOf(call));
      const served = isServed ? servedAgain(known(account), call) : [];
      learn(learner, [...understood.readings, ...served], call.model);
      return { ...understood, counted };
    },
    replace,
    flush,
    stop() {
      flush();
      learners = new Map();
    },
  };
}

/** The model that the quota of this name is known to be of, from now on if not before. */
function ownerOf(
  heard: Reading,
  { owners }: Learner,
  shown: readonly { readonly reading: Reading }[],
): string | undefined {
  const { quota } = heard;
  const before = shown.find(({ reading }) => reading.quota === quota)?.reading;
  const owner = owners.get(quota) ?? (before && modelOf(before)) ?? modelOf(heard);
  if (owner !== undefined) owners.set(quota, owner);
  return owner;
}

const newLearner = (account: ObservedAccount): Learner => ({
  account,
  tightest: createTightest(account.staleAfterSeconds),
  owners: new Map(),
  waiting: new Map(),
  handedOnAt: -Infinity,
});

/** What two calls at nearly the same time tell of one quota: the newer one, and of a bucket that one of them was refused. */
function together(before: Reading | undefined, next: Reading): Reading {
  if (before === undefined) return next;
  const [older, newer] = next.readAt >= before.readAt ? [before, next] : [next, before];
  const isRefused = newer.kind === "rate_limit" && (older.refused === true || newer.refused === true);
  if (!isRefused) return newer;
  const amounts = hasAmounts(newer) ? newer : older;
  return { ...amounts, readAt: newer.readAt, refused: true };
}

const tallyOf = ({ usage }: Observation) => ({
  requests: 1,
  inputTokens: usage?.inputTokens ?? 0,
  outputTokens: usage?.outputTokens ?? 0,
});

/** Quotas for want of which calls were refused, now that one is served again. */
function servedAgain(account: AccountSnapshot | undefined, { at, model }: Observation): readonly Reading[] {
  return (account?.quotas ?? []).flatMap(({ reading, gone, state }): Reading[] => {
    const { refused, ...rest } = reading;
    // One served call is not yet believed, so the next one has to be told too.
    const isWanting = refused === true || (reading.served === true && state === "exhausted");
    if (gone || !isWanting || hasAmounts(reading) || reading.kind === "rate_limit") return [];
    const isNeeded = reading.models === undefined || (model !== undefined && reading.models.includes(model));
    return isNeeded && at > reading.readAt ? [{ ...rest, served: true, readAt: at }] : [];
  });
}
