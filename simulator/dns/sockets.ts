import { randomInt } from "node:crypto";
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import { FrameReader, frame } from "pulumi-dataminer-failover/dns/messages";
import { ListenError } from "../host/listener.js";
import type { Reply } from "./responder.js";

/** Below the ports that systems give to connections by themselves, so that nobody takes it while the server is stopped. */
const [firstPort, lastPort] = [20_000, 32_000];
const attempts = 50;

export type Respond = (bytes: Buffer, transport: "udp" | "tcp") => Promise<Reply>;

/** One address and port, on UDP and TCP (RFC 7766 5). Closed, it refuses both. */
export class Sockets {
  private udp: UdpSocket | null = null;
  private tcp: Server | null = null;
  private readonly connections = new Set<Socket>();

  constructor(
    readonly address: string,
    /** 0 until one is chosen; it stays over a restart. */
    public port: number,
    private readonly respond: Respond,
    private readonly failed: (error: unknown) => void,
  ) {}

  async open(): Promise<void> {
    if (this.udp || this.tcp) return;
    if (this.port !== 0) return this.listen(this.port);
    for (let attempt = 1; ; attempt++) {
      const port = randomInt(firstPort, lastPort);
      try {
        await this.listen(port);
        this.port = port;
        return;
      } catch (error) {
        const isTaken = error instanceof ListenError && (error.cause as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (!isTaken || attempt === attempts) throw error;
      }
    }
  }

  async close(): Promise<void> {
    const { udp, tcp } = this;
    this.udp = null;
    this.tcp = null;
    const closed = [udp, tcp].map((socket) => socket && new Promise<void>((done) => socket.close(() => done())));
    for (const connection of this.connections) connection.destroy();
    await Promise.all(closed);
  }

  private async listen(port: number): Promise<void> {
    const udp = createSocket(isIPv6(this.address) ? "udp6" : "udp4");
    const tcp = createServer((connection) => this.take(connection));
    try {
      await new Promise<void>((resolve, reject) => udp.once("error", reject).bind({ address: this.address, port }, resolve));
      await new Promise<void>((resolve, reject) => tcp.once("error", reject).listen({ host: this.address, port }, resolve));
    } catch (error) {
      udp.close();
      throw new ListenError(this.address, port, error as NodeJS.ErrnoException);
    }
    udp.removeAllListeners("error").on("error", () => {}); // A client's port that is closed again; nobody is left to be told.
    udp.on("message", (bytes, from) => {
      this.respond(bytes, "udp").then((reply) => {
        if (typeof reply !== "string" && this.udp === udp) udp.send(reply, from.port, from.address);
      }, this.failed);
    });
    this.udp = udp;
    this.tcp = tcp;
  }

  /** Messages of one connection are answered as each is ready, in any order (RFC 7766 6.2.1.1). */
  private take(connection: Socket): void {
    this.connections.add(connection);
    const reader = new FrameReader();
    connection.setNoDelay(true);
    connection.on("close", () => this.connections.delete(connection));
    connection.on("error", () => {}); // The client went away.
    connection.on("data", (chunk) => {
      for (const bytes of reader.push(chunk)) {
        this.respond(bytes, "tcp").then((reply) => {
          if (reply === "cut") connection.resetAndDestroy();
          else if (reply !== "open" && connection.writable) connection.write(frame(reply));
        }, this.failed);
      }
    });
  }
}
