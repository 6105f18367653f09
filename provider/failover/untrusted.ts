import { gates } from "./gates.js";
import type { MemberFacts } from "./memberFacts.js";
import { parseVersion, satisfies } from "./version.js";

/**
 * Why the good values of some rows prove nothing at this member; undefined when they do. With STaaS the Database row was always OK, also
 * while STaaS was degraded, so no guard may count on it, nor on an RTE Count of 0 (RN 42944). A version that cannot be read may be such a one.
 */
export function untrustedRows({ agent }: Pick<MemberFacts, "agent">): string | undefined {
  if (agent.storage.kind !== "staas") return undefined;
  const version = parseVersion(agent.version);
  if (version !== undefined && satisfies(version, gates.staasIsTold) === "yes") return undefined;
  return (
    `the rows Database and RTE Count of ${agent.address} prove nothing: before ${gates.staasIsTold.text} they look well ` +
    "although STaaS is degraded (RN 42944). Check that STaaS works"
  );
}
