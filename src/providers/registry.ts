import { anthropic } from "./anthropic/anthropic.ts";
import { chutes } from "./chutes/chutes.ts";
import { deepseek } from "./deepseek/deepseek.ts";
import { nanogpt } from "./nanogpt/nanogpt.ts";
import { ollama } from "./ollama/ollama.ts";
import { openai } from "./openai/openai.ts";
import { openrouter } from "./openrouter/openrouter.ts";
import type { Provider } from "./provider.ts";

// biome-ignore format: one line each, so that two additions touch different lines
export const PROVIDERS: readonly Provider[] = [
  anthropic,
  chutes,
  deepseek,
  nanogpt,
  ollama,
  openai,
  openrouter,
];

export function findProvider(id: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.id === id);
}
