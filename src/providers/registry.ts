import { deepseek } from "./deepseek/deepseek.ts";
import { nanogpt } from "./nanogpt/nanogpt.ts";
import { ollama } from "./ollama/ollama.ts";
import type { Provider } from "./provider.ts";

// biome-ignore format: one line each, so that two additions touch different lines
export const PROVIDERS: readonly Provider[] = [
  deepseek,
  nanogpt,
  ollama,
];

export function findProvider(id: string): Provider | undefined {
  return PROVIDERS.find((provider) => provider.id === id);
}
