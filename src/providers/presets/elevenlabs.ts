import { definePreset } from "../preset.ts";

// https://elevenlabs.io/docs/api-reference/user/subscription/get, read 2026-11-21. `character_count` is what was used. The plan
// says whether the limit can be passed, and the workspace whether it may be: both are needed, and the rest is billed. The
// workspace may also say by how much.
const mayGoOn = [
  "allowed_to_extend_character_limit = true",
  "$not(can_extend_character_limit = false)",
  `($type(max_character_limit_extension) = 'number'
    ? max_character_limit_extension > $max([0, $amount(character_count) - $amount(character_limit)]) : true)`,
].join(" and ");

export const elevenlabs = definePreset({
  id: "elevenlabs",
  title: "ElevenLabs",
  baseUrl: "https://api.elevenlabs.io",
  environment: { apiKey: ["ELEVENLABS_API_KEY", "ELEVEN_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/v1/user/subscription", auth: "header:xi-api-key" },
    failures: [
      {
        when: "$status in [401, 403] and $contains(detail.status, /missing.?permission/i)",
        reason: "auth",
        hint: "the key needs the permission to read the user",
      },
    ],
    plan: "tier",
    readings: [
      {
        ...{ quota: "monthly_characters", kind: "calendar", unit: "characters" },
        enforcement: `=${mayGoOn} ? 'soft' : 'hard'`,
        limit: "character_limit",
        used: "character_count",
        reset_at: "next_character_count_reset_unix",
        time_format: "epoch_s",
      },
    ],
  },
});
