import { anthropic } from "./anthropic/anthropic.ts";
import { anthropicAdmin } from "./anthropic_admin/anthropic-admin.ts";
import { antigravity } from "./antigravity/antigravity.ts";
import { azureOpenai } from "./azure_openai/azure-openai.ts";
import { blackbox } from "./blackbox/blackbox.ts";
import { cerebras } from "./cerebras/cerebras.ts";
import { chutes } from "./chutes/chutes.ts";
import { claude } from "./claude/claude.ts";
import { codex } from "./codex/codex.ts";
import { cohere } from "./cohere/cohere.ts";
import { deepseek } from "./deepseek/deepseek.ts";
import { gemini } from "./gemini/gemini.ts";
import { geminiCli } from "./gemini_cli/gemini-cli.ts";
import { groq } from "./groq/groq.ts";
import { headers } from "./headers/headers.ts";
import { httpJson } from "./http_json/http-json.ts";
import { kilo } from "./kilo/kilo.ts";
import { litellm } from "./litellm/litellm.ts";
import { minimax } from "./minimax/minimax.ts";
import { mistral } from "./mistral/mistral.ts";
import { nanogpt } from "./nanogpt/nanogpt.ts";
import { ollama } from "./ollama/ollama.ts";
import { ollamaCloud } from "./ollama_cloud/ollama-cloud.ts";
import { openai } from "./openai/openai.ts";
import { openaiAdmin } from "./openai_admin/openai-admin.ts";
import { openaiBilling } from "./openai_billing/openai-billing.ts";
import { openaiCompatible } from "./openai_compatible/openai-compatible.ts";
import { openrouter } from "./openrouter/openrouter.ts";
import { PRESETS } from "./presets.ts";
import { prometheus } from "./prometheus/prometheus.ts";
import type { Provider } from "./provider.ts";
import { qwen } from "./qwen/qwen.ts";
import { together } from "./together/together.ts";

// biome-ignore format: one line each, so that two additions touch different lines
const WRITTEN: readonly Provider[] = [
  anthropic,
  anthropicAdmin,
  antigravity,
  azureOpenai,
  blackbox,
  cerebras,
  chutes,
  claude,
  codex,
  cohere,
  deepseek,
  gemini,
  geminiCli,
  groq,
  headers,
  httpJson,
  kilo,
  litellm,
  minimax,
  mistral,
  nanogpt,
  ollama,
  ollamaCloud,
  openai,
  openaiAdmin,
  openaiBilling,
  openaiCompatible,
  openrouter,
  prometheus,
  qwen,
  together,
];

/** In the order of their ids. */
export const PROVIDERS: readonly Provider[] = [...WRITTEN, ...PRESETS].toSorted((one, other) =>
  one.id < other.id ? -1 : 1,
);

export function findProvider(id: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.id === id);
}
