import nock from "nock";
import { afterEach, expect } from "vitest";

// Anchored, because nock searches the text: without it `127.0.0.1.example.com` would pass too.
nock.disableNetConnect();
nock.enableNetConnect(/^127\.0\.0\.1:\d+$/);

afterEach(() => {
  const unused = nock.pendingMocks();
  nock.cleanAll();
  expect(unused, "answers that the test prepared and nobody asked for").toEqual([]);
});
