import { agentAddress } from "../agent/connection.js";
import type { Failure } from "../core/inputs.js";
import { VirtualIpClaims } from "../failover/virtualIpClaims.js";
import type { FailoverPairInputs } from "./inputs.js";

const claims = new VirtualIpClaims();

/** Two pairs of one program that would hold one address. What is not known yet is not judged. */
export function sharedVirtualIps({ main, backup, virtualIps, __owner: owner }: Partial<FailoverPairInputs>): Failure[] {
  if (owner === undefined || !main || !backup || virtualIps === undefined) return [];
  const addresses = virtualIps.map(({ address }) => address);
  return claims.declare(owner, [main, backup].map(agentAddress).join("+"), addresses).map(({ index, address, holder }) => ({
    property: `virtualIps.${index}.address`,
    reason: `${address} is the virtual IP of pair ${holder} in this program already. Give each pair an address of its own.`,
  }));
}
