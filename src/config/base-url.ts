export type BaseUrl = { readonly url: string } | { readonly problem: string };

/** The root of an API, without a slash at its end. A problem never quotes the text: it may hold a credential. */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.parse(text);
  if (url === null || !/^https?:\/\//i.test(text)) {
    return { problem: "needs a URL that begins with http:// or https://, such as https://gateway.example/v1" };
  }
  if (url.username !== "" || url.password !== "") {
    return { problem: "must not hold a user name or password; a key goes into api_key_env or api_key_file" };
  }
  if (/[?#]/.test(text))
    return { problem: 'must not hold a query or fragment; remove everything from the "?" or "#" on' };
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, "")}` };
}

/** True when what is sent there can be read on the way. */
export function isUnencrypted(baseUrl: string): boolean {
  return new URL(baseUrl).protocol === "http:" && !isOnLoopback(baseUrl);
}

export function isOnLoopback(baseUrl: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(baseUrl).hostname);
}
