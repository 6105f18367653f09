import { canonicalAddress, sameAddress } from "../core/addresses.js";
import { listed } from "../core/text.js";
import { type DeclaredHeartbeat, type HeartbeatTarget, type Mode, otherPosition, type Position, positions } from "./configuration.js";
import { gates } from "./gates.js";
import { type Finding, type Judgement, judge, violation, warning } from "./judgement.js";
import { memberName } from "./memberFacts.js";
import { satisfies, type Version } from "./version.js";

/** What the rules need to know of one Agent. */
export interface HeartbeatMember {
  /** Corporate IP address. */
  address: string;
  /** Every own address, the corporate one included. */
  ownAddresses: readonly string[];
  /** The indexes of its interfaces; undefined when they are not known. */
  interfaces?: readonly number[] | undefined;
}

/** A set of heartbeats with what it is judged against. */
export interface HeartbeatPlan {
  heartbeats: readonly DeclaredHeartbeat[];
  mode: Mode;
  /** Of the Agents; undefined when it is not known. */
  version: Version | undefined;
  /** The addresses that the online Agent holds; none of a pair with a shared hostname. */
  virtualIps?: readonly string[] | undefined;
  members: Record<Position, HeartbeatMember>;
}

type HeartbeatRule = (plan: HeartbeatPlan) => Finding[];

const broken = (reason: string): Finding => violation("heartbeats", reason);

const isNormal = ({ kind }: Pick<DeclaredHeartbeat, "kind">): boolean => kind === "normal";

const isCheckOfBuddy = (heartbeat: DeclaredHeartbeat, from: Position, members: HeartbeatPlan["members"]): boolean =>
  isNormal(heartbeat) && heartbeat.from === from && targetedMember(heartbeat.target, members) === otherPosition(from);

/** Whose address it is; undefined for a third party. */
function targetedMember(target: HeartbeatTarget, members: HeartbeatPlan["members"]): Position | undefined {
  if ("agent" in target) return target.agent;
  return positions.find((position) => members[position].ownAddresses.some((own) => sameAddress(own, target.address)));
}

/** An Agent as target stands for each of its addresses. */
function targetAddresses(target: HeartbeatTarget, members: HeartbeatPlan["members"]): string[] {
  const addresses = "agent" in target ? members[target.agent].ownAddresses : [target.address];
  return addresses.flatMap((address) => canonicalAddress(address) ?? []);
}

const normalTargetsOf = (heartbeats: HeartbeatPlan["heartbeats"], members: HeartbeatPlan["members"]): Set<string> =>
  new Set(heartbeats.filter(isNormal).flatMap(({ target }) => targetAddresses(target, members)));

function described({ kind, from, target }: DeclaredHeartbeat): string {
  return `${kind} heartbeat from ${from} to ${"agent" in target ? target.agent : target.address}`;
}

/** All rules of the vendor page "Advanced Failover options" at once. Every violation belongs to the input `heartbeats`. */
export function judgeHeartbeats(plan: HeartbeatPlan): Judgement {
  return judge(heartbeatRules.flatMap((rule) => rule(plan)));
}

const heartbeatRules: readonly HeartbeatRule[] = [
  targetsAreAddresses,
  noneTargetsItself,
  interfacesFitTheTarget,
  automaticHasNormal,
  agentsCheckEachOther,
  invertedTargetsAreApart,
  invertedTargetsAreNotThePair,
  everyMemberHasInverted,
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

/** Before 10.2.2/10.2.0 such members stay offline after a restart (RN 31915). */
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

/** Otherwise neither Agent could go online. */
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
