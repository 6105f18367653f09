import { types } from "./constants.js";
import { amended, DnsError, type DnsErrorCode } from "./errors.js";
import { isAtOrBelow, parentOf } from "./names.js";
import { askAuthority, notAuthoritative, queryMessage } from "./query.js";
import type { Reply } from "./reply.js";
import { type Call, probe } from "./sendUpdate.js";
import { decodeName } from "./wireNames.js";
import type { WireRecord } from "./wireRecord.js";

/**
 * The zone that holds the name, as the server itself has it: mostly one SOA query (RFC 2136 4.3). Where its answer names no
 * zone above the name, the next label up is asked: Windows may leave the authority section empty, and behind an alias the SOA
 * there is that of the target's zone.
 */
export async function findZone({ ask, over }: Pick<Call, "ask" | "over">, name: string): Promise<string> {
  const act = `Finding the zone of ${name}`;
  for (let at: string | undefined = name; at !== undefined; at = parentOf(at)) {
    const { answers, authorities } = await askAuthority(ask, { act, name: at, type: types.SOA, over });
    if (answers.some((record) => record.type === types.SOA && record.name === at)) return at;
    const isAlias = answers.some(({ type }) => type === types.CNAME || type === types.DNAME);
    const above = authorities.find((record) => record.type === types.SOA && isAtOrBelow(name, record.name));
    if (above && !isAlias) return above.name;
  }
  throw new DnsError("DNS_NO_ZONE", `${act}: the server names no zone that it is in. Give the zone, or check which server holds it.`, {
    facts: { name },
  });
}

/** After these the server's own view of the zone says more than its refusal. */
const unclear: readonly DnsErrorCode[] = ["DNS_REFUSED", "DNS_NOTAUTH", "DNS_NOTIMP", "DNS_FORMERR"];

/**
 * Whether the server takes updates of this zone, before the first is sent: an update without changes (RFC 2136 2.4), whose prerequisite
 * every zone meets. A policy by name (BIND's update-policy) is not tried by it. Throws what stands in the way.
 */
export async function requireZone(call: Call): Promise<void> {
  const act = `Probing zone ${call.zone}`;
  try {
    await probe(call, act, [{ kind: "nameInUse", name: call.zone }]);
  } catch (error) {
    if (!(error instanceof DnsError && unclear.includes(error.code))) throw error;
    throw await explained(call, act, error);
  }
}

async function explained({ ask, zone, over }: Call, act: string, refusal: DnsError): Promise<DnsError> {
  let reply: Reply;
  try {
    reply = await ask({ act, message: queryMessage(zone, types.SOA), over });
  } catch (error) {
    // A server that cannot be asked either leaves its refusal as the last word.
    if (error instanceof DnsError) return refusal;
    throw error;
  }
  const { message } = reply.verdict;
  const server = reply.endpoint.label;
  const at = `${act} at ${server}:`;
  if (message.rcode !== 0 && message.rcode !== 3) return refusal;
  if (!message.authoritative) return notAuthoritative(reply, act, zone);
  const soa = findSoa(message.answers, zone);
  if (soa === undefined) {
    const above = message.authorities.find(({ type, name }) => type === types.SOA && isAtOrBelow(zone, name));
    if (above === undefined) return refusal;
    const seen = `it is no zone of its own there, but lies in zone ${above.name}`;
    return new DnsError("DNS_NO_ZONE", `${at} ${seen} Name that one.${cureFor(zone)}`, { facts: { server, name: zone, zone: above.name } });
  }
  if (isBuiltIn(soa)) {
    const seen = "the server has only an empty zone of its own for it (RFC 6303), which takes no records";
    return new DnsError("DNS_NO_ZONE", `${at} ${seen}. Make the zone there, or name the one that you have.${cureFor(zone)}`, {
      facts: { server, name: zone },
    });
  }
  return soa.primary === "." ? refusal : amended(refusal, { more: ` The zone's SOA names ${soa.primary} as its primary server.` });
}

const isReverse = (zone: string): boolean => isAtOrBelow(zone, "in-addr.arpa.") || isAtOrBelow(zone, "ip6.arpa.");

/** The settings of the resources, for a zone that most people forget to make. */
const cureFor = (zone: string): string =>
  isReverse(zone) ? " Of a resource: set `reverseZone` to it, or `reverse: false` for no PTR records." : "";

/** The part of a zone's SOA (RFC 1035 3.3.13) that says whose zone it is. */
export interface Soa {
  zone: string;
  /** MNAME: the name of the primary server, as its owner wrote it. */
  primary: string;
  /** RNAME, a mailbox as a name. */
  contact: string;
  serial: number;
}

/** The zone's SOA among records, if it is there. */
export function findSoa(records: readonly WireRecord[], zone: string): Soa | undefined {
  const record = records.find(({ type, name }) => type === types.SOA && name === zone);
  if (record === undefined) return undefined;
  // Its names were checked and expanded when the message was read.
  const { name: primary, next } = decodeName(record.rdata, 0);
  const { name: contact, next: at } = decodeName(record.rdata, next);
  return { zone, primary, contact, serial: record.rdata.readUInt32BE(at) };
}

/** BIND and others serve the reverse zones of private networks as empty ones of their own until somebody makes them (RFC 6303 3). */
const isBuiltIn = ({ zone, primary, contact, serial }: Soa): boolean =>
  serial === 0 && (contact === "." || contact === "nobody.invalid.") && (primary === zone || primary === "localhost.");
