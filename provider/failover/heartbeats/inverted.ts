import { sameAddress } from "../../core/addresses.js";
import { otherPosition, positions } from "../configuration.js";
import { type Finding, warning } from "../judgement.js";
import {
  broken,
  described,
  type HeartbeatPlan,
  type HeartbeatRule,
  isNormal,
  normalTargetsOf,
  targetAddresses,
  targetedMember,
} from "./plan.js";

/** What an inverted heartbeat may ask, and that every member has one. */
export const invertedRules: readonly HeartbeatRule[] = [invertedTargetsAreApart, invertedTargetsAreNotThePair, everyMemberHasInverted];

/** Otherwise neither Agent could go online (domain 3.2 a). */
function invertedTargetsAreApart({ heartbeats, members }: HeartbeatPlan): Finding[] {
  const normalTargets = normalTargetsOf(heartbeats, members);
  return heartbeats
    .filter((heartbeat) => !isNormal(heartbeat) && targetAddresses(heartbeat.target, members).some((address) => normalTargets.has(address)))
    .map((heartbeat) =>
      broken(
        `The ${described(heartbeat)} uses an address that a normal heartbeat uses too, so neither Agent could go online. ` +
          "Target a domain controller or a switch instead.",
      ),
    );
}

/**
 * An inverted heartbeat asks whether the Agent's own network works. What the pair itself answers tells the offline Agent the opposite of
 * the truth when the online one dies: all its inverted heartbeats fail, so it stays offline (vendor page "Advanced Failover options").
 */
function invertedTargetsAreNotThePair({ heartbeats, virtualIps = [], members }: HeartbeatPlan): Finding[] {
  const normalTargets = normalTargetsOf(heartbeats, members);
  return heartbeats
    .filter((heartbeat) => !isNormal(heartbeat))
    .flatMap((heartbeat) => {
      const { from, target } = heartbeat;
      if ("address" in target && virtualIps.some((virtualIp) => sameAddress(virtualIp, target.address))) {
        return [
          broken(
            `The ${described(heartbeat)} targets the pair's own virtual IP. When the online Agent dies nobody has that address, ` +
              "so the offline one takes itself for cut off and stays offline. Target a domain controller or a switch instead.",
          ),
        ];
      }
      const isSaid = targetAddresses(target, members).some((address) => normalTargets.has(address));
      if (isSaid || targetedMember(target, members) !== otherPosition(from)) return [];
      return [
        broken(
          `The ${described(heartbeat)} targets the other Agent, to which a shared hostname leads too. ` +
            `When that one dies the ${from} Agent takes itself for cut off and stays offline. Target a domain controller or a switch instead.`,
        ),
      ];
    });
}

/** Domain 3.2 c. */
function everyMemberHasInverted({ heartbeats }: HeartbeatPlan): Finding[] {
  return positions
    .filter((from) => !heartbeats.some((heartbeat) => !isNormal(heartbeat) && heartbeat.from === from))
    .map((from) =>
      warning(
        `The ${from} Agent has no inverted heartbeat, so both Agents may go online when they lose each other (split brain). ` +
          "Add one to a domain controller or a switch.",
      ),
    );
}
