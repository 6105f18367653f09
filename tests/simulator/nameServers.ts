import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { classes, opcodes, rcodeName, rcodes, typeNumber, types } from "../../provider/dns/constants.js";
import { decodeMessage, encodeMessage, FrameReader, frame, type Message } from "../../provider/dns/message.js";
import { encodeRdata, formatRdata, type RecordType } from "../../provider/dns/rdata.js";
import type { Signer } from "../../provider/dns/signer.js";
import { signMessage, type Verification, verifyMessage } from "../../provider/dns/tsig.js";
import type { WireRecord } from "../../provider/dns/wireRecord.js";
import { makeKey, NameServer, type NameServerOptions } from "../../simulator/index.js";

export const zone = "skyline.local.";
export const key = makeKey("dma-key");

/** A server with the zone and the key, and whatever else is asked for; it is closed after the test. */
export async function startServer(options: Partial<NameServerOptions> = {}): Promise<NameServer> {
  const server = await NameServer.start({ zones: [zone], keys: [key], ...options });
  onTestFinished(() => server.close());
  return server;
}

const none = Buffer.alloc(0);
const header = { id: 4711, isResponse: false, authoritative: false, truncated: false, recursionDesired: false, rcode: rcodes.NOERROR };

export function query(name: string, type = "A", { udpSize }: { udpSize?: number } = {}): Message {
  const opt = { name: ".", type: types.OPT, class: udpSize ?? 0, ttl: 0, rdata: none };
  return {
    ...header,
    opcode: opcodes.QUERY,
    questions: [{ name, type: typeNumber(type), class: classes.IN }],
    answers: [],
    authorities: [],
    additionals: udpSize === undefined ? [] : [opt],
  };
}

/** An UPDATE of the zone; `changes` and `prerequisites` as records on the wire. */
export function update(changes: WireRecord[], prerequisites: WireRecord[] = [], name = zone): Message {
  return {
    ...header,
    opcode: opcodes.UPDATE,
    questions: [{ name, type: types.SOA, class: classes.IN }],
    answers: prerequisites,
    authorities: changes,
    additionals: [],
  };
}

const bare = (name: string, type: string, kind: number): WireRecord => ({ name, type: typeNumber(type), class: kind, ttl: 0, rdata: none });

export const add = (name: string, type: RecordType, data: string, ttl = 300): WireRecord => ({
  name,
  type: types[type],
  class: classes.IN,
  ttl,
  rdata: encodeRdata(type, data),
});
export const deleteRecord = (name: string, type: RecordType, data: string): WireRecord => ({
  ...add(name, type, data, 0),
  class: classes.NONE,
});
export const deleteRRset = (name: string, type: string): WireRecord => bare(name, type, classes.ANY);
export const deleteName = (name: string): WireRecord => bare(name, "ANY", classes.ANY);

export const rrsetIs = (name: string, type: RecordType, ...data: string[]): WireRecord[] => data.map((each) => add(name, type, each, 0));
export const rrsetExists = (name: string, type: string): WireRecord[] => [bare(name, type, classes.ANY)];
export const rrsetAbsent = (name: string, type: string): WireRecord[] => [bare(name, type, classes.NONE)];
export const nameInUse = (name: string): WireRecord[] => [bare(name, "ANY", classes.ANY)];
export const nameNotInUse = (name: string): WireRecord[] => [bare(name, "ANY", classes.NONE)];

export type Transport = "udp" | "tcp";

/** Sends bytes and gives those that come back; rejects when the connection ends or nothing comes for a while. */
export function exchange({ address, port }: NameServer, bytes: Buffer, transport: Transport = "tcp", patience = 2000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const silence = setTimeout(() => end(() => reject(new Error("nothing came"))), patience);
    const socket = transport === "udp" ? createSocket(address.includes(":") ? "udp6" : "udp4") : connect({ host: address, port });
    const end = (act: () => void): void => {
      clearTimeout(silence);
      if ("destroy" in socket) socket.destroy();
      else socket.close();
      act();
    };
    socket.on("error", (error: Error) => end(() => reject(error)));
    if ("destroy" in socket) {
      const reader = new FrameReader();
      socket.on("data", (chunk: Buffer) => {
        const [message] = reader.push(chunk);
        if (message) end(() => resolve(message));
      });
      socket.write(frame(bytes));
    } else {
      socket.on("message", (message) => end(() => resolve(message)));
      socket.connect(port, address, () => socket.send(bytes));
    }
  });
}

export interface Answered {
  rcode: string;
  authoritative: boolean;
  truncated: boolean;
  answers: string[];
  authorities: string[];
  verification: Verification;
  message: Message;
}

export interface AskOptions {
  transport?: Transport;
  /** Who signs; null: nobody. */
  signer?: Signer | null;
  /** Our clock, in seconds since 1970. */
  time?: number;
  patience?: number;
}

/** Sends a message, signed where a signer is given, and reads what comes back. */
export async function ask(server: NameServer, message: Message, options: AskOptions = {}): Promise<Answered> {
  const { transport = "tcp", signer = null, time = Date.now() / 1000, patience } = options;
  const plain = encodeMessage(message);
  const request = signer ? await signMessage(plain, signer, { time }) : { bytes: plain, mac: none };
  const bytes = await exchange(server, request.bytes, transport, patience);
  const verification: Verification = signer
    ? await verifyMessage(bytes, signer, { time, requestMac: request.mac })
    : { kind: "unsigned", bytes };
  const answer = decodeMessage(verification.bytes);
  const show = ({ name, ttl, type, rdata }: WireRecord): string =>
    `${name} ${ttl} ${type === types.SOA ? "SOA" : `${typeOf(type)} ${formatRdata(type, rdata)}`}`;
  return {
    rcode: rcodeName(answer.rcode),
    authoritative: answer.authoritative,
    truncated: answer.truncated,
    answers: answer.answers.map(show),
    authorities: answer.authorities.map(show),
    verification,
    message: answer,
  };
}

const typeOf = (type: number): string => Object.entries(types).find(([, number]) => number === type)?.[0] ?? String(type);
