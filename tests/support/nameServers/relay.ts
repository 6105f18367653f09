import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, connect as openConnection, type Server, type Socket } from "node:net";
import { findFreePort } from "./ports.js";

export interface Interference {
  /** `cut`: the connection is reset instead. `silent`: it stays open and nothing is said. `delivered`: it gets there after all. */
  answer: "cut" | "silent" | "delivered";
  /** What happens when the server has answered, before the client can notice anything. */
  meanwhile?: () => unknown;
}

const headerLength = 12;
const updateOpcode = 5;

/** Stands between a client and a server on both transports, counts UPDATE messages and comes between them and their answers on demand. */
export class Relay {
  /** UPDATE messages that clients sent through here, prerequisites-only ones included. */
  updates = 0;
  private readonly interferences: Interference[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly listener: Server,
    private readonly packets: UdpSocket,
    /** As a client's `servers` takes it. */
    readonly server: { host: string; port: number },
  ) {}

  static async start(target: { host: string; port: number }, host: string): Promise<Relay> {
    const port = await findFreePort(host);
    const listener = createServer();
    const packets = createSocket("udp4");
    const relay = new Relay(listener, packets, { host, port });
    listener.on("connection", (socket) => relay.join(socket, openConnection(target.port, target.host)));
    packets.on("message", (request, { address, port: from }) => relay.forward(request, target, { host: address, port: from }));
    await new Promise<void>((done) => listener.listen(port, host, done));
    await new Promise<void>((done) => packets.bind(port, host, done));
    return relay;
  }

  /** Comes before the answers to the next UPDATE messages, one for each. */
  interfere(...interferences: Interference[]): void {
    this.interferences.push(...interferences);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.packets.close();
    await new Promise((done) => this.listener.close(done));
  }

  private join(near: Socket, far: Socket): void {
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket.setNoDelay());
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    onMessages(near, (message) => {
      if (opcodeOf(message) === updateOpcode) this.updates += 1;
      far.write(framed(message));
    });
    onMessages(far, async (message) => {
      const interference = opcodeOf(message) === updateOpcode ? this.interferences.shift() : undefined;
      await interference?.meanwhile?.();
      if (interference?.answer === "cut") near.resetAndDestroy();
      else if (interference?.answer !== "silent") near.write(framed(message));
    });
  }

  private forward(request: Buffer, target: { host: string; port: number }, from: { host: string; port: number }): void {
    const far = createSocket("udp4");
    far.on("error", () => far.close());
    far.on("message", (answer) => {
      this.packets.send(answer, from.port, from.host);
      far.close();
    });
    far.send(request, target.port, target.host);
  }
}

/** RFC 1035 4.1.1: bits 1 to 4 of the flags. */
const opcodeOf = (message: Buffer): number => (message.length < headerLength ? -1 : ((message[2] ?? 0) >> 3) & 15);

/** RFC 1035 4.2.2. */
function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

function onMessages(socket: Socket, each: (message: Buffer) => unknown): void {
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE();
      each(rest.subarray(2, end));
      rest = rest.subarray(end);
    }
  });
}
