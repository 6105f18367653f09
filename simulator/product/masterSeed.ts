import type { Agent } from "./agent.js";
import type { World } from "./world.js";

/** Cassandra per DMA: one node is the master seed, here main's, and without it the other one's database does not start (Failover FAQ). */
export function lacksMasterSeed(world: World, agent: Agent): boolean {
  if (agent.storage.kind !== "cassandraPerDma" || agent.copy?.position !== "backup") return false;
  return world.reachableBuddy(agent) === null;
}
