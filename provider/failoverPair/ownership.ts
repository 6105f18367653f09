import type { PairView } from "../agent/askMembers.js";
import type { Context } from "../core/context.js";
import { ownerNameOf, ownersAs } from "../core/definition.js";
import { RefusedError } from "../core/errors.js";
import { aliasCure, isSameOwner, isSameStack, isSuperseded, takenOver } from "../core/owner.js";
import { positions } from "../failover/configuration.js";
import { configurationDifferences, mergeConfiguration } from "../failover/configurationChange.js";
import type { FailoverPairInputs } from "./inputs.js";
import type { ObservedPair, RecordedPair } from "./observe.js";

/** What makes the pair that exists another one than the declared: its members or its type. Neither can be changed in place. */
export function otherPairReason(inputs: FailoverPairInputs, { type, members }: ObservedPair): string | undefined {
  const declared = { main: inputs.main.address, backup: inputs.backup.address };
  const other = positions.find((position) => declared[position] !== members[position]);
  if (other) {
    return `the Failover pair that exists has ${members[other]} as ${other}, declared is ${declared[other]}. ${endFirst}`;
  }
  const declaredType = inputs.hostname ? "sharedHostname" : "virtualIp";
  return type === declaredType ? undefined : `it is of type ${type}, declared is ${declaredType}. ${endFirst}`;
}

const endFirst = "End that pair first, prepare the backup again, then run `pulumi up`.";

/** Whether a pair that exists may be written by this resource; undefined when it may, else why not and what to do. */
export function strangerReason(inputs: FailoverPairInputs, observed: ObservedPair, recorded?: RecordedPair): string | undefined {
  const owner = ownerOf(observed);
  const ours = ownersAs(inputs, recorded);
  if (owner !== null && ours.some((name) => isSameOwner(name, owner))) return undefined;
  // A disabled pair of the same two members has no owner: it is enabled again, without preparing anything (RN 30458).
  if (owner === null && observed.state === "inactive") return undefined;
  const whose = owner === null ? "it was made by hand" : `it belongs to ${owner}`;
  if (recorded) return `${whose} now. Let that program manage it, and take it out of this one with \`pulumi state delete\`.`;
  if (inputs.adopt === "never") {
    const declared = ownerNameOf(inputs);
    const renamed =
      owner !== null && declared !== undefined && isSameStack(owner, declared) ? `${aliasCure(owner, declared)} Otherwise end ` : "End ";
    return `a Failover pair of these Agents exists and ${whose}. ${renamed}it there first, or set adopt: "matching" to take it over as it is.`;
  }
  const differing = configurationDifferences(observed.configuration, mergeConfiguration(observed.configuration, inputs));
  if (differing.length === 0) return undefined;
  return `a Failover pair of these Agents exists, ${whose} and differs in ${differing.join(", ")}. Declare it as it is to adopt it, then change it.`;
}

/** The owner as the members store it, also of a disabled pair. */
export function ownerOf(observed: ObservedPair): string | null {
  const { main, backup } = observed.view;
  return (main.facts?.pair ?? backup.facts?.pair)?.owner ?? null;
}

export function refuseStranger(inputs: FailoverPairInputs, observed: ObservedPair, recorded?: RecordedPair): void {
  const other = otherPairReason(inputs, observed);
  if (other) throw new RefusedError("OTHER_PAIR", `Failover pair ${observed.dataMinerId}: ${other}`);
  const reason = strangerReason(inputs, observed, recorded);
  if (reason)
    throw new RefusedError("FOREIGN_PAIR", `Failover pair ${observed.dataMinerId}: ${reason}`, { facts: { owner: ownerOf(observed) } });
}

/**
 * Says at create that the pair stands already and is complete. A killed run leaves one that is under way, which is nothing to
 * speak of; a complete one is a forced replacement, a state that was lost, or another state that manages the same pair.
 */
export function tellOwnPair(inputs: FailoverPairInputs, observed: ObservedPair, context: Context): void {
  const owner = ownerOf(observed);
  const ours = ownerNameOf(inputs);
  if (owner === null || ours === undefined || !isSameOwner(owner, ours) || observed.state !== "active") return;
  const twice =
    "If another backend has a stack of this name, both manage the pair now: rename one of the stacks, or take the pair out of one with `pulumi state delete`.";
  context.warn(
    "the pair is not set up anew: it stands already, is complete and belongs to this very resource, which takes it over as it is. " +
      `To have it set up anew, run \`pulumi destroy --target\` on it, prepare the backup, then run \`pulumi up\`.${context.isReplacement ? "" : ` ${twice}`}`,
  );
}

/** Why the pair is no longer this state's to end, for a line; undefined when it is, or when nothing tells. */
export function lostReason({ main, backup }: PairView, recorded: RecordedPair, context: Context): string | undefined {
  const ours = recorded.owners;
  const stored = [main, backup].flatMap(({ facts }) => facts?.pair?.owner ?? []).filter((owner) => !ours.includes(owner));
  if (stored.some((owner) => ours.some((our) => isSuperseded(our, owner)))) return takenOver(context);
  const other = stored.find((owner) => ours.some((our) => isSameStack(our, owner) && !isSameOwner(our, owner)));
  return other === undefined ? undefined : `it belongs to ${other} of the same stack now.`;
}
