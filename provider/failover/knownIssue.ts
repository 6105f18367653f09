import type { PairType } from "./configuration.js";
import type { NatsFlavour, Pcap, StorageKind } from "./memberFacts.js";
import type { Gate } from "./version.js";
import { type VersionRange, versionRange } from "./versionRange.js";

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
  /** Its number in our list of known issues, or its release note: "RN 46350". */
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
