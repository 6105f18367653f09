import { classes, opcodes, rcodes, types } from "./constants.js";
import { DnsError } from "./errors.js";
import type { Message } from "./message.js";
import { formatRdata } from "./rdata.js";
import { type Ask, type Reply, type Request, refusalOf } from "./reply.js";

/** A question to a server about what it holds itself, not about what it would find elsewhere: RD=0, and an answer without AA does not count. */
export interface Query extends Omit<Request, "message"> {
  name: string;
  type: number;
}

/** An answer of NOERROR or NXDOMAIN by an authority. Throws DnsError for any other. */
export async function askAuthority(ask: Ask, query: Query): Promise<Message> {
  const { act } = query;
  const reply = await ask({ ...query, message: queryMessage(query.name, query.type) });
  const { verdict, endpoint, signer } = reply;
  const { message } = verdict;
  if (message.rcode === rcodes.REFUSED && verdict.kind === "answer") {
    const key = signer ? `key "${signer.keyName}"` : "this machine";
    throw wrongServer(reply, act, "REFUSED", `Check that this server serves the zone of the name, and that ${key} may ask it.`);
  }
  if (message.rcode !== rcodes.NOERROR && message.rcode !== rcodes.NXDOMAIN) throw refusalOf(reply, act);
  if (verdict.kind === "unproven") {
    throw new DnsError(
      "DNS_UNVERIFIED",
      `${act} at ${endpoint.label}: its answer does not count, because ${verdict.why}. Check that the server itself answers there, and that it signs with key "${signer?.keyName}".`,
      { facts: { server: endpoint.label } },
    );
  }
  if (!message.authoritative) throw notAuthoritative(reply, act, query.name);
  return message;
}

/** A question about what the server holds itself. */
export function queryMessage(name: string, type: number): Message {
  return {
    id: 0,
    isResponse: false,
    opcode: opcodes.QUERY,
    authoritative: false,
    truncated: false,
    recursionDesired: false,
    rcode: rcodes.NOERROR,
    questions: [{ name, type, class: classes.IN }],
    answers: [],
    authorities: [],
    additionals: [],
  };
}

/** The server knows the name, if at all, from others. */
export function notAuthoritative(reply: Reply, act: string, name: string): DnsError {
  const { authorities, recursionAvailable } = reply.verdict.message;
  const delegation = authorities.filter(({ type }) => type === types.NS);
  const [cut] = delegation;
  if (cut === undefined || cut.name === "." || authorities.some(({ type }) => type === types.SOA)) {
    const cure = "Name the primary server of the zone.";
    if (recursionAvailable) return wrongServer(reply, act, `it is a resolver here: it has no zone for ${name} itself`, cure);
    if (cut?.name === ".") return wrongServer(reply, act, `it has no zone for ${name}, and only refers to the root`, cure);
    return wrongServer(reply, act, "it is not authoritative", cure);
  }
  const others = delegation
    .map(({ rdata }) => formatRdata(types.NS, rdata))
    .join(", ")
    .replace(/\.$/, "");
  return wrongServer(reply, act, `it delegates ${cut.name} to ${others}`, "Name the primary server of that zone.");
}

function wrongServer({ endpoint }: Reply, act: string, seen: string, cure: string): DnsError {
  return new DnsError("DNS_WRONG_SERVER", `${act} at ${endpoint.label}: ${seen}. ${cure}`, { facts: { server: endpoint.label } });
}
