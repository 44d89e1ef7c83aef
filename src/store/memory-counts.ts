import { keyOf } from "../quota/account.ts";
import { added, type Tally } from "../quota/tally.ts";
import type { CountStore } from "./store.ts";

/** Counts that are lost with the process. */
export function createMemoryCounts(): CountStore {
  const counts = new Map<string, Map<number, Map<string, Tally>>>();
  const texts = new Map<string, Map<string, string>>();
  return {
    count(key, minute, model, tally) {
      const minutes = counts.get(keyOf(key)) ?? new Map<number, Map<string, Tally>>();
      counts.set(keyOf(key), minutes);
      const models = minutes.get(minute) ?? new Map<string, Tally>();
      minutes.set(minute, models);
      const before = models.get(model);
      models.set(model, before === undefined ? tally : added(before, tally));
    },
    eachCount(key, since, visit) {
      for (const [minute, models] of counts.get(keyOf(key)) ?? []) {
        if (minute < since) continue;
        for (const [model, tally] of models) visit(minute, model, tally);
      }
    },
    forgetCounts(key, before) {
      const minutes = counts.get(keyOf(key));
      for (const minute of [...(minutes?.keys() ?? [])]) if (minute < before) minutes?.delete(minute);
    },
    declared: (key) => texts.get(keyOf(key)) ?? new Map(),
    keepDeclared(key, quota, text) {
      texts.set(keyOf(key), new Map([...(texts.get(keyOf(key)) ?? []), [quota, text]]));
    },
  };
}
