import { sameAddress } from "../../core/addresses.js";
import { positions } from "../configuration.js";
import { type Finding, violation } from "../judgement.js";
import { heldVirtualAddresses, memberName } from "../memberFacts.js";
import { answeringMembers, type Plan, type Rule } from "./plan.js";

/** A foreign machine on a virtual IP keeps the Agents from going online (domain 4.3). */
export const freeAddressRules: readonly Rule[] = [virtualIpsAreSilent];

function virtualIpsAreSilent(plan: Plan): Finding[] {
  return (plan.declared.virtualIps ?? []).flatMap(({ address, network }) => {
    if (isHeldByThePair(plan, address)) return [];
    return positions.flatMap((position) => {
      const seen = plan.probes[position]?.addresses.find((probed) => probed.answers && sameAddress(probed.address, address));
      if (seen === undefined) return [];
      const from = memberName(position, plan.members[position]?.agent.address ?? "");
      const holder = seen.mac === null ? "something" : `the machine with MAC ${seen.mac}`;
      return [
        violation(
          "virtualIps",
          `Virtual IP ${address} (${network}) is in use: ${holder} answers there, seen from ${from.trim()}. Free it or choose another.`,
        ),
      ];
    });
  });
}

/** Exactly one of the two holds it as virtual, and their configuration names it. */
function isHeldByThePair(plan: Plan, address: string): boolean {
  if (plan.isNew) return false;
  const members = answeringMembers(plan);
  const holders = members.filter(({ facts }) => heldVirtualAddresses(facts.agent).some((held) => sameAddress(held, address)));
  const configured = members.some(({ facts }) =>
    facts.pair?.config.virtualIps.some((virtualIp) => sameAddress(virtualIp.address, address)),
  );
  return holders.length === 1 && configured;
}
