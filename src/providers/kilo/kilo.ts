import { ifAllowed } from "../../http/if-allowed.ts";
import { describeCall } from "../../http/outgoing.ts";
import { defineProvider } from "../provider.ts";
import { Balance, CALLS, Credits, toAccountReading } from "./schema.ts";
import { understand } from "./traffic.ts";
import { dataOf } from "./trpc.ts";

const INPUT = encodeURIComponent(JSON.stringify({ 0: { json: null }, 1: { json: null } }));

export const kilo = defineProvider({
  id: "kilo",
  title: "Kilo",
  baseUrl: "https://api.kilo.ai",
  otherHosts: ["app.kilo.ai"],
  credential: "api_key",
  environment: { apiKey: ["KILO_API_KEY", "KILOCODE_API_KEY"] },
  floorSeconds: 60,
  understand,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const call = { bearer: apiKey, signal };
    // One after the other, so that a refused credential is shown once per read and not twice.
    const { data: balance } = await http.json({ ...call, url: `${baseUrl}/api/profile/balance`, schema: Balance });
    const url = `${baseUrl}/api/trpc/${CALLS.join(",")}?batch=1&input=${INPUT}`;
    const batch = await ifAllowed(http.json({ ...call, url, schema: Credits }));
    if (batch === undefined) return toAccountReading({ balance, blocks: undefined, pass: undefined }, now);

    const what = describeCall({ url });
    const blocks = await ifAllowed(dataOf(batch.data.blocks, `${what} ${CALLS[0]}`));
    const pass = await ifAllowed(dataOf(batch.data.pass, `${what} ${CALLS[1]}`));
    return toAccountReading({ balance, blocks, pass }, now);
  },
});
