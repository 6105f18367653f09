import type { Agent } from "./agent.js";
import { allFailNow } from "./heartbeats.js";
import { addVirtualIps, removeVirtualIps } from "./interfaces.js";
import { acquiring, virtualIpsAreFree } from "./probing.js";
import type { World } from "./world.js";

/** How long an Agent takes, in simulated seconds. */
const secondsToInitialiseApi = 5;
const secondsToStart = 15;
const secondsToRestart = 20;
const secondsToGoOffline = 15;

export interface StopOptions {
  /** False: SHIFT+Stop in the Taskbar, which leaves the virtual address on the interface (RN 34790). */
  releaseVirtualIp?: boolean;
}

export function stop(world: World, agent: Agent, { releaseVirtualIp = true }: StopOptions = {}): void {
  agent.cancelReturn?.();
  agent.cancelReturn = null;
  if (agent.power === "stopped") return;
  agent.cancelTransition?.();
  agent.cancelTransition = null;
  const wasOnline = agent.isOnline || agent.failoverStatus === "Going Online";
  if (agent.failoverStatus !== null && agent.failoverStatus !== "Starting") agent.lastRole = wasOnline ? "Online" : "Offline";
  agent.power = "stopped";
  if (agent.copy) agent.failoverStatus = "Stopped";
  if (releaseVirtualIp) removeVirtualIps(agent.cards);
  world.sockets.close(agent);
  world.changed();
}

export interface StartOptions {
  /** Simulated seconds until it has a role again; 15 unless told. */
  seconds?: number;
}

export function start(world: World, agent: Agent, { seconds = secondsToStart }: StartOptions = {}): void {
  if (agent.power === "running") return;
  agent.cancelReturn?.();
  agent.cancelReturn = null;
  agent.power = "running";
  agent.startedAt = world.clock.now();
  agent.initialisedAt = agent.startedAt + secondsToInitialiseApi * 1000;
  agent.waitsForSeed = lacksMasterSeed(world, agent);
  removeVirtualIps(agent.cards);
  if (agent.copy) {
    agent.failoverStatus = "Starting";
    after(world, agent, seconds, () => takeRole(world, agent));
    if (seconds > agent.timers.maxStartupSeconds) world.clock.after(agent.timers.maxStartupSeconds, () => world.changed());
  }
  world.sockets.open(agent);
  world.changed();
}

/** Stops, and starts again after so many simulated seconds. */
export function restart(world: World, agent: Agent, seconds = secondsToRestart): void {
  stop(world, agent);
  agent.cancelReturn = world.clock.after(seconds, () => start(world, agent));
}

/** Unloads elements, then gives the virtual addresses up; or restarts at once when the pair is set to that (RN 33775). */
export function goOffline(world: World, agent: Agent): void {
  if (agent.copy?.config.restartWhenGoingOffline) {
    restart(world, agent);
    agent.lastRole = "Offline";
    return;
  }
  agent.failoverStatus = "Going Offline";
  world.sockets.drop(agent);
  after(world, agent, secondsToGoOffline, () => {
    removeVirtualIps(agent.cards);
    agent.failoverStatus = "Offline";
  });
  world.changed();
}

/** Who was online is so again, unless the other one took over meanwhile or its inverted heartbeats forbid it (Failover FAQ). */
function takeRole(world: World, agent: Agent): void {
  const { copy } = agent;
  if (!copy) return;
  if (agent.lastRole === "Offline" || otherHasTakenOver(world, agent) || allFailNow(agent, "inverted")) {
    agent.failoverStatus = "Offline";
    return;
  }
  if (copy.state === "active" && copy.config.type === "virtualIp") {
    if (!virtualIpsAreFree(world, agent, copy.config)) {
      agent.failoverStatus = acquiring(copy.config);
      return;
    }
    addVirtualIps(agent.cards, copy.config.virtualIps);
  }
  agent.failoverStatus = "Online";
}

function otherHasTakenOver(world: World, agent: Agent): boolean {
  const buddy = world.reachableBuddy(agent);
  if (!buddy) return false;
  if (buddy.failoverStatus === "Starting") return buddy.lastRole === "Online" && agent.copy?.position === "backup";
  return buddy.isOnline || (buddy.inTransition && buddy.failoverStatus !== "Going Offline");
}

function after(world: World, agent: Agent, seconds: number, act: () => void): void {
  agent.cancelTransition?.();
  agent.cancelTransition = world.clock.after(seconds, () => {
    agent.cancelTransition = null;
    act();
    world.changed();
  });
}

/** Cassandra per DMA: one node is the master seed, here main's, and without it the other one's database does not start (Failover FAQ). */
export function lacksMasterSeed(world: World, agent: Agent): boolean {
  if (agent.storage.kind !== "cassandraPerDma" || agent.copy?.position !== "backup") return false;
  return world.reachableBuddy(agent) === null;
}
