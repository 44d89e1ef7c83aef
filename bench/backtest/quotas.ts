import { creditsTruth } from "./credits-truth.ts";
import { itemOf } from "./numbers.ts";
import { observed } from "./observed.ts";
import {
  CREDITS_PAGE,
  type CreditsScenario,
  DAY,
  leadOf,
  PROFILES,
  type Profile,
  SCENARIOS,
  type Scenario,
  type SlidingScenario,
  type WindowScenario,
} from "./scenarios.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import type { CreditsQuota, SimulatedQuota, WindowQuota } from "./simulated-quota.ts";
import { slidingTruth } from "./sliding-truth.ts";
import type { Trace, TraceFacts, TraceUnit } from "./trace.ts";
import { windowTruth } from "./window-truth.ts";

/** One quota in the making: its trace, its limit as a multiple (or its packs in days), and its own seed. */
interface Draft {
  readonly id: string;
  readonly trace: Trace;
  readonly variant: number;
  readonly end: number;
  readonly profile: Profile;
  readonly random: SeededRandom;
}

/** Share of the quotas that tell whole percents only, besides those of sessions, which all do. */
const PERCENT_CHANCE = 0.25;

/** Every quota that the scenarios make of one trace: the truth about it, and what the one who polls is told. */
export function quotasOf(
  facts: TraceFacts,
  traces: ReadonlyMap<TraceUnit, Trace>,
  scenarios: readonly Scenario[] = SCENARIOS,
): SimulatedQuota[] {
  const days = facts.duration_seconds / DAY;
  return scenarios
    .filter((scenario) => scenario.fits(facts, days))
    .flatMap((scenario) => {
      const trace = traceFor(scenario, traces);
      return variantsOf(scenario).flatMap((variant, index) => {
        const draft = draftOf(scenario, trace, variant, profileAt(scenario, trace, index));
        return (scenario.kind === "credits" ? creditsQuota(draft, scenario) : windowQuota(draft, scenario)) ?? [];
      });
    });
}

/** Quotas of a day or an hour count requests mostly, the others tokens: as far as the trace has them. */
function traceFor({ group }: Scenario, traces: ReadonlyMap<TraceUnit, Trace>): Trace {
  const wanted = group === "day" || group === "hour" ? "requests" : "tokens";
  return traces.get(wanted) ?? itemOf([...traces.values()], 0);
}

const variantsOf = (scenario: Scenario) => (scenario.kind === "credits" ? scenario.packDays : scenario.multiples);

function profileAt(scenario: Scenario, trace: Trace, index: number): Profile {
  const first = Math.floor(seededRandom(`profile ${trace.name} ${scenario.name}`).next() * PROFILES.length);
  return itemOf(PROFILES, (first + index) % PROFILES.length);
}

function draftOf({ name, mostDays }: Scenario, trace: Trace, variant: number, profile: Profile): Draft {
  const id = `${trace.name}/${trace.unit}/${name}/x${variant}`;
  const end = Math.min(trace.end, mostDays === undefined ? Infinity : trace.start + mostDays * DAY);
  return { id, trace, variant, end, profile, random: seededRandom(id) };
}

function windowQuota(draft: Draft, scenario: WindowScenario | SlidingScenario): WindowQuota | undefined {
  const { trace, variant: multiple, end, profile, random } = draft;
  const truth =
    scenario.kind === "sliding"
      ? slidingTruth(trace, scenario, { multiple, end })
      : windowTruth(trace, scenario, { multiple, end, profile, random });
  if (truth === undefined || truth.periods.length === 0) return undefined;
  const { windowSeconds, pollSeconds } = scenario;
  const isPercent = scenario.isPercent === true || random.chance(PERCENT_CHANCE);
  const asked = { start: trace.start, end, pollSeconds, windowSeconds, isPercent };
  return {
    ...commonOf(draft, scenario),
    ...{ kind: scenario.kind, windowSeconds, leadSeconds: leadOf(windowSeconds) },
    unit: isPercent ? "ratio" : trace.unit,
    scoresFirst: scenario.kind === "calendar" && scenario.boundaries === "trace",
    periods: truth.periods,
    told: observed(truth, asked, profile, random),
  };
}

function creditsQuota(draft: Draft, scenario: CreditsScenario): CreditsQuota | undefined {
  const { trace, variant: packDays, end, profile, random } = draft;
  const truth = creditsTruth(trace, { packDays, end, random });
  if (truth === undefined || truth.periods.length === 0) return undefined;
  const { pollSeconds } = scenario;
  const asked = { start: trace.start, end, pollSeconds, windowSeconds: undefined, isPercent: false };
  return {
    ...commonOf(draft, scenario),
    ...{ kind: "credits", unit: "usd", leadSeconds: CREDITS_PAGE.latest, nominalSeconds: packDays * DAY },
    periods: truth.periods,
    told: observed(truth, asked, profile, random),
  };
}

const commonOf = ({ id, trace }: Draft, { name, group, pollSeconds }: Scenario) => ({
  ...{ id, scenario: name, group, trace: trace.name, family: trace.family, pollSeconds },
});
