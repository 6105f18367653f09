import { apiCodes } from "pulumi-dataminer-failover/agent";
import type { Agent } from "./agent.js";
import { removeVirtualIps } from "./interfaces.js";
import { conflict, type OperationRecord, productCodes } from "./operations.js";
import { restart, start, stop } from "./power.js";
import { Procedure, type Step } from "./procedure.js";
import type { World } from "./world.js";

export interface Ending {
  keep: Agent;
  reset: Agent;
  mode: "delete" | "disable";
  offlineUnavailable: boolean;
}

/** Ends the Failover configuration from the online member (Ending a Failover configuration). */
export function end(world: World, ending: Ending, operation: OperationRecord | null): void {
  const { keep, reset, mode } = ending;
  new Procedure(world, {
    kind: "end",
    driver: keep,
    members: [keep, reset],
    steps: [...offlineSteps(world, ending), ...onlineSteps(world, keep, mode)],
    operation,
    outlivesRestart: true,
  }).start();
}

/** Who stays must be online, and who is reset must not: otherwise the wrong server would lose its data. */
export function checkEnding(world: World, { keep, reset, offlineUnavailable }: Ending): void {
  if (!keep.isOnline) throw conflict(apiCodes.agentOffline, `${keep.address} is not online, so it cannot end the pair and stay.`);
  const talks = world.network.reaches(keep, reset);
  if (talks && offlineUnavailable)
    throw conflict(apiCodes.buddyReachable, `${reset.address} answers ${keep.address}; it is not unavailable.`);
  if (!talks && !offlineUnavailable) {
    throw conflict(productCodes.noConnection, `There is no connection available with the DataMiner at ${reset.address}.`);
  }
  if (talks) requireOffline(reset);
}

function requireOffline(reset: Agent): void {
  if (reset.isOnline)
    throw conflict(productCodes.agentOnline, `${reset.address} is online; this action can only be executed on an agent that is offline.`);
  if (reset.inTransition && reset.power === "running") throw conflict(apiCodes.switching, `${reset.address} is ${reset.failoverStatus}.`);
}

/** Only a server that the online Agent still reaches can be reset from there, and nobody may have brought it online meanwhile. */
function checkReset(world: World, { keep, reset }: Ending): void {
  if (!keep.isOnline)
    throw conflict(apiCodes.agentOffline, `${keep.address} is not online any more; ${reset.address} is stopped and was not reset.`);
  if (!world.network.reachesServer(keep, reset))
    throw conflict(productCodes.noConnection, `There is no connection with the server ${reset.address}; it was not reset.`);
  requireOffline(reset);
}

/**
 * An Agent that is unavailable is left alone (Ending a Failover configuration), and so is one that is no member any more: an earlier
 * ending has reset it.
 */
function offlineSteps(world: World, ending: Ending): Step[] {
  const { keep, reset, mode, offlineUnavailable } = ending;
  if (offlineUnavailable || reset.buddyAddress !== keep.address) return [];
  const check = (): void => checkEnding(world, ending);
  if (mode === "disable") {
    return [
      {
        phase: "stoppingOffline",
        seconds: 30,
        begin: check,
        finish: () => {
          check();
          restart(world, reset, 10);
        },
      },
    ];
  }
  return [
    {
      phase: "stoppingOffline",
      seconds: 30,
      begin: check,
      finish: () => {
        check();
        stop(world, reset);
      },
    },
    {
      phase: "resettingOffline",
      seconds: 120,
      finish: () => {
        checkReset(world, ending);
        stop(world, reset);
        reset.factoryReset();
        start(world, reset);
      },
    },
  ];
}

function onlineSteps(world: World, keep: Agent, mode: Ending["mode"]): Step[] {
  return [
    {
      phase: "releasingVirtualIp",
      seconds: 10,
      finish: () => {
        removeVirtualIps(keep.cards);
        world.sockets.drop(keep);
      },
    },
    { phase: "informingCluster", seconds: 10, finish: () => world.informSystem(keep, keep.address) },
    {
      phase: "revertingDatabase",
      seconds: 30,
      // Cassandra per DMA always goes back to a single node (Ending a Failover configuration).
      finish: () => {
        if (keep.storage.kind === "cassandraPerDma") keep.storage = { ...keep.storage, replicationFactor: 1 };
      },
    },
    {
      phase: "restartingOnline",
      seconds: keep.profile.restartsAfterEnding ? 60 : 1,
      begin: () => {
        leavePair(world, keep, mode);
        if (keep.profile.restartsAfterEnding) restart(world, keep, 30);
      },
    },
  ];
}

function leavePair(world: World, keep: Agent, mode: Ending["mode"]): void {
  if (mode === "delete" || !keep.copy) {
    keep.forgetPair();
    return;
  }
  const copy = world.writeCopy(keep, { ...keep.copy, owner: null, state: "inactive" });
  const buddy = world.reachableBuddy(keep);
  if (buddy) world.copyTo(buddy, copy);
}
