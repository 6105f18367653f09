import {
  always,
  brokerGateway,
  cassandra,
  hostnamePair,
  type KnownIssue,
  type MetIssue,
  meet,
  ranges,
  type Situation,
  slnetNats,
  staas,
  virtualIpPair,
  winPcap,
} from "./knownIssue.js";
import { gate } from "./version.js";

/** Issues of the vendor's known-issue pages, but those of upgrades only and of renamed elements: none of our acts meets them. */
export const knownIssueTable: readonly KnownIssue[] = [
  {
    id: "Failover configuration cannot be changed with BrokerGateway",
    affected: ranges("10.5.0 [CU4]…10.6.0 [CU4]", "10.5.7…10.6.7"),
    fixed: gate("10.6.0 [CU5]/10.6.8"),
    acts: [],
    // The known-issue page speaks of the mode, RN 45613 of any of the advanced Failover options.
    refusal: { acts: ["changeMode", "changeVirtualIps", "changeOptions"], when: always },
    applies: brokerGateway,
    text: "with BrokerGateway a changed Failover configuration fails or is aborted. Upgrade both Agents with the policy Simultaneously first",
  },
  {
    id: "Online Failover Agent unable to acquire VIP",
    affected: ranges("10.3.0 [CU20]…10.3.0 [CU22]", "10.4.0 [CU8]…10.4.0 [CU11]", "10.4.11…10.5.2"),
    fixed: gate("10.4.0 [CU12]/10.5.0/10.5.3"),
    acts: ["setUp", "changeVirtualIps", "switch"],
    refusal: { acts: ["setUp", "changeVirtualIps", "switch"], when: ({ virtualIps }) => virtualIps > 2 },
    applies: virtualIpPair,
    text: "an Agent may not get its virtual IP addresses, above all with more than two of them. Upgrade both Agents, or use at most two",
  },
  {
    id: "Failover Agents remain offline after upgrade",
    affected: ranges("10.3.0 [CU9]…10.3.0 [CU10]", "10.3.12…10.4.1"),
    fixed: gate("10.3.0 [CU11]/10.4.0/10.4.2"),
    acts: ["setUp"],
    applies: always,
    text: "both Agents may stay offline after an upgrade or restart. Then stop both and start one",
  },
  {
    id: "Multiple issues when Failover based on hostnames is used",
    affected: ranges("10.2.0…10.3.0 [CU10]", "10.1.8…10.4.1"),
    fixed: gate("10.3.0 [CU11]/10.4.2"),
    acts: ["setUp", "switch"],
    applies: hostnamePair,
    text: "pairs with a shared hostname list Agents twice in DMS.xml, flap and may not switch. Upgrade both Agents",
  },
  {
    id: "Offline Failover DMA not synchronized",
    affected: ranges("10.3.0 [CU11]…10.4.0 [CU9]", "10.4.2…10.4.12"),
    fixed: gate("10.4.0 [CU10]/10.5.1"),
    acts: ["setUp", "switch"],
    applies: always,
    text: "the offline Agent may not be synchronized, and a switch then loses data. Check Sync Connection before each switch",
  },
  {
    // The Main Release lines are [INFERRED] from the fix that was shipped to them.
    id: "Failover switch taking a long time on systems with Cassandra setup",
    affected: ranges("10.3.0…10.4.0 [CU5]", "10.4.2…10.4.8"),
    fixed: gate("10.3.0 [CU18]/10.4.0 [CU6]/10.4.9"),
    acts: ["switch"],
    applies: cassandra,
    text: "a switch may take up to 10 minutes longer. Allow for it in timeouts",
  },
  {
    id: "Contents of Elements folder deleted from offline Agents in Failover cluster",
    showsInElementCounts: true,
    fixed: gate("10.5.0 [CU10]/10.6.1"),
    acts: ["setUp", "switch"],
    applies: always,
    text: "the Elements folder of the offline Agent may be emptied. Compare the element counts of both Agents before each switch",
  },
  {
    id: "SLNet memory leak caused by ClusterEndpoint.json sync",
    affected: ranges("10.5.0 [CU4]…10.5.0 [CU4] b16238", "10.5.0 [CU5]…10.5.0 [CU5] b16242", "10.5.7 [CU0]", "10.5.8 [CU0]"),
    acts: ["setUp"],
    applies: always,
    text:
      "SLNet leaks memory, more with each pair. Upgrade both Agents to 10.5.0 [CU6]/10.5.9 or later; with the soft-launch option ClusterEndpointsManager " +
      "set to false instead, no Failover configuration can be changed before 10.5.0 [CU8]/10.5.11 (RN 43794)",
  },
  {
    id: "Activities and scripts delayed because of CheckVIPs thread",
    affected: ranges("10.2.0…10.3.0 [CU3]", "10.1.12…10.3.6"),
    fixed: gate("10.2.0 [CU16]/10.3.0 [CU4]/10.3.7"),
    acts: ["setUp"],
    applies: virtualIpPair,
    text: "the check of virtual IP addresses delays scripts. Upgrade both Agents",
  },
  {
    id: "SLDataMiner addressChangeThread RTE after DMA startup",
    acts: ["setUp", "switch"],
    applies: winPcap,
    text: "with WinPcap, sending a gratuitous ARP may hang. Install Npcap instead",
  },
  {
    id: "RTEs caused by problem during automatic NATS reconfiguration",
    affected: ranges("10.3.4…10.3.8"),
    fixed: gate("10.3.9"),
    acts: ["setUp"],
    applies: always,
    text: "reconfiguring NATS may cause runtime errors in pairs. Upgrade both Agents",
  },
  // Told by the release note of the fix alone.
  {
    id: "RN 43257",
    fixed: gate("10.4.0 [CU18]/10.5.0 [CU6]/10.5.9"),
    acts: ["setUp"],
    applies: hostnamePair,
    text: "the primary IP of the pair is the online Agent's instead of the hostname, and the pair cannot be removed from its DMS. Upgrade both Agents",
  },
  {
    // With BrokerGateway the set-up always ends with NATSRepair.exe: preflight says so.
    id: "RN 44060",
    fixed: gate("10.5.0 [CU10]/10.6.1"),
    acts: ["setUp"],
    applies: (circumstances) => virtualIpPair(circumstances) && !brokerGateway(circumstances),
    text: "the NATS certificate of a new pair lacks the virtual IP. Run NATSRepair.exe on one Agent after the set-up",
  },
  {
    id: "RN 44680",
    fixed: gate("10.5.0 [CU13]/10.6.0 [CU1]/10.6.4"),
    acts: ["setUp"],
    applies: always,
    text: "both Agents may get stuck when they start. Start one after the other",
  },
  {
    id: "RN 43089",
    fixed: gate("10.4.0 [CU18]/10.5.0 [CU6]/10.5.9"),
    acts: ["switch"],
    applies: always,
    text: "a switch during a parameter set may deadlock. Switch when nothing is being set",
  },
  {
    id: "RN 33160",
    fixed: gate("10.2.0 [CU4]/10.2.7"),
    acts: ["setUp", "switch"],
    applies: always,
    text: "an error in writing DMS.xml may bring both Agents online or offline. Check both after each switch",
  },
  {
    // Documented for the Feature Release alone; 10.2.0 came out after it.
    id: "RN 31756",
    fixed: gate("10.2.1/10.2.0"),
    acts: ["changeMode", "changeOptions"],
    applies: always,
    text: "after a changed configuration the cluster refuses file changes until a restart or a switch",
  },
  {
    id: "RN 28900",
    fixed: gate("10.1.0 [CU1]/10.1.4"),
    acts: ["setUp"],
    applies: always,
    text: "heartbeats that succeed may count as failures. Upgrade both Agents",
  },
  {
    id: "RN 42964",
    fixed: gate("10.5.0 [CU4]/10.5.7"),
    acts: ["switch"],
    applies: always,
    text: "NATS communication may fail after a switch. Look at the row NATS communication afterwards",
  },
  {
    id: "RN 44234",
    fixed: gate("10.7.0/10.6.1"),
    acts: ["switch"],
    applies: always,
    text: "the new online Agent does not reload scheduled tasks. Check them after each switch",
  },
  {
    id: "RN 42890",
    fixed: gate("10.4.0 [CU16]/10.5.0 [CU4]/10.5.7"),
    acts: ["switch"],
    applies: always,
    text: "the Agent that goes offline keeps elements, services and redundancy groups in its event cache. Restart it after the switch if it shows old ones",
  },
  {
    id: "RN 42944",
    fixed: gate("10.5.0 [CU4]/10.5.7"),
    acts: ["setUp", "switch"],
    applies: staas,
    text: "with STaaS the row Database is OK also while the storage is degraded. Look at the storage itself before each switch",
  },
  {
    // The Feature Release with the fix is still open in the note; from 10.6.1 on there is no SLNet-managed NATS any more.
    id: "RN 44908",
    affected: ranges("10.1.0…10.5.0 [CU13]", "10.1.1…10.5.12"),
    fixed: gate("10.5.0 [CU14]"),
    acts: ["setUp", "switch"],
    applies: slnetNats,
    text: 'with SLNet-managed NATS the alarm "experiencing sync issues" may come again and again although nothing is wrong. Look at the rows of the Failover Status window instead',
  },
  {
    id: "RN 45601",
    fixed: gate("10.5.0 [CU19]/10.6.0 [CU7]/10.6.10"),
    acts: ["switch"],
    applies: always,
    text: "alarms and masks of the Agent element may be out of date after a switch. Compare them with the alarms in the database",
  },
  {
    // ClusterEndpoints.json is kept on both members from 10.4.11/10.5.0 on.
    id: "RN 46329",
    affected: ranges("10.5.0…10.6.0", "10.4.11…10.6.10"),
    fixed: gate("10.7.0/10.6.11"),
    acts: ["setUp"],
    applies: always,
    text: "ClusterEndpoints.json may lose the NodeId of an offline Agent that is down while the online one restarts. Restart the online one only while both run",
  },
  {
    id: "RN 46350",
    fixed: gate("10.5.0 [CU20]/10.6.0 [CU8]/10.6.11"),
    acts: ["switch"],
    applies: always,
    text: "SLASPConnection may not start after a switch: reports, alarm counts and timelines are then old, and memory leaks. Check the reporter page in Cube after each switch",
  },
];

/** What to refuse and what to warn of. */
export const knownIssues = (situation: Situation): MetIssue[] => knownIssueTable.flatMap((issue) => meet(issue, situation) ?? []);
