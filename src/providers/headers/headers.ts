import { readHeaders } from "../header-provider.ts";
import { headerReadings } from "../header-readings.ts";
import { defineProvider } from "../provider.ts";
import { understanding } from "../understand.ts";
import { Checked, Probed } from "./schema.ts";
import { HEADERS_SETTINGS, probeProblem } from "./settings.ts";

export const headers = defineProvider({
  id: "headers",
  title: "Any API with rate-limit headers",
  baseUrl: undefined,
  credential: "optional_api_key",
  keyHeader: ({ key_header }) => key_header,
  environment: {},
  floorSeconds: 60,
  settings: HEADERS_SETTINGS,
  settingsProblem: probeProblem,
  understand: (call, { windows }) => understanding({ hear: (told, now) => headerReadings(told, now, windows) })(call),

  read(account, context) {
    const { check, probe, probe_request: request, windows, key_header: keyHeader } = account.settings;
    const checked = check === undefined ? undefined : { path: check, schema: Checked };
    const probed =
      probe === true && request !== undefined ? { ...request, schema: Probed, model: modelOf(request) } : undefined;
    return readHeaders(account, { check: checked, probe: probed, known: windows, keyHeader }, context);
  },
});

/** What was asked: the model in the body, else where it was sent. */
function modelOf({
  path,
  body,
}: {
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>> | undefined;
}) {
  const model = body?.["model"];
  return typeof model === "string" && model !== "" ? model : (path.split("?", 1)[0] ?? path);
}
