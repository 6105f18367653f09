import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";

export interface ListenerOptions {
  address: string;
  port: number;
  tls: { key: string; cert: string } | null;
  serve: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
}

/** What happens to those who connect. `hang`: the connection is taken and nothing is ever said. */
export type Gate = "serve" | "hang" | "reset";

/** One Agent's address. It is closed and opened as the Agent stops and starts: a stopped Agent refuses connections. */
export class Listener {
  port: number;
  gate: Gate = "serve";
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  private readonly web: ReturnType<typeof createHttpServer>;
  /** Opening takes a moment, so openings and closings follow one another. */
  private work: Promise<void> = Promise.resolve();
  private wanted = false;

  constructor(private readonly options: ListenerOptions) {
    const { tls, serve } = options;
    this.port = options.port;
    this.web = tls ? createHttpsServer(tls, serve) : createHttpServer(serve);
    this.web.on("tlsClientError", () => {}); // A client that does not trust the certificate says so itself.
  }

  open(): Promise<void> {
    this.wanted = true;
    return this.queue(async () => {
      if (this.wanted && !this.server) await this.listen();
    });
  }

  /** From now on connections are refused, and those that are open end. */
  close(): Promise<void> {
    this.wanted = false;
    this.shut();
    return this.queue(async () => {
      if (!this.wanted) this.shut();
    });
  }

  drop(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
    this.sockets.clear();
  }

  private shut(): void {
    this.server?.close();
    this.server = null;
    this.drop();
  }

  private queue(act: () => Promise<void>): Promise<void> {
    const done = this.work.then(act);
    this.work = done.catch(() => {}); // Who asked is told; the next one is tried all the same.
    return done;
  }

  private listen(): Promise<void> {
    const { address } = this.options;
    const server = createServer((socket) => this.take(socket));
    return new Promise((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => reject(new ListenError(address, this.port, error)));
      server.listen(this.port, address, () => {
        const bound = server.address();
        if (bound && typeof bound === "object") this.port = bound.port;
        if (this.wanted) this.server = server;
        else server.close();
        resolve();
      });
    });
  }

  private take(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {}); // The caller went away; nobody is left to be told.
    if (this.gate === "reset") socket.resetAndDestroy();
    if (this.gate === "serve") this.web.emit("connection", socket);
  }
}

/** An address that cannot be listened on, with what to do about it, in one line. */
export class ListenError extends Error {
  constructor(
    /** The address that could not be listened on. */
    readonly address: string,
    /** The port; 0: any. */
    readonly port: number,
    cause: NodeJS.ErrnoException,
  ) {
    super(`Listening on ${address}${port ? `:${port}` : ""}: ${cure(address, port, cause)}`, { cause });
    this.name = "ListenError";
  }
}

function cure(address: string, port: number, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} is in use. End the program that listens there, or choose another port.`;
    case "EADDRNOTAVAIL":
      // macOS gives its loopback interface 127.0.0.1 alone.
      return process.platform === "darwin"
        ? `the address is not there. Run \`sudo ifconfig lo0 alias ${address}\` first.`
        : "the address is not there. Use one in 127.0.0.0/8, or add it to the loopback interface first.";
    case "EACCES":
      return `port ${port} may not be used. Choose one above 1023.`;
    default:
      return `${message}.`;
  }
}
