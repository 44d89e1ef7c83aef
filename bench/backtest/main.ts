// Our `replay` beside what people use today, on recorded use: `npm run backtest`. README.md beside this file tells how it
// is scored. `-- --help` lists the options.
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runCommand } from "./command.ts";
import type { Run } from "./forecaster.ts";
import { perQuota } from "./forecaster.ts";
import { quotasOf } from "./quotas.ts";
import { oracle } from "./references/oracle.ts";
import { REFERENCES } from "./references/references.ts";
import { type Result, resultOf } from "./result.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { SimulatedQuota } from "./simulated-quota.ts";
import { runHere, streamOf } from "./stream.ts";
import { f1By, headline, scenarioTables } from "./table.ts";
import { readManifest, readTrace } from "./trace.ts";

const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const OURS = `'${process.execPath}' '${pathOf("../../src/main.ts")}' replay`;

const USAGE = `usage: npm run backtest -- [options]

  --command 'CMD ARGS'     another process that follows the contract of replay, instead of ours; may be repeated
  --lockstep               send a sample only after the answer to the one before it
  --references NAME,…      only these (none: no reference): ${Object.keys(REFERENCES).join(", ")}, oracle
  --traces DIR             other traces, as traces/README.md describes them; may be repeated
  --trace NAME,…           only traces whose name contains one of these
  --scenario NAME,…        only these: ${SCENARIOS.map(({ name }) => name).join(", ")}
  --by-scenario            a table for every scenario as well
  --json FILE              all figures as JSON
  --dump FILE              write the samples as JSON lines, for a look at the input, and stop`;

const { values: options } = parseArgs({
  options: {
    command: { type: "string", multiple: true, default: [OURS] },
    lockstep: { type: "boolean", default: false },
    references: { type: "string", default: [...Object.keys(REFERENCES), "oracle"].join(",") },
    traces: { type: "string", multiple: true, default: [pathOf("traces")] },
    trace: { type: "string", default: "" },
    scenario: { type: "string" },
    "by-scenario": { type: "boolean", default: false },
    json: { type: "string" },
    dump: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

async function readQuotas(): Promise<SimulatedQuota[]> {
  const wanted = options.scenario?.split(",");
  const scenarios = SCENARIOS.filter(({ name }) => wanted?.includes(name) ?? true);
  const parts = options.trace.split(",");
  const quotas: SimulatedQuota[] = [];
  for (const folder of options.traces) {
    for (const facts of await readManifest(folder)) {
      if (!parts.some((part) => facts.name.includes(part))) continue;
      quotas.push(...quotasOf(facts, await readTrace(folder, facts), scenarios));
    }
  }
  if (quotas.length === 0) throw new Error("no quota: no scenario fits these traces");
  return quotas;
}

/** What runs, ours first. */
function forecasters(quotas: readonly SimulatedQuota[]): ReadonlyMap<string, () => Promise<Run> | Run> {
  const runs = new Map<string, () => Promise<Run> | Run>();
  for (const command of options.command) {
    const name = command === OURS ? "llm-quota-exporter" : command;
    runs.set(name, () => runCommand(quotas, command, { lockstep: options.lockstep }));
  }
  for (const name of options.references.split(",").filter((part) => part !== "none")) {
    const create = REFERENCES[name];
    if (name === "oracle") runs.set(name, () => runHere(quotas, oracle(quotas)));
    else if (create !== undefined) runs.set(name, () => runHere(quotas, perQuota(create)));
    else throw new Error(`no reference ${name}`);
  }
  return runs;
}

async function dump(quotas: readonly SimulatedQuota[], path: string): Promise<void> {
  const stream = streamOf(quotas);
  const lines = function* () {
    for (let place = 0; place < stream.length; place++) yield `${JSON.stringify(stream.sampleAt(place))}\n`;
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

function print(quotas: readonly SimulatedQuota[], results: ReadonlyMap<string, Result>): void {
  const [first] = results.values();
  if (first === undefined) return;
  const { periods, exhausted, unwinnable } = first.total;
  const samples = quotas.reduce((sum, { told }) => sum + told.length, 0);
  console.log(
    `${quotas.length} quotas, ${samples} samples, ${periods} scored periods ` +
      `(${exhausted} exhausted, ${unwinnable} more ran out too soon to warn of)\n`,
  );
  console.log(`Mean over the groups ${[...first.byGroup.keys()].join(", ")}:\n\n${headline(results)}`);
  console.log(`F1 by group:\n\n${f1By(results, "byGroup")}\nF1 by the kind of trace:\n\n${f1By(results, "byFamily")}`);
  if (options["by-scenario"]) console.log(scenarioTables(results));
}

const asJson = (results: ReadonlyMap<string, Result>) =>
  JSON.stringify(
    Object.fromEntries(results),
    (_, value) => (value instanceof Map ? Object.fromEntries(value) : value),
    1,
  );

async function main(): Promise<void> {
  const quotas = await readQuotas();
  if (options.dump !== undefined) return await dump(quotas, options.dump);
  const results = new Map<string, Result>();
  for (const [name, run] of forecasters(quotas)) results.set(name, resultOf(quotas, await run()));
  print(quotas, results);
  if (options.json !== undefined) await writeFile(options.json, `${asJson(results)}\n`);
}

if (options.help) console.log(USAGE);
else await main();
