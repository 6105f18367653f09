import type { Endpoint } from "./endpoint.js";
import { DnsError } from "./errors.js";
import type { Patience } from "./patience.js";
import type { RRsetKey } from "./rrset.js";
import { type Outcome, sendUpdate } from "./sendUpdate.js";
import type { Ask } from "./servers.js";
import type { Prerequisite } from "./update.js";

/** Where a question is put: with the deadline of its call, to the server that the call is about. */
export interface Place {
  ask: Ask;
  zone: string;
  /** How queries are sent; updates go over TCP in any case. */
  over: "tcp" | "udp";
  /** Undefined: whichever server answers. */
  at?: Endpoint | undefined;
  patience: Patience;
}

/**
 * Whether the prerequisites hold, by an update that changes nothing (RFC 2136 2.4). It sees what is really there, where a query
 * also gets what a wildcard makes up (RFC 4592); it needs a key that may update.
 */
export async function probe({ ask, zone, at }: Place, act: string, prerequisites: Prerequisite[]): Promise<Outcome> {
  const outcome = await sendUpdate(ask, { zone, prerequisites, changes: [] }, act, at);
  if (outcome.kind !== "unverifiable") return outcome;
  if (outcome.refusal) throw outcome.refusal;
  const { endpoint, seen } = outcome;
  throw new DnsError(
    "DNS_UNVERIFIED",
    `${act} at ${endpoint.label}: its answer ${seen} does not count. Check that the server itself answers there, then try again.`,
    { facts: { server: endpoint.label } },
  );
}

/** Whether nothing of that type is really at the name, whatever a query says. */
export async function isReallyAbsent(place: Place, { name, type }: RRsetKey): Promise<boolean> {
  const { kind } = await probe(place, `Probing ${type} ${name}`, [{ kind: "rrsetAbsent", name, type }]);
  return kind === "verified";
}
