import { always, brokerGateway, cassandra, hostnamePair, type KnownIssue, ranges, virtualIpPair, winPcap } from "./knownIssue.js";
import { releaseNoteIssues } from "./releaseNoteIssues.js";
import { gate } from "./version.js";

/** Issues of the vendor's known-issue pages, but K11, K22 and K24 (upgrades only) and K23 (renamed elements): none of our acts meets them. */
export const knownIssueTable: readonly KnownIssue[] = [
  {
    id: "K1",
    affected: ranges("10.5.0 [CU4]…10.6.0 [CU4]", "10.5.7…10.6.7"),
    fixed: gate("10.6.0 [CU5]/10.6.8"),
    acts: [],
    // The known-issue page speaks of the mode, RN 45613 of any of the advanced Failover options.
    refusal: { acts: ["changeMode", "changeVirtualIps", "changeOptions"], when: always },
    applies: brokerGateway,
    text: "with BrokerGateway a changed Failover configuration fails or is aborted. Upgrade both Agents with the policy Simultaneously first",
  },
  {
    id: "K2",
    affected: ranges("10.3.0 [CU20]…10.3.0 [CU22]", "10.4.0 [CU8]…10.4.0 [CU11]", "10.4.11…10.5.2"),
    fixed: gate("10.4.0 [CU12]/10.5.0/10.5.3"),
    acts: ["setUp", "changeVirtualIps", "switch"],
    refusal: { acts: ["setUp", "changeVirtualIps", "switch"], when: ({ virtualIps }) => virtualIps > 2 },
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
    text:
      "SLNet leaks memory, more with each pair. Upgrade both Agents to 10.5.0 [CU6]/10.5.9 or later; with the soft-launch option ClusterEndpointsManager " +
      "set to false instead, no Failover configuration can be changed before 10.5.0 [CU8]/10.5.11 (RN 43794)",
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
  ...releaseNoteIssues,
];
