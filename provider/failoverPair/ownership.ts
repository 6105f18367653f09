import { ownersOf } from "../core/definition.js";
import { RefusedError } from "../core/errors.js";
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
  if (owner === inputs.__owner || (owner !== null && recorded && ownersOf(recorded).includes(owner))) return undefined;
  // A disabled pair of the same two members has no owner: it is enabled again, without preparing anything (domain 5.7).
  if (owner === null && observed.state === "inactive") return undefined;
  const whose = owner === null ? "it was made by hand" : `it belongs to ${owner}`;
  if (recorded) return `${whose} now. Let that program manage it, and take it out of this one with \`pulumi state delete\`.`;
  if (inputs.adopt === "never") {
    return `a Failover pair of these Agents exists and ${whose}. End it there first, or set adopt: "matching" to take it over as it is.`;
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
