import { agentAddress } from "../agent/connection.js";
import { sameAddress } from "../core/addresses.js";
import type { Failure } from "../core/inputs.js";
import { resourceOf } from "../core/owner.js";
import type { FailoverPairInputs } from "./inputs.js";

interface Claim {
  members: string;
  virtualIps: readonly string[];
}

/** What the pairs of this program declare, as check is told: the engine starts a process for each preview and each update. */
const claims = new Map<string, Claim>();

/** Two pairs of one program that would hold one address; the second one that is declared is wrong. What is not known yet is not judged. */
export function sharedVirtualIps({ main, backup, virtualIps, __owner: owner }: Partial<FailoverPairInputs>): Failure[] {
  if (owner === undefined || !main || !backup || virtualIps === undefined) return [];
  const members = [main, backup].map(agentAddress).join("+");
  const failures = virtualIps.flatMap(({ address }, index) => {
    // The same two Agents under another name are one pair that was renamed.
    const [other] = [...claims].find(([name, claim]) => name !== owner && claim.members !== members && holds(claim, address)) ?? [];
    if (other === undefined) return [];
    const reason = `${address} is the virtual IP of pair ${resourceOf(other).name} in this program already. Give each pair an address of its own.`;
    return [{ property: `virtualIps.${index}.address`, reason }];
  });
  claims.set(owner, { members, virtualIps: failures.length > 0 ? [] : virtualIps.map(({ address }) => address) });
  return failures;
}

const holds = ({ virtualIps }: Claim, address: string): boolean => virtualIps.some((claimed) => sameAddress(claimed, address));
