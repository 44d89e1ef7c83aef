import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Tally } from "../../bench/backtest/counts.ts";
import { perQuota } from "../../bench/backtest/forecaster.ts";
import { quotasOf } from "../../bench/backtest/quotas.ts";
import { oracle } from "../../bench/backtest/references/oracle.ts";
import { REFERENCES } from "../../bench/backtest/references/references.ts";
import { resultOf } from "../../bench/backtest/result.ts";
import { SCENARIOS } from "../../bench/backtest/scenarios.ts";
import type { SimulatedQuota } from "../../bench/backtest/simulated-quota.ts";
import { runHere, streamOf } from "../../bench/backtest/stream.ts";
import { readManifest, readTrace } from "../../bench/backtest/trace.ts";

const TRACES = fileURLToPath(new URL("../../bench/backtest/traces", import.meta.url));
const NAMES = ["azure-llm-2023-code", "nab-nyc-taxi-jul-oct", "servegen-m-mid-c81"];
const PLAYED = SCENARIOS.filter(({ name }) => !["hour-fixed", "session-5h", "week-utc"].includes(name));

async function someQuotas(): Promise<readonly SimulatedQuota[]> {
  const traces = (await readManifest(TRACES)).filter(({ name }) => NAMES.includes(name));
  return (
    await Promise.all(traces.map(async (facts) => quotasOf(facts, await readTrace(TRACES, facts), PLAYED)))
  ).flat();
}

const quotas = await someQuotas();

function tallyOf(name: string): Tally {
  const create = REFERENCES[name];
  return resultOf(quotas, runHere(quotas, create === undefined ? oracle(quotas) : perQuota(create))).total;
}

/** As the harness from which this one was made gives them on the same quotas, computed on 2026-11-22. */
const KNOWN = [
  ["never", 297, 0, 0, 0, 0, undefined, 0.258411, 0.280723, 0.280723, 0.562874],
  ["always", 299, 0.522167, 0.512563, 0.648829, 0, 0.723538, 0.258411, 0.280723, 0.280723, 0.562874],
  ["threshold_20", 297, 0.768595, 0.176101, 0.161616, 0.053872, 0.10933, 0.258411, 0.280723, 0.280723, 0.562874],
  ["threshold_10", 297, 0.610526, 0.131387, 0.087542, 0.03367, 0.061372, 0.258411, 0.280723, 0.280723, 0.562874],
  ["predict_linear_1h", 298, 0.69962, 0.625514, 1.392617, 5.419463, 0.314799, 0.177371, 0.075879, 0.029276, 0.91018],
  [
    "predict_linear_1h_4h",
    297,
    0.758929,
    0.137931,
    0.127946,
    0.265993,
    0.155543,
    0.177371,
    0.075879,
    0.029276,
    0.91018,
  ],
  ["predict_linear_10pct", 297, 0.710938, 0.6639, 0.329966, 1, 0.385415, 0.160715, 0.065504, 0.02505, 0.892216],
  [
    ...["predict_linear_10pct_below_40", 297, 0.83105, 0.694737, 0.131313, 0.326599, 0.215452],
    ...[0.160715, 0.065504, 0.02505, 0.892216],
  ],
  ["avg_7d", 297, 0.833333, 0.629213, 0.084175, 0.468013, 0.262147, 0.194922, 0.206715, 0.150169, 0.748503],
  ["ewma_7d", 297, 0.820276, 0.637363, 0.10101, 0.400673, 0.267742, 0.190597, 0.212951, 0.154, 0.730539],
  ["pace", 297, 0.8, 0.657277, 0.205387, 0.531987, 0.287254, 0.161232, 0.116535, 0.092967, 0.772455],
  ["burn_rate_fast", 298, 0.05042, 0, 0.04698, 0.171141, 0.056878, 0.258411, 0.280723, 0.280723, 0.562874],
  ["burn_rate_3tier", 299, 0.503876, 0.431535, 1.060201, 4.397993, 0.219978, 0.258411, 0.280723, 0.280723, 0.562874],
  ["oracle", 297, 1, 1, 0, 0, 0.720715, 0, 0, 0, 1],
] as const;

const rounded = (value: number | undefined) => (value === undefined ? undefined : Number(value.toFixed(6)));

describe("the backtest on three of its traces", () => {
  it("makes the same quotas with the same defects as ever", () => {
    const stream = streamOf(quotas);
    const hash = createHash("sha256");
    for (let place = 0; place < stream.length; place++) hash.update(`${JSON.stringify(stream.sampleAt(place))}\n`);

    expect([quotas.length, stream.length]).toEqual([24, 108_029]);
    expect(hash.digest("hex")).toBe("14e120ca9cefba64962faa1d737d5180fc3c3d569b397552e498e300cd7a57c7");
  });

  it.each(KNOWN)("scores %s as ever", { timeout: 60_000 }, (name, ...figures) => {
    const tally = tallyOf(name as string);

    const { periods, f1, f1Early, falsePagesPerPeriod, flapsPerPeriod, medianLead } = tally;
    const { error25, error50, error75, callAtHalf } = tally;
    expect([periods, f1, f1Early, falsePagesPerPeriod, flapsPerPeriod, medianLead].map(rounded)).toEqual(
      figures.slice(0, 6),
    );
    expect([error25, error50, error75, callAtHalf].map(rounded)).toEqual(figures.slice(6));
  });
});
