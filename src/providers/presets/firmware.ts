import { definePreset } from "../preset.ts";

// As clients of Firmware.ai read it, 2026-11-21. `used` is a share from 0 to 1. The window opens with its first use: `reset` is
// null while none is open.
export const firmware = definePreset({
  id: "firmware",
  title: "Firmware.ai",
  baseUrl: "https://app.firmware.ai/api/v1",
  environment: { apiKey: ["FIRMWARE_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/quota" },
    readings: [
      {
        ...{ quota: "five_hour", kind: "rolling", unit: "ratio", period: "5h" },
        fraction_used: "used",
        reset_at: "reset",
        time_format: "iso",
      },
    ],
  },
});
