import { knownIssues, type Situation } from "../../provider/failover/knownIssues.js";
import { parseVersion } from "../../provider/failover/version.js";
import { check, type JudgedCheck, type PlannedSwitch } from "./check.js";

/** Domain 9: what stands in the way of this switch, and what is only worth knowing. */
export function knownIssueCheck({ online, offline }: PlannedSwitch): JudgedCheck {
  const name = "known issues";
  const { agent, pair } = offline.facts;
  const version = parseVersion(agent.version);
  if (!version) return check(name, "SWITCH_KNOWN_ISSUE", true, `none is known of version ${agent.version}`, "");
  const situation: Situation = {
    act: "switch",
    version,
    type: pair.config.type,
    virtualIps: pair.config.virtualIps.length,
    nats: agent.nats,
    storage: agent.storage.kind,
    pcaps: [online.facts.agent.pcap, agent.pcap],
  };
  const met = knownIssues(situation);
  const refusing = met.filter(({ effect }) => effect === "refuse");
  const counts = [online, offline].map((side) => side.facts.agent.elementCount);
  const emptied = met.some(({ id }) => id === "K7") && counts[0] !== counts[1];
  const inTheWay = [
    ...refusing.map(({ reason }) => reason),
    ...(emptied
      ? [`${online.name} has ${counts[0]} elements, ${offline.name} ${counts[1]}: its Elements folder may have been emptied (K7).`]
      : []),
  ];
  if (inTheWay.length > 0) return check(name, "SWITCH_KNOWN_ISSUE", false, inTheWay.join(" "), "Mend that first.");
  const worthKnowing = met.map(({ reason }) => reason).join(" ");
  return check(name, "SWITCH_KNOWN_ISSUE", true, worthKnowing ? `none in the way. ${worthKnowing}` : "none", "");
}
