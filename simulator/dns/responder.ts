import { randomBytes } from "node:crypto";
import { DnsFormatError, hmacSigner, type Signer } from "pulumi-dataminer-failover/dns";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  opcodes,
  rcodeName,
  rcodes,
  types,
  type WireRecord,
} from "pulumi-dataminer-failover/dns/messages";
import { type Answer, answerQuestion, zoneOf } from "./answering.js";
import type { DnsFault, DnsFaults } from "./faults.js";
import { authenticate, type Sender } from "./keys.js";
import { describe, type LoggedMessage, type MessageLog, opcodeName } from "./messageLog.js";
import { update } from "./updating.js";
import type { Zone } from "./zone.js";

/** What the responder works with. */
export interface Service {
  zones: readonly Zone[];
  signers: readonly Signer[];
  isPermitted(zone: Zone, key: Signer | null): boolean;
  faults: DnsFaults;
  log: MessageLog;
  /** By its own clock, in milliseconds since 1970. */
  now(): number;
  /** In our time; ends early when the server is closed. */
  pause(milliseconds: number): Promise<void>;
}

/** Bytes for the caller; or none, and then whether its connection ends. */
export type Reply = Buffer | "cut" | "open";

/** The largest UDP answer that certainly arrives in one piece, and a client's limit without EDNS (RFC 1035 4.2.1). */
const largestUdp = 1232;
const largestPlainUdp = 512;
const headerBytes = 12;

/** Takes a message as it came, and gives what is said to it. */
export async function respond(service: Service, bytes: Buffer, transport: "udp" | "tcp"): Promise<Reply> {
  // An answer is never answered, or two servers could keep each other busy for ever.
  if (bytes.length < headerBytes || (bytes[2] ?? 0) >> 7 === 1) return "open";
  const entry = service.log.add(blankEntry(service, bytes, transport));
  let sender: Sender;
  let request: Message;
  try {
    sender = await authenticate(bytes, service.signers, service.now() / 1000);
    request = decodeMessage(sender.bytes);
  } catch (error) {
    if (!(error instanceof DnsFormatError)) throw error;
    Object.assign(entry, { rcode: "FORMERR", answered: true });
    return encodeMessage(blankAnswer(bytes, rcodes.FORMERR));
  }
  const opt = request.additionals.find(({ type }) => type === types.OPT);
  Object.assign(entry, describe(request), { key: sender.key?.keyName ?? null });
  const zone = entry.name === null ? undefined : zoneOf(service.zones, entry.name);
  const fault = service.faults.take({
    opcode: entry.opcode,
    zone: zone?.name ?? null,
    key: entry.key,
    changing: entry.changes.length > 0,
  });
  if (fault?.kind === "loseRequest") return fault.connection ?? "cut";
  if (fault?.kind === "late") await service.pause(fault.milliseconds);
  const answer = decide(service, request, sender, opt, fault);
  entry.rcode = sender.error === 0 && answer.rcode === 16 ? "BADVERS" : rcodeName(answer.rcode);
  if (sender.error !== 0) entry.tsigError = rcodeName(sender.error);
  if (fault?.kind === "loseAnswer") return fault.connection ?? "cut";
  const message = { ...blankAnswer(bytes, answer.rcode), ...answer, questions: request.questions };
  const reply = await sealed(message, sender, opt, transport, fault);
  if (fault?.kind === "slow") await service.pause(fault.milliseconds);
  entry.answered = true;
  return reply;
}

function decide(service: Service, request: Message, sender: Sender, opt: WireRecord | undefined, fault: DnsFault | undefined): Answer {
  const { zones } = service;
  const only = (rcode: number): Answer => ({ rcode, authoritative: false, answers: [], authorities: [], additionals: [] });
  if (sender.error !== 0) return only(rcodes.NOTAUTH);
  if (fault?.kind === "rcode") return only(rcodes[fault.rcode]);
  // RFC 6891 6.1.3: there is no version but 0; 16 in a header is BADVERS.
  if (opt && ((opt.ttl >>> 16) & 0xff) !== 0) return only(16);
  const [question] = request.questions;
  if (request.opcode === opcodes.UPDATE) {
    if (fault?.kind === "ignore") return only(rcodes.NOERROR);
    return only(update(zones, request, (zone) => service.isPermitted(zone, sender.key)));
  }
  if (request.opcode !== opcodes.QUERY) return only(rcodes.NOTIMP);
  if (!question || request.questions.length > 1) return only(rcodes.FORMERR);
  return answerQuestion(zones, question);
}

/** Signs the answer; one that is too large for UDP goes without its records, and says so (RFC 2181 9, RFC 8945 5.3). */
async function sealed(
  message: Message,
  sender: Sender,
  opt: WireRecord | undefined,
  transport: "udp" | "tcp",
  fault: DnsFault | undefined,
): Promise<Buffer> {
  const edns: WireRecord[] = opt ? [{ name: ".", type: types.OPT, class: largestUdp, ttl: 0, rdata: Buffer.alloc(0) }] : [];
  const sign = async (answer: Message): Promise<Buffer> => {
    const encoded = encodeMessage(answer);
    if (fault?.kind === "unsigned") return encoded;
    return sender.sign(encoded, fault?.kind === "wrongMac" && sender.key ? impostor(sender.key) : undefined);
  };
  const whole = await sign({ ...message, additionals: [...message.additionals, ...edns] });
  const limit = opt ? Math.min(Math.max(opt.class, largestPlainUdp), largestUdp) : largestPlainUdp;
  if (transport === "tcp" || whole.length <= limit) return whole;
  return sign({ ...message, truncated: true, answers: [], authorities: [], additionals: edns });
}

const impostor = ({ keyName, algorithm }: Signer): Signer => hmacSigner({ name: keyName, algorithm, secret: randomBytes(64) });

/** The header of an answer; what was asked for by bits goes with it. */
function blankAnswer(request: Buffer, rcode: number): Message {
  const flags = request.readUInt16BE(2);
  return {
    id: request.readUInt16BE(0),
    isResponse: true,
    opcode: (flags >> 11) & 0xf,
    authoritative: false,
    truncated: false,
    recursionDesired: (flags & 0x100) !== 0,
    rcode,
    questions: [],
    answers: [],
    authorities: [],
    additionals: [],
  };
}

function blankEntry(service: Service, bytes: Buffer, transport: "udp" | "tcp"): LoggedMessage {
  return {
    time: new Date(service.now()).toISOString(),
    transport,
    opcode: opcodeName((bytes.readUInt16BE(2) >> 11) & 0xf),
    name: null,
    type: null,
    key: null,
    rcode: null,
    tsigError: null,
    answered: false,
    prerequisites: [],
    changes: [],
  };
}
