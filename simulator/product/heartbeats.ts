import type { Heartbeat } from "pulumi-dataminer-failover/agent";
import type { Agent, HeartbeatState } from "./agent.js";
import type { World } from "./world.js";

/** The documentation does not say how often heartbeats are sent; this is the simulator's choice. */
const secondsBetweenChecks = 10;

/** Looks at every heartbeat that this member makes. Nothing is counted: the count follows from the time since it fails. */
export function observeHeartbeats(world: World, agent: Agent): void {
  const { copy } = agent;
  if (copy?.state !== "active" || agent.power !== "running") {
    agent.heartbeats.clear();
    agent.syncFailingSince = null;
    agent.forwardsSince = null;
    agent.hasForwarded = false;
    return;
  }
  const known = agent.heartbeats;
  const now = world.clock.now();
  agent.heartbeats = new Map();
  for (const heartbeat of copy.config.heartbeats.filter(({ from }) => from === copy.position)) {
    const key = JSON.stringify(heartbeat);
    const state = known.get(key) ?? { heartbeat, failingSince: null, lastSuccess: null };
    if (succeeds(world, agent, heartbeat)) Object.assign(state, { failingSince: null, lastSuccess: world.timeOf(agent) });
    else state.failingSince ??= now;
    agent.heartbeats.set(key, state);
  }
  agent.syncFailingSince = syncPathHolds(world, agent) ? null : (agent.syncFailingSince ?? now);
  observeForwarding(agent, now);
}

/** Alarm events, of which there is one a second, go from the online member to the other. */
function observeForwarding(agent: Agent, now: number): void {
  if (!agent.isOnline) agent.hasForwarded = false;
  agent.forwardsSince = agent.isOnline && agent.syncFailingSince === null ? (agent.forwardsSince ?? now) : null;
  agent.hasForwarded = hasForwarded(agent, now);
}

/** "Active means there has been at least one successful forward operation", says the page on the Failover Status window. */
export const hasForwarded = ({ hasForwarded: before, forwardsSince }: Agent, now: number): boolean =>
  before || (forwardsSince !== null && now - forwardsSince >= 1000);

/** Synchronization uses the configured interface, the corporate one by default (Advanced Failover options). */
export function syncPathHolds(world: World, agent: Agent): boolean {
  const buddy = world.buddyOf(agent);
  return buddy !== null && world.network.reaches(agent, buddy, agent.copy?.config.syncInterface ?? 1);
}

/** Failed checks in a row. */
export function failedChecks(world: World, { failingSince }: HeartbeatState): number {
  return failingSince === null ? 0 : Math.floor((world.clock.now() - failingSince) / 1000 / secondsBetweenChecks) + 1;
}

/** Whether the member has heartbeats of this kind and every one failed more often than it may (Advanced Failover options). */
export function allFail(world: World, agent: Agent, kind: Heartbeat["kind"]): boolean {
  const states = ofKind(agent, kind);
  return states.length > 0 && states.every((state) => failedChecks(world, state) > state.heartbeat.maxFailures);
}

/** Whether every one fails at this moment; for an Agent that has just started and counts from zero. */
export function allFailNow(agent: Agent, kind: Heartbeat["kind"]): boolean {
  const states = ofKind(agent, kind);
  return states.length > 0 && states.every(({ failingSince }) => failingSince !== null);
}

/** Simulated seconds from `since` until the next heartbeat of this member has failed too often; null when none is on its way there. */
export function secondsToNextFailure(agent: Agent, since: number): number | null {
  const due = [...agent.heartbeats.values()].flatMap(({ failingSince, heartbeat }) => {
    if (failingSince === null) return [];
    const seconds = (failingSince - since) / 1000 + heartbeat.maxFailures * secondsBetweenChecks;
    return seconds > 0 ? [seconds] : [];
  });
  return due.length === 0 ? null : Math.min(...due);
}

const ofKind = (agent: Agent, kind: Heartbeat["kind"]): HeartbeatState[] =>
  [...agent.heartbeats.values()].filter(({ heartbeat }) => heartbeat.kind === kind);

/** An Agent is checked on port 8004 over the heartbeat's interface, an address with a ping (Advanced Failover options). */
function succeeds(world: World, agent: Agent, { target, interface: index }: Heartbeat): boolean {
  if ("address" in target) return world.network.heartbeatAnswers(agent, target.address);
  const other = agent.copy && world.agents.get(agent.copy.config[target.agent].address);
  return other !== undefined && other !== null && world.network.reaches(agent, other, index ?? 1) && !startsTooLong(world, other);
}

/** FailoverMaxStartupTime: who was online and has been starting for longer than that keeps nobody from going online. */
const startsTooLong = (world: World, { failoverStatus, startedAt, timers }: Agent): boolean =>
  failoverStatus === "Starting" && world.clock.now() - startedAt >= timers.maxStartupSeconds * 1000;
