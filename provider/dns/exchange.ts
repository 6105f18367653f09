import type { Judge, Sending, Verdict } from "./answer.js";
import { opcodes, rcodes, types } from "./constants.js";
import type { Deadline } from "./deadline.js";
import type { Endpoint } from "./endpoint.js";
import { DnsFormatError } from "./errors.js";
import { decodeMessage, encodeMessage, type Message } from "./message.js";
import type { Signer } from "./signer.js";
import type { Connections } from "./tcp.js";
import { type BadReason, signMessage, verifyMessage } from "./tsig.js";
import { askOverUdp } from "./udp.js";
import type { WireRecord } from "./wireRecord.js";

export interface ExchangeOptions {
  signer: Signer | undefined;
  connections: Connections;
  /** Milliseconds for one try at one address. */
  tryMilliseconds: number;
  /** Milliseconds since 1970, for signatures. */
  now: () => number;
}

/** RFC 6891 6.1.2: how long an answer over UDP may be. 1232 bytes pass every IPv6 path unfragmented. */
const edns: WireRecord = { name: ".", type: types.OPT, class: 1232, ttl: 0, rdata: Buffer.alloc(0) };

/** One message to one address and what came back, judged. Every try is signed with its own time, under its own id. Throws NoAnswer. */
export class Exchange {
  constructor(private readonly options: ExchangeOptions) {}

  get signer(): Signer | undefined {
    return this.options.signer;
  }

  async overTcp(endpoint: Endpoint, message: Message, deadline: Deadline): Promise<Verdict> {
    const connection = await this.options.connections.get(endpoint, this.options.tryMilliseconds, deadline);
    return connection.ask(this.sending(message, deadline));
  }

  /** Over UDP, and once more over TCP when the answer did not fit (RFC 7766 5): what is in a truncated one is never used. */
  async overUdp(endpoint: Endpoint, query: Message, deadline: Deadline): Promise<Verdict> {
    let verdict = await askOverUdp(endpoint, this.sending({ ...query, additionals: [edns] }, deadline));
    if (verdict.kind === "answer" && isUnawareOfEdns(verdict.message)) {
      verdict = await askOverUdp(endpoint, this.sending(query, deadline));
    }
    return verdict.kind === "answer" && verdict.message.truncated ? this.overTcp(endpoint, query, deadline) : verdict;
  }

  private sending(message: Message, deadline: Deadline): Sending {
    const { signer, now, tryMilliseconds } = this.options;
    const seconds = () => Math.floor(now() / 1000);
    return {
      deadline,
      milliseconds: tryMilliseconds,
      compose: async (id) => {
        const bytes = encodeMessage({ ...message, id });
        if (!signer) return { bytes, judge: async (answer) => plain(answer, message) };
        const request = await signMessage(bytes, signer, { time: seconds() });
        return { bytes: request.bytes, judge: signedJudge(message, signer, request.mac, seconds) };
      },
    };
  }
}

function plain(bytes: Buffer, request: Message): Verdict {
  const read = readAnswer(bytes, request);
  return "kind" in read ? read : { kind: "answer", message: read.message, tsigError: 0 };
}

/** RFC 8945 5.4: only a signature that holds makes an answer of it. */
function signedJudge(request: Message, signer: Signer, requestMac: Buffer, seconds: () => number): Judge {
  return async (bytes) => {
    const verification = await verifyMessage(bytes, signer, { requestMac, time: seconds() });
    const read = readAnswer(verification.bytes, request);
    if ("kind" in read) return read;
    const { message } = read;
    switch (verification.kind) {
      case "verified":
        return { kind: "answer", message, tsigError: verification.error, ...skewOf(verification.otherTime, seconds()) };
      case "unsigned":
        return { kind: "unproven", message, tsigError: 0, isUnsigned: true, why: "it is not signed" };
      case "bad":
        return unproven(message, verification.error, verification.reason);
    }
  };
}

const skewOf = (serverSeconds: number | undefined, ourSeconds: number) =>
  serverSeconds === undefined ? {} : { skewSeconds: ourSeconds - serverSeconds };

/** RFC 8945 5.3.2: a server that cannot check our signature cannot sign either. */
function unproven(message: Message, tsigError: number, reason: BadReason): Verdict {
  const isUnsigned = tsigError === rcodes.BADSIG || tsigError === rcodes.BADKEY;
  return { kind: "unproven", message, tsigError, isUnsigned, why: isUnsigned ? "it is not signed" : reasons[reason] };
}

const reasons: Record<BadReason, string> = {
  format: "its signature has no valid form",
  key: "it is signed with another key",
  algorithm: "it is signed with another algorithm",
  mac: "its signature is wrong",
  truncatedMac: "its signature is cut short",
  time: "it was signed at another time",
};

function readAnswer(bytes: Buffer, request: Message): { message: Message } | Verdict {
  try {
    const message = decodeMessage(bytes);
    const why = foreignTo(request, message);
    return why === undefined ? { message } : { kind: "foreign", why };
  } catch (error) {
    if (!(error instanceof DnsFormatError)) throw error;
    return { kind: "garbage", why: `what it sent is no DNS message (${error.facts.problem})` };
  }
}

/** Why the message answers something else (RFC 5452 9.1); undefined when it answers this request. */
function foreignTo(request: Message, { isResponse, opcode, questions, rcode }: Message): string | undefined {
  if (!isResponse) return "a message that is no answer";
  if (opcode !== request.opcode) return "an answer to another kind of message";
  // A server that refuses may leave out the question, and to an UPDATE any server may (RFC 2136 3.8).
  if (questions.length === 0 && (rcode !== rcodes.NOERROR || opcode === opcodes.UPDATE)) return undefined;
  const [asked] = request.questions;
  const [echoed] = questions;
  const isSame = questions.length === 1 && echoed?.name === asked?.name && echoed?.type === asked?.type && echoed?.class === asked?.class;
  return isSame ? undefined : "an answer to another question";
}

/** RFC 6891 7: a server that does not know EDNS says so, without an OPT record of its own. */
function isUnawareOfEdns({ rcode, additionals }: Message): boolean {
  return (rcode === rcodes.FORMERR || rcode === rcodes.NOTIMP) && !additionals.some(({ type }) => type === types.OPT);
}
