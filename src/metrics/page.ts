import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Snapshot } from "../engine/snapshot.ts";
import type { ExporterMetrics, MetricsPart } from "./exporter-metrics.ts";
import type { ObservedUseOf } from "./observed-use.ts";
import { renderPieces } from "./render.ts";

export interface MetricsPageDeps {
  readonly snapshot: () => Snapshot;
  readonly exporter: Pick<ExporterMetrics, "render" | "countDroppedSeries" | "countRenderFailure">;
  /** What live traffic has used; without it there is none. */
  readonly observed?: ObservedUseOf;
  readonly now: () => Date;
  /** Hears of a part that had to be left out. */
  readonly onError: (error: unknown) => void;
}

/** How a body is sent: as it is, or packed. */
export type Coding = "identity" | "gzip";

export interface MetricsPage {
  /**
   * The body of `/metrics`. It calls nobody outside of the process, and a part that fails is left out. Whoever asks
   * until the first of those who wait has it is given the same one; who asks later gets a new one.
   */
  readonly render: (coding: Coding) => Promise<Buffer>;
}

/** Some thousand samples, about a millisecond of work: then whatever else waits has its turn. */
const PIECES_PER_TURN = 40;

const pack = promisify(gzip);
/** Level 1: a scrape should be over soon, and repeated labels pack well at any level. */
const PACKING = { level: constants.Z_BEST_SPEED };

export function createMetricsPage({ snapshot, exporter, observed, now, onError }: MetricsPageDeps): MetricsPage {
  let counted: Snapshot | undefined;
  let current: SharedBody | undefined;

  async function quotaPart(): Promise<Buffer[]> {
    // One snapshot for all pieces: it never changes, whatever is read between them.
    const shown = snapshot();
    // Counted once per snapshot: how often somebody scrapes must not move the counter.
    const isNew = shown !== counted;
    counted = shown;
    const pieces = renderPieces(shown, now(), {
      onDropped(provider) {
        if (isNew) exporter.countDroppedSeries(provider, 1);
      },
      ...(observed && { observed }),
    });
    const done: Buffer[] = [];
    for (const piece of pieces) {
      done.push(Buffer.from(piece));
      if (done.length % PIECES_PER_TURN === 0) await nextTurn();
    }
    return done;
  }

  async function part(name: MetricsPart, render: () => Promise<Buffer[]>): Promise<Buffer[]> {
    try {
      return await render();
    } catch (error) {
      exporter.countRenderFailure(name);
      onError(error);
      return [];
    }
  }

  async function renderOnce(): Promise<Buffer> {
    // Scrapes that have arrived together share also a page that takes one turn only.
    await nextTurn();
    const quotas = await part("quotas", quotaPart);
    return Buffer.concat([...quotas, ...(await part("exporter", async () => [Buffer.from(await exporter.render())]))]);
  }

  return {
    async render(coding) {
      current ??= share(renderOnce());
      const mine = current;
      try {
        const body = await mine[coding]();
        await mine.turn();
        return body;
      } finally {
        if (current === mine) current = undefined;
      }
    },
  };
}

interface SharedBody extends Readonly<Record<Coding, () => Promise<Buffer>>> {
  /** One turn each for those who wait: megabytes handed to twenty clients at once would hold up everybody else. */
  readonly turn: () => Promise<void>;
}

function share(plain: Promise<Buffer>): SharedBody {
  let packed: Promise<Buffer> | undefined;
  let last: Promise<void> = Promise.resolve();
  return {
    identity: () => plain,
    gzip() {
      packed ??= plain.then((text) => pack(text, PACKING));
      return packed;
    },
    turn() {
      last = last.then(() => nextTurn());
      return last;
    },
  };
}
