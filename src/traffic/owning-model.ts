import { modelSlug } from "../providers/refused-reading.ts";
import type { Reading } from "../quota/reading.ts";

/** A window that is known to be of one model. */
export const modelOf = ({ kind, models }: Reading): string | undefined =>
  kind === "rolling" && models?.length === 1 ? models[0] : undefined;

/**
 * Long windows that a provider keeps per model and tells under one name. The quota of that name is the one of the model that
 * was told of first; those of others have their model in the name. What two models have left in turn would look like use of one.
 */
export function underItsModel(reading: Reading, owner: string | undefined): Reading {
  const model = modelOf(reading);
  const name = model === undefined || owner === undefined || owner === model ? "" : modelSlug(model);
  return name === "" ? reading : { ...reading, quota: `${name}_${reading.quota}`, partial: true };
}
