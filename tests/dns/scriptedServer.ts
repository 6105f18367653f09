import { createSocket } from "node:dgram";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { DnsClient, type DnsClientOptions } from "../../provider/dns/client.js";
import { rcodes, types } from "../../provider/dns/constants.js";
import { decodeMessage, encodeMessage, FrameReader, frame, type Message } from "../../provider/dns/message.js";
import { hmacSigner, type Signer } from "../../provider/dns/signer.js";
import { findTsig, type SignOptions, signMessage } from "../../provider/dns/tsig.js";
import { SmallZone } from "./smallZone.js";

const secret = Buffer.from("a secret of exactly 32 bytes: ok");
export const secretText = secret.toString("base64");
export const signer = hmacSigner({ name: "dma-key", secret });
/** The same name with another secret: what it signs proves nothing. */
export const stranger = hmacSigner({ name: "dma-key", secret: Buffer.from("another secret of as many bytes!") });

/** How an answer is signed; `by: undefined` leaves it unsigned. */
export interface Signing extends Partial<SignOptions> {
  by?: Signer | undefined;
}

/** One message that arrived, and what can be done about it. */
export class Turn {
  readonly request: Message;

  constructor(
    readonly zone: SmallZone,
    readonly over: "tcp" | "udp",
    private readonly bytes: Buffer,
    /** Sends bytes as they are: on TCP without a length before them. */
    readonly pour: (bytes: Buffer) => void,
    /** Closes the connection; on UDP nothing. */
    readonly close: () => void,
  ) {
    this.request = decodeMessage(bytes);
  }

  /** Whether the message changes something, if it is carried out. */
  get isChange(): boolean {
    return this.request.opcode === 5 && this.request.authorities.length > 0;
  }

  /** The answer of an honest server; changes are made. Signed if the request was, unless told otherwise. */
  async answer(changes: Partial<Message> = this.zone.answer(this.request), signing: Signing = {}): Promise<Buffer> {
    const { id, opcode, questions } = this.request;
    const opt = this.request.additionals.filter(({ type }) => type === types.OPT);
    const message = { ...empty, id, opcode, questions, additionals: opt, ...changes };
    const bytes = encodeMessage(message);
    const tsig = findTsig(this.bytes);
    const { by, ...options } = { by: tsig ? signer : undefined, ...signing };
    if (!by) return bytes;
    return (await signMessage(bytes, by, { time: Date.now() / 1000, ...(tsig ? { requestMac: tsig.mac } : {}), ...options })).bytes;
  }

  async reply(changes?: Partial<Message>, signing?: Signing): Promise<void> {
    this.send(await this.answer(changes, signing));
  }

  send(bytes: Buffer): void {
    this.pour(this.over === "tcp" ? frame(bytes) : bytes);
  }
}

const empty: Message = {
  id: 0,
  isResponse: true,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  rcode: rcodes.NOERROR,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

export type Act = (turn: Turn) => unknown;

export const honest: Act = (turn) => turn.reply();
/** Carries out what is asked and never says so. */
export const loseAnswer: Act = (turn) => turn.answer();
/** Never hears of it. */
export const silence: Act = () => {};
/** Carries out what is asked and cuts the connection. */
export const cutAfterwards: Act = async (turn) => {
  await turn.answer();
  turn.close();
};
export const says =
  (rcode: keyof typeof rcodes, signing?: Signing): Act =>
  (turn) =>
    turn.reply({ rcode: rcodes[rcode] }, signing);

export interface Scripted {
  host: string;
  port: number;
  zone: SmallZone;
  /** Every message that arrived. */
  turns: Turn[];
  /** TCP connections that were made. */
  sockets: Socket[];
}

let lastHost = 0;

/** Listens on TCP and UDP. Each message gets the next act of the script; when there is none left, an honest answer. */
export async function scriptedServer(script: Act[] = [], { host = `127.53.1.${++lastHost}` } = {}): Promise<Scripted> {
  const acts = [...script];
  const server: Scripted = { host, port: 0, zone: new SmallZone(), turns: [], sockets: [] };
  const failures: unknown[] = [];
  const take = async (turn: Turn) => {
    server.turns.push(turn);
    await (acts.shift() ?? honest)(turn);
  };
  const note = (error: unknown) => void failures.push(error);
  const listener = createServer((socket) => {
    server.sockets.push(socket);
    const reader = new FrameReader();
    const pour = (bytes: Buffer) => void socket.write(bytes);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const bytes of reader.push(chunk)) take(new Turn(server.zone, "tcp", bytes, pour, () => socket.destroy())).catch(note);
    });
  });
  await new Promise<void>((resolve, reject) => listener.once("error", reject).listen(0, host, resolve));
  server.port = (listener.address() as AddressInfo).port;
  const datagrams = createSocket(host.includes(":") ? "udp6" : "udp4");
  datagrams.on("message", (bytes, { port, address }) => {
    const pour = (answer: Buffer) => datagrams.send(answer, port, address);
    take(new Turn(server.zone, "udp", bytes, pour, () => {})).catch(note);
  });
  await new Promise<void>((resolve) => datagrams.bind(server.port, host, resolve));
  onTestFinished(async () => {
    for (const socket of server.sockets) socket.destroy();
    datagrams.close();
    await new Promise((resolve) => listener.close(resolve));
    if (failures.length > 0) throw failures[0];
  });
  return server;
}

/** Long enough for an answer on a busy machine, short enough to wait for one that never comes. */
export const soon = { tryMilliseconds: 400 };

/** A client of these servers. */
export function clientOf(
  servers: { host: string; port: number } | { host: string; port: number }[],
  options: Partial<DnsClientOptions> = {},
): DnsClient {
  const client = new DnsClient({
    servers: [servers].flat().map(({ host, port }) => ({ host, port })),
    signer,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** An address where nothing listens. */
export const nobody = { host: "127.53.1.250", port: 9 };
