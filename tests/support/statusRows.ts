import type { PairTarget } from "../../operations/pairTarget.js";
import type { PairConfig } from "../../provider/agent/pairSchema.js";
import { type AgentControl, type ManualClock, manualClock, type Simulator } from "../../simulator/index.js";
import { configOn, startPairWorld, type WorldOptions } from "./world.js";

/** What a situation is made of: A is main and online, B is backup, and time stands still until it is advanced. */
export interface Scene {
  simulator: Simulator;
  clock: ManualClock;
  a: AgentControl;
  b: AgentControl;
  address: (last: number) => string;
}

/** One literal of the Failover Status window, and how it comes about in the simulator. */
export interface StatusSituation {
  /** Whose window it stands in. */
  position: "main" | "backup";
  /** First column, with main, backup and target for the addresses. */
  row: string;
  /** The value, literally, with what stands in brackets. */
  literal: string;
  /** Whether it colours that member's LED red. */
  bad?: true;
  failureReason?: string;
  config?: (address: (last: number) => string) => Partial<PairConfig>;
  agents?: WorldOptions["main"];
  produce?: (scene: Scene) => void;
}

/** The same for the notice about Pcap, which is no row. */
export interface PcapSituation {
  pcap: "npcap" | "winpcap" | "none" | "undetected";
  notice: string | null;
}

const staas = { storage: { kind: "staas" as const, replicationFactor: null } };
const manual = () => ({ mode: "manual" as const });
const secondCable = () => ({ syncInterface: 2, mode: "manual" as const });
const ping = (address: (last: number) => string) => ({
  heartbeats: [
    ...configOn("0.0").heartbeats.filter(({ target }) => "agent" in target),
    { kind: "normal" as const, from: "main" as const, target: { address: address(252) }, interface: null, maxFailures: 3 },
  ],
});
const startSwitch = ({ simulator }: Scene) => void simulator.pair().startSwitch();

/** Every row and literal of the Failover Status window, and every text of its first row. */
export const statusSituations: readonly StatusSituation[] = [
  { position: "main", row: "Failover Status", literal: "Online" },
  { position: "backup", row: "Failover Status", literal: "Offline" },
  { position: "backup", row: "Failover Status", literal: "Preparing to go online", produce: startSwitch },
  {
    position: "main",
    row: "Failover Status",
    literal: "Going Offline",
    produce: (scene) => {
      startSwitch(scene);
      scene.clock.advance(17);
    },
  },
  {
    position: "backup",
    row: "Failover Status",
    literal: "Acquiring Virtual IP Address {virtual}",
    produce: (scene) => {
      startSwitch(scene);
      scene.clock.advance(32);
    },
  },
  {
    position: "backup",
    row: "Failover Status",
    literal: "Going Online",
    produce: (scene) => {
      startSwitch(scene);
      scene.clock.advance(37);
    },
  },
  {
    position: "main",
    row: "Failover Status",
    literal: "Starting",
    config: manual,
    produce: ({ a, clock }) => {
      a.stop();
      a.start();
      clock.advance(6); // Its API is there before it has a role again.
    },
  },
  { position: "main", row: "Configuration", literal: "Valid" },
  {
    position: "main",
    row: "Configuration",
    literal: "Invalid",
    bad: true,
    failureReason: "Failover configuration on buddy is invalid.",
    produce: ({ simulator }) => simulator.pair().setState("invalid"),
  },
  { position: "main", row: "Heartbeat to {backup}", literal: "Success" },
  {
    position: "main",
    row: "Heartbeat to {backup}",
    literal: "Failing",
    bad: true,
    failureReason: "No heartbeat message from {backup} on port 8004.",
    config: manual,
    produce: ({ b, clock }) => {
      b.stop();
      clock.advance(25);
    },
  },
  { position: "main", row: "Inverted Heartbeat Ping to {mainTarget}", literal: "Success" },
  {
    position: "backup",
    row: "Inverted Heartbeat Ping to {backupTarget}",
    literal: "Failing",
    bad: true,
    failureReason: "No reply from {backupTarget}.",
    produce: ({ simulator, address, clock }) => {
      simulator.setSilent(address(253), true);
      clock.advance(15);
    },
  },
  { position: "main", row: "Ping to {pinged}", literal: "Success", config: ping },
  {
    position: "main",
    row: "Ping to {pinged}",
    literal: "Failing",
    bad: true,
    failureReason: "No reply from {pinged}.",
    config: ping,
    produce: ({ simulator, address }) => simulator.setSilent(address(252), true),
  },
  { position: "main", row: "Sync Connection", literal: "Available" },
  {
    position: "main",
    row: "Sync Connection",
    literal: "Not Available",
    bad: true,
    failureReason: "{backup} is not reached over the synchronization interface.",
    config: secondCable,
    produce: ({ a }) => a.unplug(2),
  },
  { position: "main", row: "DB Sync", literal: "Active" },
  {
    position: "main",
    row: "DB Sync",
    literal: "Failing",
    bad: true,
    failureReason: "{backup} is not reached over the synchronization interface.",
    config: secondCable,
    produce: ({ b }) => b.unplug(2),
  },
  { position: "main", row: "DB Sync Stack", literal: "OK (0)" },
  {
    position: "main",
    row: "DB Sync Stack",
    literal: "OK (90)",
    config: secondCable,
    produce: ({ a, clock }) => {
      a.unplug(2);
      clock.advance(90);
    },
  },
  {
    position: "main",
    row: "DB Sync Stack",
    literal: "Too Large (1200)",
    bad: true,
    config: secondCable,
    produce: ({ a, clock }) => {
      a.unplug(2);
      clock.advance(1200);
    },
  },
  { position: "main", row: "RTE Count", literal: "0" },
  { position: "main", row: "RTE Count", literal: "2", bad: true, produce: ({ a }) => [0, 1].forEach(() => void a.raiseRuntimeError()) },
  {
    position: "main",
    row: "NIC 2",
    literal: "Available",
    produce: ({ a }) => {
      a.unplug(2);
      a.plug(2);
    },
  },
  { position: "backup", row: "NIC 2", literal: "Unavailable", bad: true, produce: ({ b }) => b.unplug(2) },
  { position: "main", row: "Database", literal: "OK" },
  {
    position: "main",
    row: "Database",
    literal: "Failing",
    bad: true,
    failureReason: "select count(*) from slenumvalues failed.",
    produce: ({ a }) => a.setDatabase("Failing"),
  },
  { position: "main", row: "NATS communication", literal: "OK", agents: { profile: "10.6" } },
  {
    position: "backup",
    row: "NATS communication",
    literal: "Failing",
    bad: true,
    agents: { profile: "10.6" },
    produce: ({ b }) => b.setNats("Failing"),
  },
  {
    position: "backup",
    row: "NATS communication",
    literal: "OK",
    bad: true,
    failureReason: "Not in sync with the cluster endpoints.",
    agents: { profile: "10.6" },
    produce: ({ b }) => b.setClusterEndpointsInSync(false),
  },
  { position: "backup", row: "Agent Status", literal: "Unreachable", bad: true, config: manual, produce: ({ b }) => b.stop() },
];

/** Rows that a member's window does not have, and when. */
export const absentRows: readonly (Pick<StatusSituation, "position" | "agents"> & { row: string; when: string })[] = [
  { position: "backup", row: "Sync Connection", when: "on the offline member" },
  { position: "backup", row: "DB Sync", when: "on the offline member" },
  { position: "backup", row: "DB Sync Stack", when: "on the offline member" },
  { position: "main", row: "DB Sync", when: "with STaaS", agents: staas },
  { position: "main", row: "DB Sync Stack", when: "with STaaS", agents: staas },
  { position: "main", row: "NIC 1", when: "while no interface was touched" },
  { position: "main", row: "NATS communication", when: "before 10.5.7/10.6.0", agents: { profile: "10.4.1" } },
];

export const pcapSituations: readonly PcapSituation[] = [
  { pcap: "npcap", notice: null },
  { pcap: "winpcap", notice: null },
  { pcap: "none", notice: "No Pcap libraries have been found on this DataMiner Agent" },
  { pcap: "undetected", notice: "No Pcap libraries could be detected on this DataMiner Agent" },
];

export interface Situated extends Scene {
  target: PairTarget;
  /** A text of the table with the addresses of this world in it. */
  fill: (text: string) => string;
  close: () => Promise<void>;
}

/** Brings a situation about on a network of its own, as in `startPairWorld`. Without a port, each Agent has one of its own. */
export async function situate(
  network: string,
  { config, agents, produce }: Pick<StatusSituation, "config" | "agents" | "produce"> = {},
  port = 0,
): Promise<Situated> {
  const clock = manualClock();
  const at = (last: number) => `127.${network}.${last}`;
  const world = await startPairWorld(network, {
    clock,
    port,
    main: { syncAddress: at(11), ...agents },
    backup: { syncAddress: at(12), ...agents },
    pairs: [{ config: configOn(network, config?.(at)), owner: "project/stack/pair" }],
  });
  const { simulator, address, connection, close } = world;
  const scene = { simulator, clock, address, a: simulator.agent(address(1)), b: simulator.agent(address(2)) };
  produce?.(scene);
  const places: Record<string, string> = {
    main: address(1),
    backup: address(2),
    virtual: address(5),
    mainTarget: address(254),
    backupTarget: address(253),
    pinged: address(252),
  };
  return {
    ...scene,
    target: { name: "pair", main: connection(1) as PairTarget["main"], backup: connection(2) as PairTarget["backup"] },
    fill: (text) => text.replace(/\{(\w+)\}/g, (_, name: string) => places[name] ?? name),
    close,
  };
}
