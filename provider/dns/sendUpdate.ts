import { isHostName } from "../core/hostNames.js";
import { rcodeName, rcodes } from "./constants.js";
import type { Patience } from "./deadline.js";
import type { Endpoint } from "./endpoint.js";
import { amended, DnsError } from "./errors.js";
import { type Ask, isUnmet, refusalOf } from "./reply.js";
import { actOf, type RRsetKey } from "./rrset.js";
import { type Prerequisite, type Update, updateMessage } from "./update.js";

/** One call of the client on its way down: how it asks, within its deadline, and about which zone. */
export interface Call {
  ask: Ask;
  zone: string;
  /** How queries are sent; updates go over TCP in any case. */
  over: "tcp" | "udp";
  /** The server that the call is about from now on. Undefined: whichever answers. */
  at?: Endpoint | undefined;
  patience: Patience;
}

/** How an update ended; that it was refused is an error. */
export interface Outcome {
  /** `verified`: the server did it. `unmet`: its prerequisites do not hold. `unverifiable`: what came back proves nothing either way. */
  kind: "verified" | "unmet" | "unverifiable";
  endpoint: Endpoint;
  /** Whether an earlier try may have been carried out: then prerequisites may be unmet because of ourselves (RFC 2136 5.1, 7.8). */
  maybeDone: boolean;
  /** Whether it may have come to this server by another one already, which says that it failed. */
  maybeHandedOn: boolean;
  rcode: number;
  /** What was answered, for errors. */
  seen: string;
  /** With `unverifiable`: the answer is a refusal that nothing proves. */
  refusal?: DnsError;
}

/** Sends the update over TCP: a datagram may be too short for it, and over UDP anybody can answer. */
export async function sendUpdate(ask: Ask, update: Update, act: string, at?: Endpoint): Promise<Outcome> {
  const reply = await ask({ act, message: updateMessage(update, 0), over: "tcp", at });
  const { verdict, endpoint, maybeDone, maybeHandedOn } = reply;
  const { rcode } = verdict.message;
  const outcome = { endpoint, maybeDone, maybeHandedOn, rcode, seen: rcodeName(rcode) };
  const isDone = rcode === rcodes.NOERROR;
  if (verdict.tsigError !== 0 || !(isDone || isUnmet(rcode))) {
    const refusal = hinted(refusalOf(reply, act, update.zone), update);
    if (verdict.kind === "answer") throw refusal;
    return { ...outcome, kind: "unverifiable", refusal };
  }
  if (verdict.kind === "unproven") return { ...outcome, kind: "unverifiable", seen: `${outcome.seen} (${verdict.why})` };
  return { ...outcome, kind: isDone ? "verified" : "unmet" };
}

/** BIND's check-names: of an address at a name that is no host's it says REFUSED, as of a key that may not write. */
function hinted(refusal: DnsError, { changes }: Update): DnsError {
  const isAllowed = (name: string) => isHostName(name) && !name.includes("_");
  const odd = changes.find(({ kind, type, name }) => kind === "add" && (type === "A" || type === "AAAA") && !isAllowed(name));
  if (refusal.code !== "DNS_REFUSED" || odd === undefined) return refusal;
  return amended(refusal, { more: ` BIND says it too of addresses at a name that is no host's, as ${odd.name} is none (check-names).` });
}

/**
 * Whether the prerequisites hold, by an update that changes nothing (RFC 2136 2.4). It sees what is really there, where a query
 * also gets what a wildcard makes up (RFC 4592); it needs a key that may update.
 */
export async function probe({ ask, zone, at }: Call, act: string, prerequisites: Prerequisite[]): Promise<Outcome> {
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
export async function isReallyAbsent(call: Call, { name, type }: RRsetKey): Promise<boolean> {
  const { kind } = await probe(call, `Probing ${type} ${name}`, [{ kind: "rrsetAbsent", name, type }]);
  return kind === "verified";
}

/** One update and its verified answer. Nothing is read back, so what nothing proves is an error. */
export async function plainUpdate(ask: Ask, update: Update): Promise<void> {
  const { zone, prerequisites, changes } = update;
  const act = changes.length > 0 ? `Updating ${actOf(changes)}` : `Checking ${prerequisites.length} prerequisites in zone ${zone}`;
  const { kind, endpoint, maybeDone, maybeHandedOn, seen, refusal } = await sendUpdate(ask, update, act);
  // Who sends changes without looking learns what was said, and that nothing proves it.
  if (refusal) throw refusal;
  if (kind === "verified") return;
  const at = `${act} at ${endpoint.label}`;
  const facts = { server: endpoint.label, zone };
  if (kind === "unmet" && !maybeDone && !maybeHandedOn) {
    throw new DnsError("DNS_CONFLICT", `${at}: ${seen}, a prerequisite does not hold, so nothing was changed. Read what stands there.`, {
      facts,
    });
  }
  const again = maybeDone
    ? "to a second try, after the answer to the first was lost"
    : "after another server had failed at it, which may have handed it on";
  const why = kind === "unmet" ? `${seen} ${again}` : `its answer ${seen} does not count`;
  throw new DnsError("DNS_UNVERIFIED", `${at}: ${why}. Read what stands there before you repeat it.`, { facts, nothingDone: false });
}
