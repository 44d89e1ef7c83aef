import { describe, expect, it } from "vitest";
import { targetOf } from "../../src/proxy/target.ts";

const ROUTES = [
  { path: "/openai/eu", baseUrl: "https://eu.api.example/v1" },
  { path: "/openai", baseUrl: "https://api.example:8443/v1" },
  { path: "/root", baseUrl: "https://root.example" },
];

const addressOf = (target: string) => {
  const found = targetOf(target, ROUTES);
  return "status" in found ? found.status : `${found.origin}${found.path}`;
};

describe("a path of a route", () => {
  it.each([
    ["/openai/chat/completions", "https://api.example:8443/v1/chat/completions"],
    ["/openai", "https://api.example:8443/v1"],
    ["/openai/", "https://api.example:8443/v1/"],
    ["/openai?a=1", "https://api.example:8443/v1?a=1"],
    ["/openai/models?next=a%2Fb&x=?&y=../", "https://api.example:8443/v1/models?next=a%2Fb&x=?&y=../"],
    ["/openai/models/meta%2Fllama-3..1", "https://api.example:8443/v1/models/meta%2Fllama-3..1"],
    ["/openai/eu/models", "https://eu.api.example/v1/models"],
    ["/openai/europe", "https://api.example:8443/v1/europe"],
    ["/root", "https://root.example/"],
    ["/root/v1/messages", "https://root.example/v1/messages"],
    ["/root//evil.example/v1", "https://root.example//evil.example/v1"],
    ["/openai/@evil.example", "https://api.example:8443/v1/@evil.example"],
    ["/openai/100%25", "https://api.example:8443/v1/100%25"],
  ])("%s goes to %s", (target, address) => {
    expect(addressOf(target)).toBe(address);
  });
});

describe("what is no path of a route", () => {
  it.each([
    ["/", 404],
    ["/openaix/models", 404],
    ["/OpenAI/models", 404],
    ["//openai/models", 404],
    ["/openai%2Fmodels", 404],
    ["http://api.example/openai/models", 400],
    ["https://evil.example/", 400],
    ["*", 400],
    ["", 400],
    ["/openai/#fragment", 400],
    ["/openai/%", 400],
    ["/openai/%ff", 400],
    ["/openai/..", 400],
    ["/openai/../admin", 400],
    ["/openai/./models", 400],
    ["/openai/%2e%2e/admin", 400],
    ["/openai/.%2E/admin", 400],
    ["/openai/x%2f..%2fadmin", 400],
    ["/openai/..%5cadmin", 400],
    ["/openai/..\\admin", 400],
    ["/openai/%252e%252e/admin", 400],
    ["/openai/%25252e%25252e%25252fadmin", 400],
    ["/openai/..;/admin", 400],
    ["/openai/..;a=b/admin", 400],
    ["/../openai/models", 400],
  ])("%s is refused with %i", (target, status) => {
    expect(addressOf(target)).toBe(status);
  });
});
