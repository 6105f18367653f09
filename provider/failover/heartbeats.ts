import { canonicalAddress } from "../core/addresses.js";
import { listed } from "../core/text.js";
import { otherPosition, positions } from "./configuration.js";
import { gates } from "./gates.js";
import { invertedRules } from "./heartbeats/inverted.js";
import { broken, described, type HeartbeatPlan, type HeartbeatRule, isCheckOfBuddy, isNormal, targetedMember } from "./heartbeats/plan.js";
import { type Finding, type Judgement, judge, warning } from "./judgement.js";
import { memberName } from "./memberFacts.js";
import { satisfies } from "./version.js";

export type { HeartbeatMember, HeartbeatPlan } from "./heartbeats/plan.js";

/** All rules of domain 3.2 at once. Every violation belongs to the input `heartbeats`. */
export function judgeHeartbeats(plan: HeartbeatPlan): Judgement {
  return judge(heartbeatRules.flatMap((rule) => rule(plan)));
}

const heartbeatRules: readonly HeartbeatRule[] = [
  targetsAreAddresses,
  noneTargetsItself,
  interfacesFitTheTarget,
  automaticHasNormal,
  agentsCheckEachOther,
  ...invertedRules,
  nothingBeyondTheFour,
];

function targetsAreAddresses({ heartbeats }: HeartbeatPlan): Finding[] {
  return heartbeats
    .filter(({ target }) => "address" in target && canonicalAddress(target.address) === undefined)
    .map((heartbeat) => broken(`The ${described(heartbeat)} has no IP address as target. Name an Agent or write an IP address.`));
}

function noneTargetsItself({ heartbeats, members }: HeartbeatPlan): Finding[] {
  return heartbeats
    .filter(({ from, target }) => targetedMember(target, members) === from)
    .map((heartbeat) =>
      broken(
        `The ${described(heartbeat)} targets the Agent that sends it. Target the ${otherPosition(heartbeat.from)} Agent or another address.`,
      ),
    );
}

function interfacesFitTheTarget({ heartbeats, members }: HeartbeatPlan): Finding[] {
  return heartbeats.flatMap((heartbeat) => {
    const { interface: index, from, target } = heartbeat;
    if (index === null || index === undefined) return [];
    if ("address" in target) {
      return [
        broken(`The ${described(heartbeat)} names interface ${index}, which only a heartbeat to an Agent has. Leave the interface out.`),
      ];
    }
    const { address, interfaces } = members[from];
    if (interfaces === undefined || interfaces.includes(index)) return [];
    return [
      broken(
        `The ${described(heartbeat)} names interface ${index}; ${memberName(from, address)} has ${listed(interfaces.map(String))}. Name one of these.`,
      ),
    ];
  });
}

function automaticHasNormal({ heartbeats, mode }: HeartbeatPlan): Finding[] {
  if (mode === "manual" || heartbeats.some(isNormal)) return [];
  return [broken("Mode automatic needs a normal heartbeat, and there is none. Add one from each Agent to the other, or choose manual.")];
}

/** Before 10.2.2/10.2.0 such members stay offline after a restart (domain 3.2 b). */
function agentsCheckEachOther({ heartbeats, version, members }: HeartbeatPlan): Finding[] {
  const missing = positions.filter((from) => !heartbeats.some((heartbeat) => isCheckOfBuddy(heartbeat, from, members)));
  if (missing.length < positions.length) {
    return missing.map((from) =>
      warning(`No normal heartbeat goes from ${from} to ${otherPosition(from)}. Add it: DataMiner expects both directions.`),
    );
  }
  const cure = "Add one from each Agent to the other.";
  if (version !== undefined && satisfies(version, gates.startsWithoutHeartbeat) === "no") {
    return [
      broken(
        `No normal heartbeat goes between the two Agents; DataMiner ${version.text} would not bring either online by itself after a restart. ${cure}`,
      ),
    ];
  }
  return [warning(`No normal heartbeat goes between the two Agents. ${cure}`)];
}

/** The expected set is one of each; what is missing from it is said by the rules above. */
function nothingBeyondTheFour({ heartbeats, members }: HeartbeatPlan): Finding[] {
  const used = new Set<string>();
  const beyond = heartbeats.filter((heartbeat) => {
    const { kind, from } = heartbeat;
    const expected = isNormal(heartbeat) ? isCheckOfBuddy(heartbeat, from, members) : "address" in heartbeat.target;
    const place = `${kind} from ${from}`;
    if (!expected || used.has(place)) return true;
    used.add(place);
    return false;
  });
  if (beyond.length === 0) return [];
  return [
    warning(
      "DataMiner expects exactly four heartbeats, a normal one from each Agent to the other and an inverted one from each to an address. " +
        `Beyond these: ${beyond.map(described).join("; ")}.`,
    ),
  ];
}
