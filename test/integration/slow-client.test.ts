import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { listen } from "../../src/server/listen.ts";

test("a client that never ends its headers is cut within 15 s", async () => {
  const server = await listen((_request, response) => response.end(), { host: "127.0.0.1", port: 0 });
  const socket = connect(server.port, server.host);
  const started = performance.now();
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n");
  const drip = setInterval(() => socket.write("X-Slow: 1\r\n"), 500);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    answer += chunk;
  });
  // Writing to a connection that was just cut may fail: that is how this test ends.
  socket.on("error", () => socket.destroy());
  await once(socket, "close");
  clearInterval(drip);
  await server.close();
  expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  expect(performance.now() - started).toBeLessThan(15_000);
});
