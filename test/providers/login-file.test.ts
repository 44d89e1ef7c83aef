import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { LoginExpiry, LoginToken, readLogin, refuseExpired } from "../../src/providers/login-file.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const Login = z.object({ token: z.string() });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "login-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function loginOf(text: string) {
  const credentials_file = join(folder, "login.json");
  writeFileSync(credentials_file, text);
  return { credentials_file };
}

describe("a login file", () => {
  it("is read as it is now", async () => {
    expect(await readLogin(loginOf('{"token":"one"}'), Login)).toEqual({ token: "one" });
    expect(await readLogin(loginOf('\ufeff{"token":"two","more":1}'), Login)).toEqual({ token: "two" });
  });

  it.each([
    { text: '{"token":"sk-secr', message: "the login file is not JSON, or is being written" },
    { text: "", message: "the login file is not JSON, or is being written" },
    { text: '{"token":7}', message: "the login file: $.token: expected string, received number" },
    { text: "\0", message: "the login file is not a text file" },
  ])("that holds $text fails without a word of it", async ({ text, message }) => {
    await expect(readLogin(loginOf(text), Login)).rejects.toThrow(message);
  });

  it("that is not there was rejected by nobody, and its path is not told", async () => {
    await expect(readLogin({ credentials_file: join(folder, "nowhere.json") }, Login)).rejects.toMatchObject({
      reason: "auth",
      expired: true,
      message: "the login file does not exist",
    });
  });

  // Other systems have no way to read without it.
  it.runIf(process.platform === "linux")("keeps its time of access, which its owner may look at", async () => {
    const login = loginOf('{"token":"one"}');
    utimesSync(login.credentials_file, 1, 2);
    await readLogin(login, Login);

    expect(statSync(login.credentials_file)).toMatchObject({ atimeMs: 1000, mtimeMs: 2000 });
  });
});

describe("a token", () => {
  it("is used until it expires", () => {
    expect(refuseExpired(new Date(NOW.getTime() + 1), NOW, "acme login")).toBeUndefined();
  });

  it.each([
    { expiresAt: NOW, told: "expired at 2026-11-22T12:00:00.000Z" },
    { expiresAt: undefined, told: "tells no expiry" },
  ])("that $told is not used", ({ expiresAt, told }) => {
    expect(() => refuseExpired(expiresAt, NOW, "acme login")).toThrow(
      `the token in the login file ${told}; use acme login once, which renews it`,
    );
  });

  it.each<[form: string, value: number, at: string]>([
    ["seconds", 1_795_392_000, "2026-11-23T00:00:00.000Z"],
    ["milliseconds", 1_795_392_000_000, "2026-11-23T00:00:00.000Z"],
    ["0", 0, "1970-01-01T00:00:00.000Z"],
    ["a time before all", -1, "1970-01-01T00:00:00.000Z"],
    ["a time past all", 1e300, "+275760-09-13T00:00:00.000Z"],
  ])("tells its expiry in %s", (_form, value, at) => {
    expect(LoginExpiry.parse(value).toISOString()).toBe(at);
  });

  it("is wrapped, without the white space around it", () => {
    expect(LoginToken.parse(" token\n").reveal()).toBe("token");
    expect(String(LoginToken.parse("token"))).toBe("[secret]");
    expect(LoginToken.safeParse(" ").success).toBe(false);
  });
});
