import { DnsError } from "./errors.js";
import { actOf } from "./rrsetStep.js";
import { sendUpdate } from "./sendUpdate.js";
import type { Ask } from "./servers.js";
import type { Update } from "./update.js";

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
