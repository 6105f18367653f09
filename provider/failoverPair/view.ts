import type { AnsweringMember, PairView } from "../agent/memberViews.js";
import { FailoverError, reasonOf } from "../core/errors.js";
import { looksInvalid, roles } from "../failover/roles.js";

/** The member whose word counts: the online one, else main, else whoever knows of a pair. */
export function speakerOf(view: PairView): AnsweringMember {
  const online = roles(view.main.facts?.status, view.backup.facts?.status);
  const order = online === "backup" ? [view.backup, view.main] : [view.main, view.backup];
  const speaker = order.find(({ facts }) => facts?.pair) ?? order.find(({ facts }) => facts);
  if (!speaker?.facts) throw bothSilent(view);
  return { ...speaker, facts: speaker.facts };
}

/** A split brain, two offline members, or two configurations; it counts when it is seen twice, for a switch looks the same. */
export const looksInvalidView = ({ main, backup }: PairView): boolean => looksInvalid(main.facts, backup.facts);

/** Neither told anything. A member that says no is alive, and its reason is what must be mended. */
export function bothSilent({ main, backup }: PairView): FailoverError {
  const refused = [main, backup].find(({ refusal }) => refusal !== undefined)?.failure;
  if (refused) return refused;
  const seen = [main, backup].map(({ failure }) => reasonOf(failure)).join(" ");
  return new FailoverError("PAIR_UNREACHABLE", `Reading the pair ${main.address} and ${backup.address}: neither member answers. ${seen}`);
}
