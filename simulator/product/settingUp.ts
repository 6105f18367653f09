import { apiCodes, type PairConfig, type Position } from "pulumi-dataminer-failover/agent";
import { sharedAddress } from "pulumi-dataminer-failover/failover";
import type { Agent } from "./agent.js";
import { addVirtualIps } from "./interfaces.js";
import { conflict, type OperationRecord, productCodes } from "./operations.js";
import { restart } from "./power.js";
import { acquiring, busyVirtualIps } from "./probing.js";
import { Procedure, type Step } from "./procedure.js";
import { checkMembers } from "./setupChecks.js";
import type { World } from "./world.js";

/** How long a member that restarts is waited for. */
const secondsForReturn = 600;

export interface Setup {
  online: Agent;
  offline: Agent;
  /** Of the online one. */
  position: Position;
  config: PairConfig;
  owner: string | null;
}

/** Makes two Agents a pair, or a disabled pair active again (docs/product.md, Set-up and switch). */
export function setUp(world: World, setup: Setup, operation: OperationRecord): void {
  const { online, offline } = setup;
  const before = online.copy;
  const config = withAcquisitionAddresses(world, setup.config);
  online.lastRole = "Online";
  world.writeCopy(online, { position: setup.position, config, owner: setup.owner, state: "active", apart: false });
  new Procedure(world, {
    kind: "setUp",
    driver: online,
    members: [online, offline],
    steps: steps(world, { ...setup, config }, before !== null),
    operation,
    outlivesRestart: true,
    failed: (phase) => {
      if (!["checking", "configuring", "synchronizing"].includes(phase)) return;
      // Nothing has been touched but the configuration: it is taken back wherever it was written.
      if (before) world.writeCopy(online, before);
      else online.forgetPair();
      if (offline.buddyAddress !== online.address || !world.network.reaches(online, offline)) return;
      if (before && online.copy) world.copyTo(offline, online.copy);
      else offline.forgetPair();
    },
  }).start();
}

function steps(world: World, { online, offline, config }: Setup, prepared: boolean): Step[] {
  const talks = (): boolean => world.network.reaches(online, offline);
  const silent = () => conflict(productCodes.noConnection, `There is no connection available with the DataMiner at ${offline.address}.`);
  const tookOver = () => conflict(apiCodes.agentOffline, `${offline.address} went online while the pair was set up.`);
  const virtual = config.type === "virtualIp";
  return [
    { phase: "checking", seconds: 10, finish: () => checkMembers(world, online, offline, config, prepared) },
    {
      phase: "configuring",
      seconds: 20,
      until: { holds: talks, patience: 60, otherwise: silent },
      finish: () => {
        if (online.copy) world.copyTo(offline, online.copy);
        online.failoverStatus = "Online";
        offline.failoverStatus = "Going Offline";
        for (const operation of online.operations.values())
          if (operation.state === "running") offline.operations.set(operation.id, operation);
      },
    },
    {
      phase: "synchronizing",
      seconds: 120 + 2 * online.elementCount,
      until: { holds: talks, patience: secondsForReturn, otherwise: silent },
      finish: () => synchronize(online, offline),
    },
    {
      phase: "goingOffline",
      seconds: 60,
      begin: () => restart(world, offline, 30),
      until: { holds: () => talks() && offline.failoverStatus === "Offline", patience: secondsForReturn, otherwise: silent },
    },
    {
      phase: "acquiringVirtualIp",
      seconds: virtual ? 15 : 1,
      begin: () => {
        if (!online.isOnline) throw tookOver();
        if (virtual) online.failoverStatus = acquiring(config);
      },
      until: {
        holds: () => busyVirtualIps(world, online, config).length === 0,
        patience: online.timers.maxWaitForVirtualIpSeconds,
        otherwise: () =>
          conflict(
            productCodes.notAllowed,
            `Cannot claim DataMiner Failover IP ${busyVirtualIps(world, online, config).join("/")} (still reachable; not local)`,
          ),
      },
      finish: () => {
        if (offline.isOnline) throw tookOver();
        addVirtualIps(online.cards, config.virtualIps);
        online.failoverStatus = "Online";
        world.sockets.drop(online);
      },
    },
    { phase: "joiningCluster", seconds: 30, finish: () => world.informSystem(online, sharedAddress(config) ?? online.address) },
  ];
}

/** Copies what makes the other one a full stand-in: cluster, elements, and the script of this API with its token. */
function synchronize(online: Agent, offline: Agent): void {
  offline.cluster = online.cluster;
  offline.elementCount = online.elementCount;
  offline.hasScript = online.hasScript;
  offline.hasToken = online.hasToken;
  offline.pristine = false;
  if (online.storage.kind === "cassandraPerDma") {
    online.storage = { ...online.storage, replicationFactor: 2 };
    offline.storage = online.storage;
  }
}

/** The state that set-up ends in, at once: for pairs that are there from the start. */
export function establish(world: World, setup: Setup): void {
  const { online, offline } = setup;
  const config = withAcquisitionAddresses(world, setup.config);
  const copy = world.writeCopy(online, { position: setup.position, config, owner: setup.owner, state: "active", apart: false });
  world.copyTo(offline, copy);
  // Whoever is online now, it was main that had the data when the pair was set up.
  if (setup.position === "main") synchronize(online, offline);
  else synchronize(offline, online);
  online.failoverStatus = "Online";
  online.hasForwarded = true;
  offline.failoverStatus = "Offline";
  if (config.type === "virtualIp") addVirtualIps(online.cards, config.virtualIps);
  world.informSystem(online, sharedAddress(config) ?? online.address);
  world.changed();
}

/** Read from each member's acquisition interface at set-up; no input (contract, "config"). */
export function withAcquisitionAddresses(world: World, config: PairConfig): PairConfig {
  const acquisition = (address: string): string | null =>
    world.agents
      .get(address)
      ?.cards.find(({ network }) => network === "acquisition")
      ?.addresses.find(({ virtual }) => !virtual)?.address ?? null;
  return {
    ...config,
    main: { ...config.main, acquisitionAddress: acquisition(config.main.address) },
    backup: { ...config.backup, acquisitionAddress: acquisition(config.backup.address) },
  };
}

export const positionOf = (config: PairConfig, address: string): Position | null =>
  config.main.address === address ? "main" : config.backup.address === address ? "backup" : null;
