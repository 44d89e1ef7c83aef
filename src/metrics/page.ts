import type { Snapshot } from "../engine/snapshot.ts";
import type { ExporterMetrics, MetricsPart } from "./exporter-metrics.ts";
import { renderFamilies } from "./render.ts";

export interface MetricsPageDeps {
  readonly snapshot: () => Snapshot;
  readonly exporter: Pick<ExporterMetrics, "render" | "countDroppedSeries" | "countRenderFailure">;
  readonly now: () => Date;
  /** Hears of a part that had to be left out. */
  readonly onError: (error: unknown) => void;
}

export interface MetricsPage {
  /** The body of `/metrics`. It always resolves, and calls nobody outside of the process. */
  readonly render: () => Promise<string>;
}

export function createMetricsPage({ snapshot, exporter, now, onError }: MetricsPageDeps): MetricsPage {
  let counted: Snapshot | undefined;

  function quotaPart(): string {
    const current = snapshot();
    // Counted once per snapshot: how often somebody scrapes must not move the counter.
    const isNew = current !== counted;
    counted = current;
    return renderFamilies(current, now(), (provider) => {
      if (isNew) exporter.countDroppedSeries(provider, 1);
    });
  }

  async function part(name: MetricsPart, render: () => string | Promise<string>): Promise<string> {
    try {
      return await render();
    } catch (error) {
      exporter.countRenderFailure(name);
      onError(error);
      return "";
    }
  }

  return {
    render: async () => {
      const quotas = await part("quotas", quotaPart);
      return quotas + (await part("exporter", exporter.render));
    },
  };
}
