import { z } from "zod";
import type { RefusalTold } from "../../http/client.ts";
import { firstThatExists } from "../../http/first-that-exists.ts";
import { describeCall } from "../../http/outgoing.ts";
import { UpstreamError } from "../../http/upstream-error.ts";
import { refusedInJson } from "../../http/web-page-refusal.ts";
import { keepTightest, tightestOfEach } from "../../quota/open-names.ts";
import type { Reading } from "../../quota/reading.ts";
import { defineProvider } from "../provider.ts";
import { type Counted, Failed, Remains, toReadings } from "./schema.ts";

/** The newer one first; an account of the other plan may get a 404 for it. What their counts mean differs. */
const PATHS: readonly { readonly path: string; readonly counted: Counted }[] = [
  { path: "/token_plan/remains", counted: "used" },
  { path: "/api/openplatform/coding_plan/remains", counted: "remaining" },
];

export const minimax = defineProvider({
  id: "minimax",
  title: "MiniMax (Coding Plan, Token Plan)",
  baseUrl: "https://api.minimax.io/v1",
  otherHosts: ["www.minimax.io", "api.minimaxi.com", "www.minimaxi.com", "www.minimax.cn"],
  hasOwnApi: true,
  credential: "api_key",
  environment: { apiKey: ["MINIMAX_API_KEY"] },
  keyPrefixes: ["sk-cp-"],
  floorSeconds: 60,
  settings: {
    usage_count: z
      .enum(["used", "remaining"])
      .optional()
      .meta({ description: "what the counts of an older plan tell" }),
  },

  async read({ baseUrl, apiKey, settings }, { http, signal, now }) {
    const call = {
      schema: z.union([Failed, Remains]),
      bearer: apiKey,
      headers: { "content-type": "application/json" },
      refusedBy: refusedInJson(async (body) => refusalOf(body)),
      signal,
    };
    const { url, counted, data } = await firstThatExists(PATHS, async ({ path, counted }) => {
      const url = `${baseUrl}${path}`;
      return { url, counted, ...(await http.json({ ...call, url })) };
    });
    if ("failure" in data) {
      throw new UpstreamError(data.failure, `${describeCall({ url })} answered 200, and that it failed`);
    }
    if (data.lanes.length === 0) {
      throw new UpstreamError("not_entitled", `${describeCall({ url })} tells no lane: the key has no plan`);
    }
    const readings = tightestOfEach(toReadings(data.lanes, settings.usage_count ?? counted, now));
    const isNamed = ({ partial }: Reading) => partial === undefined;
    return {
      ...keepTightest(
        readings.filter(isNamed),
        readings.filter((reading) => !isNamed(reading)),
      ),
      metered: true,
    };
  },
});

/** Of a refused call the status says enough, but for a wrong key: that is a 403 like others. */
function refusalOf(body: unknown): RefusalTold {
  const isWrongKey = Failed.safeParse(body).data?.failure === "auth";
  return isWrongKey ? { reason: "auth" } : {};
}
