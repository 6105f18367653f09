import { sameAddress } from "../core/addresses.js";
import { resourceOf } from "../core/owner.js";

interface Claim {
  /** The Agents that are to hold them. */
  members: string;
  addresses: readonly string[];
}

/**
 * Which virtual IP addresses the resources of one type declare, as check is told: the engine starts a process for each preview and each
 * update. The second one that declares an address for other Agents is wrong.
 */
export class VirtualIpClaims {
  private readonly claims = new Map<string, Claim>();

  /** Which of the addresses are declared for other Agents, and by the resource of which name; a resource that is told any holds none. */
  declare(owner: string, members: string, addresses: readonly string[]): { index: number; address: string; holder: string }[] {
    const taken = addresses.flatMap((address, index) => {
      // The same Agents under another name are one thing that was renamed.
      const [holder] = [...this.claims].find(([name, claim]) => name !== owner && claim.members !== members && holds(claim, address)) ?? [];
      return holder === undefined ? [] : [{ index, address, holder: resourceOf(holder).name }];
    });
    this.claims.set(owner, { members, addresses: taken.length > 0 ? [] : addresses });
    return taken;
  }
}

const holds = ({ addresses }: Claim, address: string): boolean => addresses.some((claimed) => sameAddress(claimed, address));
