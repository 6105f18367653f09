import { agentAddress } from "../agent/connection.js";
import { ownerNameOf } from "../core/definition.js";
import type { Failure } from "../core/inputs.js";
import { positions } from "../failover/configuration.js";
import { VirtualIpClaims } from "../failover/virtualIpClaims.js";
import type { FailoverPairInputs } from "./inputs.js";

const claims = new VirtualIpClaims();

/** Two pairs of one program that would hold one address. What is not known yet is not judged. */
export function sharedVirtualIps(inputs: Partial<FailoverPairInputs>): Failure[] {
  const { main, backup, virtualIps } = inputs;
  const owner = ownerNameOf(inputs);
  if (owner === undefined || !main || !backup || virtualIps === undefined) return [];
  const addresses = virtualIps.map(({ address }) => address);
  return claims.declare(owner, [main, backup].map(agentAddress).join("+"), addresses).map(({ index, address, holder }) => ({
    property: `virtualIps.${index}.address`,
    reason: `${address} is the virtual IP of pair ${holder} in this program already. Give each pair an address of its own.`,
  }));
}

interface Use {
  entry: number;
  pair: string;
  address: string;
  as: "an Agent" | "the virtual IP";
  property: string;
}

/** In an inventory an Agent is in one pair only, and an address belongs to one pair: a second use is a slip of copying. */
export function sharedAddresses(pairs: readonly { name: string; inputs: FailoverPairInputs }[]): (Failure & { entry: number })[] {
  const first = new Map<string, Use>();
  return pairs.flatMap(usesOf).flatMap((use) => {
    const other = first.get(use.address) ?? use;
    first.set(use.address, other);
    return other.entry === use.entry ? [] : [{ entry: use.entry, property: use.property, reason: sharedReason(use, other) }];
  });
}

function usesOf({ name: pair, inputs }: { name: string; inputs: FailoverPairInputs }, entry: number): Use[] {
  return [
    ...positions.map((property): Use => ({ entry, pair, address: agentAddress(inputs[property]), as: "an Agent", property })),
    ...(inputs.virtualIps ?? []).map(
      ({ address }, index): Use => ({ entry, pair, address, as: "the virtual IP", property: `virtualIps.${index}.address` }),
    ),
  ];
}

function sharedReason({ address, as }: Use, other: Use): string {
  if (as === "an Agent" && other.as === "an Agent") return `${address} is in pair ${other.pair} already. An Agent can be in one pair only.`;
  return `${address} is ${other.as} of pair ${other.pair} already. Give each pair an address of its own.`;
}
