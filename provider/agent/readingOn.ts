import type { Socket } from "node:net";

const head = /^HTTP\/1\.[01] 100(?=[ \r])/;
const longestHead = 16 * 1024;

/**
 * A connection on which `100 Continue` is read over: a server may send it unasked, and a client reads on (RFC 9110 15.2.1). undici takes
 * it for a broken answer and ends the connection. Only the beginning of an answer is looked at, never what is within one.
 */
export function readingOn(socket: Socket): Socket {
  const [read, write] = [socket.read.bind(socket), socket.write.bind(socket)];
  let isAwaited = true;
  let held: Buffer = Buffer.alloc(0);
  socket.write = ((...sent: Parameters<Socket["write"]>) => {
    isAwaited = true;
    return write(...sent);
  }) as Socket["write"];
  socket.read = (size?: number): unknown => {
    for (;;) {
      const chunk = read(size) as Buffer | null;
      if (chunk === null || !isAwaited) return chunk;
      held = Buffer.concat([held, chunk]);
      const rest = withoutContinue(held);
      if (rest === undefined) continue;
      held = Buffer.alloc(0);
      if (rest.length === 0) continue;
      isAwaited = false;
      return rest;
    }
  };
  return socket;
}

/** What comes after such heads; undefined while it cannot be told yet. */
function withoutContinue(bytes: Buffer): Buffer | undefined {
  let rest = bytes;
  for (;;) {
    const start = rest.subarray(0, 14).toString("latin1");
    if (!head.test(start))
      return start.length > 0 && "HTTP/1.1 100 ".replace("1.1", start.slice(5, 8)).startsWith(start) ? undefined : rest;
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) return rest.length > longestHead ? rest : undefined;
    rest = rest.subarray(end + 4);
  }
}
