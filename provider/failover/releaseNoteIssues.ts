import { always, brokerGateway, hostnamePair, type KnownIssue, ranges, slnetNats, staas, virtualIpPair } from "./knownIssue.js";
import { gate } from "./version.js";

/** Issues that are told by the release note of their fix alone. */
export const releaseNoteIssues: readonly KnownIssue[] = [
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
