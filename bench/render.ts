// Our renderer beside prom-client's on the same sample lines, in one run: `npm run bench:render`.
import { compareRenders, fleetOf } from "./series.ts";

for (const size of [1_000, 10_000, 100_000]) {
  const { series, oursMs, theirsMs } = await compareRenders(fleetOf(size));
  console.log(
    `${series} series: ours ${oursMs.toFixed(1)} ms, prom-client ${theirsMs.toFixed(1)} ms, ${(theirsMs / oursMs).toFixed(1)} times faster`,
  );
}
