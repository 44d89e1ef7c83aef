import { limitHeaders } from "../../src/http/limit-headers.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { findProvider } from "../../src/providers/registry.ts";
import { understandAny } from "../../src/providers/understand.ts";
import type { Observation } from "../../src/quota/observation.ts";
import { expectValidReading } from "../contract/expect-valid.ts";

/** A Saturday; midnight Pacific time is 08:00 UTC. */
export const NOW = new Date("2026-11-21T12:00:00Z");
export const at = (time: string) => new Date(`2026-11-21T${time}Z`);
/** Seconds since the epoch, so many from now. */
export const epochIn = (seconds: number) => `${NOW.getTime() / 1000 + seconds}`;

/** How the calls to an account of this provider are understood. */
export function understandingOf(provider: Provider | undefined, settings: object = {}) {
  const login = provider?.credential === "credentials_file" ? { credentials_file: "/invented/login.json" } : {};
  return provider?.understand?.({ ...login, ...settings }) ?? understandAny;
}

/**
 * What a provider makes of a call, of which no more than the headers that may pass have come. Of each reading what all of
 * them have in common is left out.
 */
export function understood(id: string, call: Partial<Observation>, settings?: object) {
  const understand = understandingOf(findProvider(id), settings);
  const { readings, ...told } = understand({
    at: NOW,
    status: 200,
    ...call,
    headers: limitHeaders(call.headers ?? {}, NOW),
  });
  for (const reading of readings) expectValidReading(reading, NOW);
  return {
    ...told,
    readings: readings.map(({ readAt: _, source, confidence, ...reading }) => {
      if (source !== "headers" || confidence !== "reported") throw new Error(`${reading.quota} is from ${source}`);
      return reading;
    }),
  };
}
