import { types } from "./constants.js";
import { amended, DnsError, type DnsErrorCode } from "./errors.js";
import { isAtOrBelow } from "./names.js";
import { type Place, probe } from "./probe.js";
import { notAuthoritative, queryMessage } from "./query.js";
import type { Reply } from "./servers.js";
import { findSoa, isBuiltIn } from "./soa.js";

/** After these the server's own view of the zone says more than its refusal. */
const unclear: readonly DnsErrorCode[] = ["DNS_REFUSED", "DNS_NOTAUTH", "DNS_NOTIMP", "DNS_FORMERR"];

/**
 * Whether the server takes updates of this zone, before the first is sent: an update without changes (RFC 2136 2.4), whose prerequisite
 * every zone meets. A policy by name (BIND's update-policy) is not tried by it. Throws what stands in the way.
 */
export async function requireZone(place: Place): Promise<void> {
  const act = `Probing zone ${place.zone}`;
  try {
    await probe(place, act, [{ kind: "nameInUse", name: place.zone }]);
  } catch (error) {
    if (!(error instanceof DnsError && unclear.includes(error.code))) throw error;
    throw await explained(place, act, error);
  }
}

async function explained({ ask, zone, over }: Place, act: string, refusal: DnsError): Promise<DnsError> {
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
