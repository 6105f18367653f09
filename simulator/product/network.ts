import type { Agent } from "./agent.js";
import { cardTowards } from "./interfaces.js";

/** Who reaches whom. Agents meet on interfaces of the same index; every other address counts as a host that answers heartbeats. */
export class Network {
  /** Addresses that answer a ping although no Agent has them: gateways, and strangers on a virtual address. */
  readonly hosts = new Set<string>();
  /** Heartbeat targets that have gone silent. */
  readonly silent = new Set<string>();
  private readonly broken = new Set<string>();

  constructor(private readonly agents: ReadonlyMap<string, Agent>) {}

  /** Takes the path between two Agents away on one interface, or on all of them; both still reach everything else. */
  breakPath(a: Agent, b: Agent, index?: number): void {
    for (const { index: each } of a.cards) if (index === undefined || each === index) this.broken.add(pathKey(a, b, each));
  }

  mendPath(a: Agent, b: Agent): void {
    for (const { index } of a.cards) this.broken.delete(pathKey(a, b, index));
  }

  /** Whether one Agent's DataMiner can talk to the other's, on one interface or on any. */
  reaches(a: Agent, b: Agent, index?: number): boolean {
    if (!isUp(a) || !isUp(b)) return false;
    return a.cards.some((card) => (index === undefined || card.index === index) && this.pathHolds(a, b, card.index));
  }

  /** Whether one Agent reaches the other's server, be its DataMiner stopped or not. */
  reachesServer(a: Agent, b: Agent): boolean {
    return isUp(a) && b.isolation?.from !== "everyone" && a.cards.some(({ index }) => this.pathHolds(a, b, index));
  }

  /** Whether a ping from an Agent is answered. */
  answers(from: Agent, address: string): boolean {
    const card = cardTowards(from.cards, address);
    if (!isUp(from) || !card?.connected) return false;
    if (this.silent.has(address)) return false;
    if (this.hosts.has(address)) return true;
    return [...this.agents.values()].some((other) => this.answersFor(other, address, from));
  }

  /**
   * A ping as a heartbeat: an address that nobody knows is a host that answers, unless it was silenced or is a pair's own and nobody
   * holds it.
   */
  heartbeatAnswers(from: Agent, address: string): boolean {
    const card = cardTowards(from.cards, address);
    if (!isUp(from) || !card?.connected || this.silent.has(address)) return false;
    const holders = [...this.agents.values()].filter((other) => hasAddress(other, address));
    if (holders.length === 0) return !this.isVirtual(address);
    return holders.some((holder) => this.answersFor(holder, address, from));
  }

  private isVirtual(address: string): boolean {
    return [...this.agents.values()].some(({ copy }) => copy?.config.virtualIps.some((virtualIp) => virtualIp.address === address));
  }

  /** A stopped server answers only where its DataMiner left a virtual address behind (SHIFT+Stop, RN 34790). */
  private answersFor(holder: Agent, address: string, from: Agent): boolean {
    const card = holder.cards.find(({ addresses }) => addresses.some((held) => held.address === address));
    if (!card?.connected || holder.isolation?.from === "everyone") return false;
    if (holder === from) return true;
    if (holder.power === "stopped" && !holder.heldVirtualIps().includes(address)) return false;
    return !this.broken.has(pathKey(holder, from, card.index));
  }

  private pathHolds(a: Agent, b: Agent, index: number): boolean {
    const ends = [a, b].map((agent) => agent.cards.find((card) => card.index === index));
    return ends.every((card) => card?.connected) && !this.broken.has(pathKey(a, b, index));
  }
}

/** Its DataMiner runs and the network has not lost it altogether. */
export const isUp = (agent: Agent): boolean => agent.power === "running" && agent.isolation?.from !== "everyone";

const hasAddress = (agent: Agent, address: string): boolean =>
  agent.cards.some(({ addresses }) => addresses.some((held) => held.address === address));

const pathKey = (a: Agent, b: Agent, index: number): string => `${[a.address, b.address].sort().join("|")}|${index}`;
