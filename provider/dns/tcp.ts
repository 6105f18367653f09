import { randomInt } from "node:crypto";
import { connect, type Socket } from "node:net";
import { brokenWay, closedConnection, type Judge, lateAnswer, NoAnswer, type Sending, type Verdict } from "./answer.js";
import type { Deadline } from "./deadline.js";
import type { Endpoint } from "./endpoint.js";
import { FrameReader, frame } from "./message.js";
import { headerBytes } from "./wireNames.js";

interface Opened {
  connection: TcpConnection | undefined;
  opening: Promise<TcpConnection>;
}

/** One TCP connection for each address, opened when a message needs it, and anew when it was closed (RFC 7766 6.2.1). */
export class Connections {
  private readonly opened = new Map<string, Opened>();
  private isClosed = false;

  async get(endpoint: Endpoint, milliseconds: number, deadline: Deadline): Promise<TcpConnection> {
    const known = this.opened.get(keyOf(endpoint));
    if (known?.connection?.isUsable) return known.connection;
    const { opening } = known && known.connection === undefined ? known : this.open(endpoint, milliseconds);
    return deadline.within<TcpConnection>(
      milliseconds,
      () => lateAnswer(milliseconds, false),
      (resolve, reject) => opening.then(resolve, reject),
    );
  }

  close(): void {
    this.isClosed = true;
    for (const { connection } of this.opened.values()) connection?.close();
    this.opened.clear();
  }

  private open(endpoint: Endpoint, milliseconds: number): Opened {
    const key = keyOf(endpoint);
    const opened: Opened = { connection: undefined, opening: TcpConnection.open(endpoint, milliseconds) };
    this.opened.set(key, opened);
    opened.opening.then(
      (connection) => {
        opened.connection = connection;
        if (this.isClosed) connection.close();
      },
      () => this.opened.get(key) === opened && this.opened.delete(key),
    );
    return opened;
  }
}

const keyOf = ({ address, port }: Endpoint): string => `${address} ${port}`;

interface Waiter {
  judge: Judge;
  /** Messages are judged one after the other, and an end of the connection waits for its turn. */
  judged: Promise<void>;
  noted: string | undefined;
  answer(verdict: Verdict): void;
  fail(reason: unknown): void;
}

/** Shorter than Knot's 10 s and BIND's 30 s, so that mostly we are the one who closes. */
const idleMilliseconds = 5_000;

/**
 * One connection for any number of messages, sent without waiting for each other and answered in any order: an answer belongs
 * to the message whose id it has (RFC 7766 6.2.1.1, 7). It keeps no process alive; the timers of waiting calls do that.
 */
export class TcpConnection {
  /** Whether further messages may be sent over it. */
  isUsable = true;
  private hasAnswered = false;
  /** By id. An id is taken before its message is signed, because the signature covers it. */
  private readonly waiting = new Map<number, Waiter | undefined>();
  private readonly reader = new FrameReader();

  private constructor(private readonly socket: Socket) {
    socket.setTimeout(idleMilliseconds, () => this.waiting.size === 0 && this.close());
    socket.on("data", (chunk) => this.take(chunk));
    socket.on("error", (error) => this.break(brokenWay(error, true, this.hasAnswered)));
    socket.on("end", () => this.break(closedConnection(this.hasAnswered)));
    socket.on("close", () => this.break(closedConnection(this.hasAnswered)));
  }

  static open({ address, port }: Endpoint, milliseconds: number): Promise<TcpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: address, port, noDelay: true }).unref();
      const end = (reason: NoAnswer) => {
        clearTimeout(timer);
        socket.destroy();
        reject(reason);
      };
      const timer = setTimeout(() => end(new NoAnswer("DNS_UNREACHABLE", "it does not answer", false)), milliseconds).unref();
      const fail = (error: unknown) => end(brokenWay(error, false));
      socket.once("error", fail);
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.off("error", fail);
        resolve(new TcpConnection(socket));
      });
    });
  }

  /** Sends one message and waits for its answer. When none comes in time, no further message is sent over this connection. */
  async ask({ compose, milliseconds, deadline }: Sending): Promise<Verdict> {
    const id = this.takeId();
    const waiter: Waiter = { judge: nobody, judged: Promise.resolve(), noted: undefined, answer: () => {}, fail: () => {} };
    const late = () => {
      this.isUsable = false;
      return lateAnswer(milliseconds, true, waiter.noted);
    };
    try {
      const { bytes, judge } = await compose(id);
      const framed = frame(bytes);
      if (this.socket.destroyed) throw new NoAnswer("DNS_UNREACHABLE", "the connection was closed", false, true);
      return await deadline.within<Verdict>(milliseconds, late, (resolve, reject) => {
        this.waiting.set(id, Object.assign(waiter, { judge, answer: resolve, fail: reject }));
        this.send(framed);
      });
    } finally {
      this.waiting.delete(id);
      if (!this.isUsable && this.waiting.size === 0) this.close();
    }
  }

  close(): void {
    this.isUsable = false;
    this.socket.destroy();
  }

  /** Each message with its length in one write (RFC 7766 8), and all that are ready at this moment in one packet. */
  private send(framed: Buffer): void {
    if (this.socket.writableCorked === 0) {
      this.socket.cork();
      process.nextTick(() => this.socket.uncork());
    }
    this.socket.write(framed);
  }

  private takeId(): number {
    let id = randomInt(0x10000);
    while (this.waiting.has(id)) id = randomInt(0x10000);
    this.waiting.set(id, undefined);
    return id;
  }

  private take(chunk: Buffer): void {
    for (const bytes of this.reader.push(chunk)) {
      if (bytes.length < headerBytes) {
        this.break(new NoAnswer("DNS_UNREACHABLE", "what it sent is no DNS message", true));
        return;
      }
      const waiter = this.waiting.get(bytes.readUInt16BE(0));
      if (waiter) waiter.judged = waiter.judged.then(() => this.settle(waiter, bytes)).catch(waiter.fail);
      // Late, to a message that was given up; or nobody's.
      else for (const other of this.waiting.values()) if (other) other.noted = "an answer with another id";
    }
  }

  private async settle(waiter: Waiter, bytes: Buffer): Promise<void> {
    const verdict = await waiter.judge(bytes);
    if (verdict.kind === "foreign") {
      waiter.noted = verdict.why;
    } else if (verdict.kind === "garbage") {
      this.isUsable = false;
      waiter.fail(new NoAnswer("DNS_UNREACHABLE", verdict.why, true));
    } else {
      this.hasAnswered = true;
      waiter.answer(verdict);
    }
  }

  private break(reason: NoAnswer): void {
    this.isUsable = false;
    for (const waiter of this.waiting.values()) waiter?.judged.then(() => waiter.fail(reason));
    this.socket.destroy();
  }
}

const nobody: Judge = async () => ({ kind: "foreign", why: "an answer before its question" });
