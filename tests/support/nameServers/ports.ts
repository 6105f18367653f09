import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Below the ports that Linux gives to connections by itself (32768 and up), so that none is taken while a server is down. */
const firstPort = 20_000;
const lastPort = 32_000;

/** A port that is free on this address for TCP and UDP. */
export async function findFreePort(address: string): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort);
    if ((await isFreeForTcp(address, port)) && (await isFreeForUdp(address, port))) return port;
  }
}

export function isFreeForTcp(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((done) => {
    server.once("error", () => done(false));
    server.listen({ host, port }, () => server.close(() => done(true)));
  });
}

function isFreeForUdp(address: string, port: number): Promise<boolean> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  return new Promise((done) => {
    socket.once("error", () => socket.close(() => done(false)));
    socket.bind({ address, port }, () => socket.close(() => done(true)));
  });
}
