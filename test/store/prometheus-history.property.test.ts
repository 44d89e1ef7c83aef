import fc from "fast-check";
import { expect, it } from "vitest";
import { createWatch } from "../../src/alerting/watch.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { outcomesOf } from "../../src/store/prometheus-outcomes.ts";
import { lasting, type Scrape, seriesOf } from "../support/scrapes.ts";
import { aReading, inSeconds } from "../support/snapshot.ts";

const ACCOUNT: Account = {
  provider: "nanogpt",
  account: "main",
  labels: { team: "search" },
  intervalSeconds: 300,
  staleAfterSeconds: 900,
  overrides: {},
};
const LIMIT = 1000;
const PERIOD = 6 * 3600;

const polls = fc.array(
  fc.record({
    wait: fc.integer({ min: 250, max: 700 }),
    use: fc.double({ min: 0, max: 60, noNaN: true }),
    defect: fc.constantFrom("none", "none", "none", "none", "failed", "rollback", "full", "empty"),
    scrapes: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
);

it("an account that is seeded from what was scraped is as one that was lived through", () => {
  fc.assert(
    fc.property(polls, (all) => {
      const startedAt = inSeconds(0);
      const watch = () =>
        createWatch({ accounts: [ACCOUNT], store: createMemoryStore(), settings: ENGINE_DEFAULTS, startedAt });
      const lived = watch();
      const scrapes: Scrape[] = [];
      let seconds = 0;
      let used = 0;
      for (const { wait, use, defect, scrapes: count } of all) {
        const resets = Math.floor((seconds + wait) / PERIOD) > Math.floor(seconds / PERIOD);
        seconds += wait;
        used = resets ? use : used + use;
        lived.take(ACCOUNT, read(seconds, used, defect));
        for (let scrape = 1; scrape <= count; scrape++) {
          const at = inSeconds(seconds + scrape * 15);
          lived.evaluate(at);
          scrapes.push({ at, page: renderFamilies(lived.snapshot(), at) });
        }
      }
      const now = inSeconds(seconds + 60);
      const seeded = watch();
      seeded.seed(ACCOUNT, outcomesOf(seriesOf(scrapes), now), now);
      lived.evaluate(now);
      seeded.evaluate(now);

      const [one, other] = [lived, seeded].map((each) => each.snapshot().accounts[0]?.quotas ?? []);
      expect(lasting(other ?? [])).toEqual(lasting(one ?? []));
    }),
    { numRuns: 150 },
  );
});

function read(seconds: number, used: number, defect: string): ReadOutcome {
  const at = inSeconds(seconds);
  if (defect === "failed") return { ok: false, at, seconds: 0, reason: "server", message: "GET /: 503" };
  const shown = { rollback: LIMIT - used + 20, full: LIMIT, empty: 0 }[defect] ?? LIMIT - used;
  const reading = aReading({
    readAt: at,
    limit: LIMIT,
    remaining: shown,
    periodSeconds: PERIOD,
    resetAt: inSeconds((Math.floor(seconds / PERIOD) + 1) * PERIOD),
  });
  return { ok: true, at, seconds: 0, answer: { metered: true, readings: [reading] } };
}
