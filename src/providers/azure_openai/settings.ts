import { z } from "zod";
import { PROBE_SETTINGS } from "../rate-limit-readings.ts";

export const AZURE_SETTINGS = {
  probe: PROBE_SETTINGS.probe,
  // Both become part of an address.
  deployment: z
    .string()
    .regex(/^[\w-][\w.-]{0,63}$/, "needs the name of a deployment of the resource")
    .optional(),
  api_version: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, "needs a version of the API, such as 2024-10-21")
    .default("2024-10-21"),
};

export function probeProblem({ probe, deployment }: z.infer<z.ZodObject<typeof AZURE_SETTINGS>>) {
  if (!probe || deployment !== undefined) return undefined;
  const problem = "needs the name of the deployment to ask for a token, because probe is true";
  return { key: "deployment", problem } as const;
}
