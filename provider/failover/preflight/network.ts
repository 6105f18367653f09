import { canonicalAddress, inSubnet, isPrefixLength, sameAddress } from "../../core/addresses.js";
import { listed } from "../../core/text.js";
import { positions, type VirtualIp } from "../configuration.js";
import { type Finding, violation, warning } from "../judgement.js";
import { heldVirtualAddresses, memberName, type NetworkInterface, ownAddresses } from "../memberFacts.js";
import { pcapNotice } from "../pcap.js";
import { type AnsweringMember, answeringMembers, forEachMember, type Plan, type Rule } from "./plan.js";

/** Virtual IP addresses ("Failover configuration in Cube"). */
export const virtualIpRules: readonly Rule[] = [exactlyOneWay, oneANetwork, corporateIsThere, acquisitionIsUsed];

/** What each virtual IP address needs by itself. */
export const placementRules: readonly Rule[] = [addressesAreAddresses, forEachMember(insideTheSubnet), forEachMember(nobodysOwnAddress)];

/** The interface of synchronization ("Advanced Failover options"). */
export const syncInterfaceRules: readonly Rule[] = [forEachMember(syncInterfaceExists)];

/** Gratuitous ARP ("Gratuitous ARP messages"). */
export const pcapRules: readonly Rule[] = [forEachMember(pcapIsThere)];

/** The declared virtual IPs that are addresses; the others have a violation of their own. */
const virtualIps = ({ declared }: Plan): VirtualIp[] =>
  (declared.virtualIps ?? []).filter(({ address }) => canonicalAddress(address) !== undefined);

const named = ({ address, network }: VirtualIp): string => `Virtual IP ${address} (${network})`;

const broken = (reason: string): Finding => violation("virtualIps", reason);

function exactlyOneWay({ declared: { virtualIps: addresses = [], hostname } }: Plan): Finding[] {
  if (hostname && addresses.length > 0) {
    return [violation("hostname", "A pair has either virtual IPs or a shared hostname, and both are declared. Leave one of them out.")];
  }
  if (hostname || addresses.length > 0) return [];
  return [broken("A pair needs virtual IPs or a shared hostname, and neither is declared. Declare one of them.")];
}

function addressesAreAddresses({ declared }: Plan): Finding[] {
  return (declared.virtualIps ?? []).flatMap((virtualIp) => {
    if (canonicalAddress(virtualIp.address) === undefined) return [broken(`${named(virtualIp)} is no IP address. Write one.`)];
    if (isPrefixLength(virtualIp.prefixLength, virtualIp.address)) return [];
    return [broken(`${named(virtualIp)} cannot have a prefix length of ${virtualIp.prefixLength}. Write that of its subnet.`)];
  });
}

function oneANetwork(plan: Plan): Finding[] {
  const all = virtualIps(plan);
  return all.flatMap((virtualIp, index) => {
    const before = all.slice(0, index);
    if (before.some(({ network }) => network === virtualIp.network)) {
      return [broken(`${named(virtualIp)} is the second on that network. Declare one virtual IP a network.`)];
    }
    if (!before.some(({ address }) => sameAddress(address, virtualIp.address))) return [];
    return [broken(`${named(virtualIp)} is declared on another network too. Give each network an address of its own.`)];
  });
}

function corporateIsThere({ type, declared }: Plan): Finding[] {
  const addresses = declared.virtualIps ?? [];
  if (type !== "virtualIp" || addresses.length === 0 || addresses.some(({ network }) => network === "corporate")) return [];
  return [broken("There is no virtual IP on the corporate network, where users reach the pair. Add one.")];
}

function acquisitionIsUsed(plan: Plan): Finding[] {
  const members = answeringMembers(plan);
  const everyoneHas = members.length === 2 && members.every(({ facts }) => interfacesOf(facts.agent.interfaces, "acquisition").length > 0);
  if (plan.type !== "virtualIp" || !everyoneHas || virtualIps(plan).some(({ network }) => network === "acquisition")) return [];
  return [
    warning(
      "Both Agents have an acquisition interface, but no virtual IP is declared there. Devices that send data there would have to know both Agents.",
    ),
  ];
}

/** The address and its prefix fit an own address of an interface on that network. */
function insideTheSubnet({ facts, name }: AnsweringMember, plan: Plan): Finding[] {
  return virtualIps(plan).flatMap((virtualIp) => {
    const interfaces = interfacesOf(facts.agent.interfaces, virtualIp.network);
    if (interfaces.length === 0) {
      return [
        broken(`${named(virtualIp)} has no interface on ${name}: nothing there is on the ${virtualIp.network} network. Connect one.`),
      ];
    }
    const subnets = interfaces.flatMap(({ addresses }) => addresses.filter(({ virtual }) => !virtual));
    const containing = subnets.filter((subnet) => inSubnet(virtualIp.address, subnet));
    if (containing.length === 0) {
      const seen = listed(subnets.map(({ address, prefixLength }) => `${address}/${prefixLength}`)) || "no address";
      return [broken(`${named(virtualIp)} is outside the subnet of that network's interface on ${name} (${seen}). Choose one inside.`)];
    }
    if (containing.some(({ prefixLength }) => prefixLength === virtualIp.prefixLength)) return [];
    return [
      warning(
        `${named(virtualIp)} has prefix length ${virtualIp.prefixLength}; its interface on ${name} has ${containing[0]?.prefixLength}.`,
      ),
    ];
  });
}

function nobodysOwnAddress({ facts, name }: AnsweringMember, plan: Plan): Finding[] {
  const own = ownAddresses(facts.agent);
  return virtualIps(plan)
    .filter(({ address }) => own.some((taken) => sameAddress(taken, address)))
    .map((virtualIp) => broken(`${named(virtualIp)} is the own address of ${name}. Choose one that no machine has.`));
}

function syncInterfaceExists({ facts, title }: AnsweringMember, { declared: { syncInterface } }: Plan): Finding[] {
  if (syncInterface === undefined || syncInterface === null) return [];
  const indexes = facts.agent.interfaces.map(({ index }) => index);
  if (indexes.includes(syncInterface)) return [];
  return [
    violation(
      "syncInterface",
      `${title} has no interface ${syncInterface}; it has ${listed(indexes.map(String)) || "none"}. Name one of both Agents.`,
    ),
  ];
}

/** Everything works without them but the gratuitous ARP, so it is only a warning. */
function pcapIsThere({ facts, name }: AnsweringMember, { type, version }: Plan): Finding[] {
  const notice = pcapNotice(facts.agent.pcap, version);
  return type === "virtualIp" && notice !== null ? [warning(`${name}: ${notice.text}. ${notice.advice}.`)] : [];
}

const interfacesOf = (interfaces: readonly NetworkInterface[], network: string): NetworkInterface[] =>
  interfaces.filter((candidate) => candidate.network === network);

/** A foreign machine on a virtual IP keeps the Agents from going online (known-issue page "Online Failover Agent unable to acquire VIP"). */
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
