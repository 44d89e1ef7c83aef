import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface MailServer extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  /** Each message as it came, headers and body, in the order in which they came. */
  readonly messages: readonly string[];
}

const END_OF_MESSAGE = "\r\n.\r\n";

/** Takes every mail for everybody, without TLS and without asking who sends it. */
export async function startMailServer(): Promise<MailServer> {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    converse(socket, (message) => messages.push(message));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    messages,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function converse(socket: Socket, take: (message: string) => void): void {
  let pending = "";
  let isMessage = false;
  const say = (line: string) => socket.write(`${line}\r\n`);
  const next = (): string | undefined => {
    const mark = isMessage ? END_OF_MESSAGE : "\r\n";
    const end = pending.indexOf(mark);
    if (end === -1) return undefined;
    const part = pending.slice(0, end);
    pending = pending.slice(end + mark.length);
    return part;
  };
  say("220 test");
  socket.setEncoding("utf8").on("data", (chunk) => {
    pending += String(chunk);
    for (let part = next(); part !== undefined; part = next()) {
      if (isMessage) take(part);
      isMessage = !isMessage && part.toUpperCase() === "DATA";
      if (isMessage) say("354 go on");
      else say(part.toUpperCase() === "QUIT" ? "221 bye" : "250 ok");
    }
  });
}
