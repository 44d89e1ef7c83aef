import { anthropic } from "./anthropic/anthropic.ts";
import { anthropicAdmin } from "./anthropic_admin/anthropic-admin.ts";
import { antigravity } from "./antigravity/antigravity.ts";
import { blackbox } from "./blackbox/blackbox.ts";
import { chutes } from "./chutes/chutes.ts";
import { claude } from "./claude/claude.ts";
import { codex } from "./codex/codex.ts";
import { deepseek } from "./deepseek/deepseek.ts";
import { gemini } from "./gemini/gemini.ts";
import { geminiCli } from "./gemini_cli/gemini-cli.ts";
import { kilo } from "./kilo/kilo.ts";
import { litellm } from "./litellm/litellm.ts";
import { nanogpt } from "./nanogpt/nanogpt.ts";
import { ollama } from "./ollama/ollama.ts";
import { ollamaCloud } from "./ollama_cloud/ollama-cloud.ts";
import { openai } from "./openai/openai.ts";
import { openaiAdmin } from "./openai_admin/openai-admin.ts";
import { openaiCompatible } from "./openai_compatible/openai-compatible.ts";
import { openrouter } from "./openrouter/openrouter.ts";
import type { Provider } from "./provider.ts";
import { qwen } from "./qwen/qwen.ts";

// biome-ignore format: one line each, so that two additions touch different lines
export const PROVIDERS: readonly Provider[] = [
  anthropic,
  anthropicAdmin,
  antigravity,
  blackbox,
  chutes,
  claude,
  codex,
  deepseek,
  gemini,
  geminiCli,
  kilo,
  litellm,
  nanogpt,
  ollama,
  ollamaCloud,
  openai,
  openaiAdmin,
  openaiCompatible,
  openrouter,
  qwen,
];

export function findProvider(id: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.id === id);
}
