import type { PairType } from "./configuration.js";
import type { NatsFlavour, Pcap, StorageKind } from "./memberFacts.js";
import { type Gate, gate } from "./version.js";
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

/** One issue of domain 9. */
export interface KnownIssue {
  /** Its number in domain 9. */
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

const ranges = (...texts: string[]): VersionRange[] => texts.map(versionRange);
const always = (): boolean => true;
const virtualIpPair = ({ type }: IssueCircumstances): boolean => type === "virtualIp";
const hostnamePair = ({ type }: IssueCircumstances): boolean => type === "sharedHostname";
const brokerGateway = ({ nats }: IssueCircumstances): boolean => nats === "brokerGateway";
const cassandra = ({ storage }: IssueCircumstances): boolean => storage === "cassandraPerDma" || storage === "dedicatedCluster";
const winPcap = ({ type, pcaps }: IssueCircumstances): boolean => type === "virtualIp" && pcaps.includes("winpcap");

/** Domain 9, but K11, K22 and K24 (upgrades only) and K23 (renamed elements): none of our acts meets them. */
export const knownIssueTable: readonly KnownIssue[] = [
  {
    id: "K1",
    affected: ranges("10.5.0 [CU4]…10.6.0 [CU4]", "10.5.7…10.6.7"),
    fixed: gate("10.6.0 [CU5]/10.6.8"),
    acts: ["changeOptions"],
    refusal: { acts: ["changeMode"], when: always },
    applies: brokerGateway,
    text: "with BrokerGateway a changed Failover configuration fails or is aborted. Upgrade both Agents with the policy Simultaneously first",
  },
  {
    id: "K2",
    affected: ranges("10.3.0 [CU20]", "10.4.0 [CU8]…10.4.0 [CU11]", "10.4.11…10.5.2"),
    fixed: gate("10.4.0 [CU12]/10.5.0/10.5.3"),
    acts: ["setUp", "changeVirtualIps", "switch"],
    refusal: { acts: ["setUp", "changeVirtualIps"], when: ({ virtualIps }) => virtualIps > 2 },
    applies: virtualIpPair,
    text: "an Agent may not get its virtual IP addresses, above all with more than two of them. Upgrade both Agents, or use at most two",
  },
  {
    id: "K3",
    affected: ranges("10.3.0 [CU9]…10.3.0 [CU10]", "10.3.12…10.4.1"),
    fixed: gate("10.3.0 [CU11]/10.4.0/10.4.2"),
    acts: ["setUp"],
    applies: always,
    text: "both Agents may stay offline after an upgrade or restart. Then stop both and start one",
  },
  {
    id: "K4",
    affected: ranges("10.2.0…10.3.0 [CU10]", "10.1.8…10.4.1"),
    fixed: gate("10.3.0 [CU11]/10.4.2"),
    acts: ["setUp", "switch"],
    applies: hostnamePair,
    text: "pairs with a shared hostname list Agents twice in DMS.xml, flap and may not switch. Upgrade both Agents",
  },
  {
    id: "K5",
    affected: ranges("10.3.0 [CU11]…10.4.0 [CU9]", "10.4.2…10.4.12"),
    fixed: gate("10.4.0 [CU10]/10.5.1"),
    acts: ["setUp", "switch"],
    applies: always,
    text: "the offline Agent may not be synchronized, and a switch then loses data. Check Sync Connection before each switch",
  },
  {
    // The Main Release lines are [INFERRED] from the fix that was shipped to them.
    id: "K6",
    affected: ranges("10.3.0…10.4.0 [CU5]", "10.4.2…10.4.8"),
    fixed: gate("10.3.0 [CU18]/10.4.0 [CU6]/10.4.9"),
    acts: ["switch"],
    applies: cassandra,
    text: "a switch may take up to 10 minutes longer. Allow for it in timeouts",
  },
  {
    id: "K7",
    fixed: gate("10.5.0 [CU10]/10.6.1"),
    acts: ["setUp", "switch"],
    applies: always,
    text: "the Elements folder of the offline Agent may be emptied. Compare the element counts of both Agents before each switch",
  },
  {
    id: "K8",
    affected: ranges("10.5.0 [CU4]…10.5.0 [CU4] b16238", "10.5.0 [CU5]…10.5.0 [CU5] b16242", "10.5.7 [CU0]", "10.5.8 [CU0]"),
    acts: ["setUp"],
    applies: always,
    text: "SLNet leaks memory, more with each pair. Upgrade both Agents, or set the soft-launch option ClusterEndpointsManager to false",
  },
  {
    id: "K9",
    affected: ranges("10.2.0…10.3.0 [CU3]", "10.1.12…10.3.6"),
    fixed: gate("10.2.0 [CU16]/10.3.0 [CU4]/10.3.7"),
    acts: ["setUp"],
    applies: virtualIpPair,
    text: "the check of virtual IP addresses delays scripts. Upgrade both Agents",
  },
  {
    id: "K10",
    acts: ["setUp", "switch"],
    applies: winPcap,
    text: "with WinPcap, sending a gratuitous ARP may hang. Install Npcap instead",
  },
  {
    id: "K12",
    affected: ranges("10.3.4…10.3.8"),
    fixed: gate("10.3.9"),
    acts: ["setUp"],
    applies: always,
    text: "reconfiguring NATS may cause runtime errors in pairs. Upgrade both Agents",
  },
  {
    id: "K13",
    fixed: gate("10.4.0 [CU18]/10.5.0 [CU6]/10.5.9"),
    acts: ["setUp"],
    applies: hostnamePair,
    text: "the primary IP of the pair is the online Agent's instead of the hostname, and the pair cannot be removed from its DMS. Upgrade both Agents",
  },
  {
    // With BrokerGateway the set-up always ends with NATSRepair.exe: preflight says so.
    id: "K14",
    fixed: gate("10.5.0 [CU10]/10.6.1"),
    acts: ["setUp"],
    applies: (circumstances) => virtualIpPair(circumstances) && !brokerGateway(circumstances),
    text: "the NATS certificate of a new pair lacks the virtual IP. Run NATSRepair.exe on one Agent after the set-up",
  },
  {
    id: "K15",
    fixed: gate("10.5.0 [CU13]/10.6.0 [CU1]/10.6.4"),
    acts: ["setUp"],
    applies: always,
    text: "both Agents may get stuck when they start. Start one after the other",
  },
  {
    id: "K16",
    fixed: gate("10.4.0 [CU18]/10.5.0 [CU6]/10.5.9"),
    acts: ["switch"],
    applies: always,
    text: "a switch during a parameter set may deadlock. Switch when nothing is being set",
  },
  {
    id: "K17",
    fixed: gate("10.2.0 [CU4]/10.2.7"),
    acts: ["setUp", "switch"],
    applies: always,
    text: "an error in writing DMS.xml may bring both Agents online or offline. Check both after each switch",
  },
  {
    // Documented for the Feature Release alone; 10.2.0 came out after it.
    id: "K18",
    fixed: gate("10.2.1/10.2.0"),
    acts: ["changeMode", "changeOptions"],
    applies: always,
    text: "after a changed configuration the cluster refuses file changes until a restart or a switch",
  },
  {
    id: "K19",
    fixed: gate("10.1.0 [CU1]/10.1.4"),
    acts: ["setUp"],
    applies: always,
    text: "heartbeats that succeed may count as failures. Upgrade both Agents",
  },
  {
    id: "K20",
    fixed: gate("10.5.0 [CU4]/10.5.7"),
    acts: ["switch"],
    applies: always,
    text: "NATS communication may fail after a switch. Look at the row NATS communication afterwards",
  },
  {
    id: "K21",
    fixed: gate("10.7.0/10.6.1"),
    acts: ["switch"],
    applies: always,
    text: "the new online Agent does not reload scheduled tasks. Check them after each switch",
  },
];
