import type { Agent } from "./agent.js";
import { allFail, allFailNow, observeHeartbeats, secondsToNextFailure } from "./heartbeats.js";
import { goOffline, lacksMasterSeed, restart } from "./power.js";
import { isAcquiring, virtualIpsAreFree } from "./probing.js";
import { goOnline, goOnlineAtLast, missingInterfaces } from "./switching.js";
import type { Consequences, World } from "./world.js";

export const automaticFailover: Consequences = {
  observe: (world) => {
    for (const agent of world.agents.values()) {
      observeHeartbeats(world, agent);
      agent.waitsForSeed &&= lacksMasterSeed(world, agent);
    }
  },
  react,
  nextReaction,
};

/** What members do by themselves, as their facts are now (Failover FAQ). Nobody ever switches back by itself. */
function react(world: World): void {
  for (const agent of world.agents.values()) {
    if (agent.power !== "running" || agent.copy?.state !== "active" || world.procedureOf(agent)) continue;
    if (agent.isOnline && allFail(world, agent, "inverted")) goOffline(world, agent);
    else if (isAcquiring(agent) && virtualIpsAreFree(world, agent, agent.copy.config)) goOnlineAtLast(world, agent);
    else if (wantsToTakeOver(world, agent)) goOnline(world, agent, "heartbeats");
  }
}

function nextReaction(world: World, since: number): number | null {
  const due = [...world.agents.values()].flatMap((agent) => {
    const waits = (agent.waitsUntil - since) / 1000;
    return [secondsToNextFailure(agent, since) ?? -1, waits].filter((seconds) => seconds > 0);
  });
  return due.length === 0 ? null : Math.min(...due) + 0.001;
}

/**
 * WatchDog action "switch": the Agent is marked offline and restarts to free the address, in the manual mode too
 * (MaintenanceSettings.xml, WatchDog).
 */
export function raiseRuntimeError(world: World, agent: Agent): void {
  agent.rteCount++;
  const buddy = world.reachableBuddy(agent);
  if (agent.options.switchesOnRuntimeError && agent.isOnline && buddy?.failoverStatus === "Offline") {
    restart(world, agent);
    agent.lastRole = "Offline";
    goOnline(world, buddy, "runtimeError");
  }
  world.changed();
}

/**
 * All its normal heartbeats fail, its inverted ones do not, and its interfaces are there (Advanced Failover options;
 * NicsToCheckOnFailover).
 */
function wantsToTakeOver(world: World, agent: Agent): boolean {
  if (agent.failoverStatus !== "Offline" || agent.copy?.config.mode !== "automatic") return false;
  if (world.clock.now() < agent.waitsUntil || missingInterfaces(agent).length > 0) return false;
  return allFail(world, agent, "normal") && !allFailNow(agent, "inverted");
}
