import { agentAddress } from "../agent/connection.js";
import { ownerNameOf } from "../core/definition.js";
import type { Failure } from "../core/inputs.js";
import { VirtualIpClaims } from "../failover/virtualIpClaims.js";
import type { VirtualIpInputs } from "./inputs.js";

const claims = new VirtualIpClaims();

/** Two resources of one program that would give one address to the Agents of two pairs. What is not known yet is not judged. */
export function sharedAddress(inputs: Partial<VirtualIpInputs>): Failure[] {
  const { agents, address } = inputs;
  const owner = ownerNameOf(inputs);
  if (owner === undefined || !agents || address === undefined) return [];
  return claims.declare(owner, agents.map(agentAddress).sort().join("+"), [address]).map(({ holder }) => ({
    property: "address",
    reason: `${address} is the address of VirtualIp ${holder} in this program already, for other Agents. Give each pair an address of its own.`,
  }));
}
