import type { PairType } from "./configuration.js";
import type { NatsFlavour, Pcap, StorageKind } from "./memberFacts.js";
import { type Answer, type Gate, inRanges, satisfies, type Version, type VersionRange, versionRange } from "./version.js";

/** What is about to be done to a pair. */
export type Act = "setUp" | "changeMode" | "changeVirtualIps" | "changeOptions" | "switch";

/** What a known issue depends on, besides the version. */
export interface IssueCircumstances {
  type: PairType;
  virtualIps: number;
  nats: NatsFlavour;
  storage: StorageKind;
  /** Of both Agents. */
  pcaps: readonly Pcap[];
}

/** One issue that the vendor's known-issue pages or release notes describe. */
export interface KnownIssue {
  /** The title of its page, or its release note: "RN 46350". */
  id: string;
  /** Affected versions; undefined: all before the fix. */
  affected?: readonly VersionRange[];
  /** First versions with the fix; undefined: there is none. */
  fixed?: Gate;
  /** Acts for which it is worth a warning. */
  acts: readonly Act[];
  /** Acts that it forbids, in the circumstances named here. */
  refusal?: { acts: readonly Act[]; when: (circumstances: IssueCircumstances) => boolean };
  applies: (circumstances: IssueCircumstances) => boolean;
  /** Whether it has struck shows in the number of elements, which then differs between the two Agents. */
  showsInElementCounts?: true;
  /** What goes wrong, and what to do. */
  text: string;
}

export const ranges = (...texts: string[]): VersionRange[] => texts.map(versionRange);
export const always = (): boolean => true;
export const virtualIpPair = ({ type }: IssueCircumstances): boolean => type === "virtualIp";
export const hostnamePair = ({ type }: IssueCircumstances): boolean => type === "sharedHostname";
export const brokerGateway = ({ nats }: IssueCircumstances): boolean => nats === "brokerGateway";
export const slnetNats = ({ nats }: IssueCircumstances): boolean => nats === "slnetManaged";
export const staas = ({ storage }: IssueCircumstances): boolean => storage === "staas";
export const cassandra = ({ storage }: IssueCircumstances): boolean => storage === "cassandraPerDma" || storage === "dedicatedCluster";
export const winPcap = ({ type, pcaps }: IssueCircumstances): boolean => type === "virtualIp" && pcaps.includes("winpcap");

/** What is about to be done, to which kind of pair, on which version. */
export interface Situation extends IssueCircumstances {
  act: Act;
  version: Version;
}

/** A known issue of the product that the act would meet. */
export interface MetIssue {
  /** The title of its known-issue page, or "RN 46350". */
  id: string;
  effect: "refuse" | "warn";
  /** Whether it shows in element counts that differ. */
  showsInElementCounts: boolean;
  /** One line that names the issue, the version and the cure. */
  reason: string;
}

/** What the issue does to the act; undefined when the two do not meet. An unknown version is a reason to warn, never to refuse. */
export function meet(issue: KnownIssue, situation: Situation): MetIssue | undefined {
  const affected = isAffected(issue, situation.version);
  if (affected === "no" || !issue.applies(situation)) return undefined;
  const effect = affected === "yes" && refuses(issue, situation) ? "refuse" : "warn";
  if (effect === "warn" && !mentions(issue, situation)) return undefined;
  const words = affected === "yes" ? "has a known issue" : "may have a known issue";
  return {
    id: issue.id,
    effect,
    showsInElementCounts: issue.showsInElementCounts ?? false,
    reason: `DataMiner ${situation.version.text} ${words} (${issue.id}): ${issue.text}.`,
  };
}

const refuses = ({ refusal }: KnownIssue, situation: Situation): boolean =>
  refusal?.acts.includes(situation.act) === true && refusal.when(situation);

const mentions = ({ acts, refusal }: KnownIssue, { act }: Situation): boolean => acts.includes(act) || refusal?.acts.includes(act) === true;

function isAffected({ affected, fixed }: KnownIssue, version: Version): Answer {
  const inside = affected === undefined ? "yes" : inRanges(version, affected);
  const repaired = fixed === undefined ? "no" : satisfies(version, fixed);
  if (inside === "no" || repaired === "yes") return "no";
  return inside === "yes" && repaired === "no" ? "yes" : "unknown";
}
