import { rcodeName, rcodes } from "./constants.js";
import type { Endpoint } from "./endpoint.js";
import { amended, type DnsError } from "./errors.js";
import { isUnmet, refusalOf } from "./refusals.js";
import type { Ask } from "./servers.js";
import { type Update, updateMessage } from "./update.js";

/** How an update ended; that it was refused is an error. */
export interface Outcome {
  /** `verified`: the server did it. `unmet`: its prerequisites do not hold. `unverifiable`: what came back proves nothing either way. */
  kind: "verified" | "unmet" | "unverifiable";
  endpoint: Endpoint;
  /** Whether an earlier try may have been carried out: then prerequisites may be unmet because of ourselves (RFC 2136 5.1, 7.8). */
  maybeDone: boolean;
  /** Whether it may have come to this server by another one already, which says that it failed. */
  maybeHandedOn: boolean;
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
  const outcome = { endpoint, maybeDone, maybeHandedOn, seen: rcodeName(rcode) };
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
  const odd = changes.find(
    ({ kind, type, name }) => kind === "add" && (type === "A" || type === "AAAA") && /(^|\.)-|-\.|[^a-z0-9.-]/.test(name),
  );
  if (refusal.code !== "DNS_REFUSED" || odd === undefined) return refusal;
  return amended(refusal, { more: ` BIND says it too of addresses at a name that is no host's, as ${odd.name} is none (check-names).` });
}
