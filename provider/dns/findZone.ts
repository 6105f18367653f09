import { types } from "./constants.js";
import { DnsError } from "./errors.js";
import { isAtOrBelow, parentOf } from "./names.js";
import { askAuthority } from "./query.js";
import type { Ask } from "./servers.js";

/**
 * The zone that holds the name, as the server itself has it: mostly one SOA query (RFC 2136 4.3). Where its answer names no
 * zone above the name, the next label up is asked: Windows may leave the authority section empty, and behind an alias the SOA
 * there is that of the target's zone.
 */
export async function findZone(ask: Ask, name: string, over: "tcp" | "udp"): Promise<string> {
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
