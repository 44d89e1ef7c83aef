import { z } from "zod";
import { defineProvider, type Provider } from "../../src/providers/provider.ts";
import type { AccountReading } from "../../src/quota/reading.ts";

const nothing = async (): Promise<AccountReading> => ({ readings: [], metered: false });

const acme = defineProvider({
  id: "acme",
  title: "Acme",
  baseUrl: "https://api.acme.test/v1",
  otherHosts: ["eu.acme.test"],
  credential: "api_key",
  environment: { apiKey: ["ACME_API_KEY", "ACME_KEY"] },
  floorSeconds: 60,
  settings: { region: z.enum(["eu", "us"]).optional(), probe: z.boolean().default(false) },
  read: nothing,
});

const acmeCloud = defineProvider({
  id: "acme_cloud",
  title: "Acme Cloud",
  baseUrl: "https://cloud.acme.test",
  credential: "api_key",
  environment: { apiKey: ["ACME_CLOUD_API_KEY"] },
  floorSeconds: 600,
  staleAfterSeconds: 5400,
  read: nothing,
});

const gateway = defineProvider({
  id: "gateway",
  title: "Gateway",
  baseUrl: undefined,
  credential: "optional_api_key",
  environment: { apiKey: ["GATEWAY_API_KEY"], baseUrl: ["GATEWAY_BASE_URL"] },
  floorSeconds: 30,
  read: nothing,
});

const local = defineProvider({
  id: "local",
  title: "Local",
  baseUrl: "http://127.0.0.1:9999",
  credential: "none",
  environment: { baseUrl: ["LOCAL_HOST"], toBaseUrl: (host) => (host === "?" ? undefined : `http://${host}:9999/`) },
  discoverAtDefault: true,
  floorSeconds: 15,
  read: nothing,
});

/** Shows in its plan which login file it was given. */
const login = defineProvider({
  id: "login",
  title: "Login",
  baseUrl: "https://login.test",
  credential: "credentials_file",
  environment: {},
  floorSeconds: 120,
  settings: { credentials_file: z.string() },
  read: async ({ settings }) => ({ readings: [], metered: false, plan: settings.credentials_file }),
});

export const PROVIDERS: readonly Provider[] = [acme, acmeCloud, gateway, local, login];
