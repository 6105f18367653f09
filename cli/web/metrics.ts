import { Counter, Gauge, Registry } from "prom-client";
import { positions } from "pulumi-dataminer-failover/failover";
import { pairStates } from "pulumi-dataminer-failover/operations";
import { failoverStatus, findings, judge, levels } from "./attention.js";
import type { Poller } from "./poller.js";

const onlines = ["main", "backup", "none", "both"] as const;
const leds = ["green", "red"] as const;
/** A text that is no state of this list may be any, and each would begin a series of its own. */
const states = [...pairStates, "other", "none"] as const;

function stateOf(state: string | null): (typeof states)[number] {
  if (state === null) return "none";
  return pairStates.find((known) => known === state) ?? "other";
}

/** Made anew for each scrape, so that nothing stays in it that is no longer so. */
export function metricsOf({ pairs, clock }: Pick<Poller, "pairs" | "clock">): Promise<string> {
  const registry = new Registry();
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `dma_failover_${name}`, help, labelNames: ["pair", ...labelNames] as ("pair" | Label)[], registers: [registry] });
  const counter = (name: string, help: string) =>
    new Counter({ name: `dma_failover_${name}`, help, labelNames: ["pair"], registers: [registry] });

  const level = gauge("pair_level", `1 for how much the pair needs attention: ${levels.join(", ")}.`, "level");
  const online = gauge("pair_online", "1 for who is online: main, backup, none, both.", "online");
  const splitBrain = gauge("pair_split_brain", "1 when both Agents are online.");
  const state = gauge("pair_state", `1 for the state of the pair: ${states.join(", ")}.`, "state");
  const led = gauge("member_led", "1 for the colour of the Agent's LED when it was last read: green, red.", "position", "address", "led");
  const reachable = gauge("member_reachable", "1 when the Agent answers.", "position", "address");
  const isOnline = gauge("member_online", "1 when the Agent is Online.", "position", "address");
  const badRows = gauge("member_bad_rows", "Rows of the Status window in their bad value.", "position", "address");
  const age = gauge("status_age_seconds", "Age of the last known status.");
  const lastReadFailed = gauge("last_read_failed", "1 when the last read gave no status. Silence of an Agent is a status.");
  const reads = counter("reads_total", "Reads of the pair.");
  const failures = counter("read_failures_total", "Reads that gave no status.");

  const now = clock.now();
  for (const watched of pairs) {
    const { id, status, readAt, problem } = watched;
    // Two targets may have one name, and a metric appears once.
    const isTwin = pairs.some((other) => other.name === watched.name && other.id !== id);
    const pair = isTwin ? `${watched.name} (${id})` : watched.name;
    for (const each of levels) level.set({ pair, level: each }, Number(each === judge(watched).level));
    lastReadFailed.set({ pair }, Number(problem !== null));
    reads.inc({ pair }, watched.reads);
    failures.inc({ pair }, watched.failures);
    if (readAt !== null) age.set({ pair }, (now - readAt) / 1000);
    if (status === null) continue;
    for (const each of onlines) online.set({ pair, online: each }, Number(each === status.online));
    splitBrain.set({ pair }, Number(status.splitBrain));
    for (const each of states) state.set({ pair, state: each }, Number(each === stateOf(status.state)));
    for (const position of positions) {
      const member = status.members[position];
      const labels = { pair, position, address: member.address };
      for (const each of leds) led.set({ ...labels, led: each }, Number(each === member.led));
      reachable.set(labels, Number(member.reachable));
      isOnline.set(labels, Number(failoverStatus(member) === "Online"));
      badRows.set(labels, findings(status).filter((found) => found.position === position).length);
    }
  }
  return registry.metrics();
}

export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE;
