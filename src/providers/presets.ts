import { codebuff } from "./presets/codebuff.ts";
import { copilot } from "./presets/copilot.ts";
import { copilotBilling } from "./presets/copilot-billing.ts";
import { cursor } from "./presets/cursor.ts";
import { deepgram } from "./presets/deepgram.ts";
import { deepinfra } from "./presets/deepinfra.ts";
import { elevenlabs } from "./presets/elevenlabs.ts";
import { factory } from "./presets/factory.ts";
import { fal } from "./presets/fal.ts";
import { fireworks } from "./presets/fireworks.ts";
import { firmware } from "./presets/firmware.ts";
import { kimi } from "./presets/kimi.ts";
import { mistralAdmin } from "./presets/mistral-admin.ts";
import { moonshot } from "./presets/moonshot.ts";
import { neuralwatt } from "./presets/neuralwatt.ts";
import { novita } from "./presets/novita.ts";
import { opencodeGo } from "./presets/opencode-go.ts";
import { poe } from "./presets/poe.ts";
import { requesty } from "./presets/requesty.ts";
import { siliconflow } from "./presets/siliconflow.ts";
import { stepfun } from "./presets/stepfun.ts";
import { synthetic } from "./presets/synthetic.ts";
import { venice } from "./presets/venice.ts";
import { vercelAiGateway } from "./presets/vercel-ai-gateway.ts";
import { warp } from "./presets/warp.ts";
import { windsurf } from "./presets/windsurf.ts";
import { xai } from "./presets/xai.ts";
import { zai } from "./presets/zai.ts";
import { zenmux } from "./presets/zenmux.ts";
import type { Provider } from "./provider.ts";

/** Those that are data alone. */
// biome-ignore format: one line each, so that two additions touch different lines
export const PRESETS: readonly Provider[] = [
  codebuff,
  copilot,
  copilotBilling,
  cursor,
  deepgram,
  deepinfra,
  elevenlabs,
  factory,
  fal,
  fireworks,
  firmware,
  kimi,
  mistralAdmin,
  moonshot,
  neuralwatt,
  novita,
  opencodeGo,
  poe,
  requesty,
  siliconflow,
  stepfun,
  synthetic,
  venice,
  vercelAiGateway,
  warp,
  windsurf,
  xai,
  zai,
  zenmux,
];
