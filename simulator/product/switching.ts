import { sharedAddress } from "pulumi-dataminer-failover/failover";
import type { Agent, PairCopy } from "./agent.js";
import { allFail } from "./heartbeats.js";
import { addVirtualIps } from "./interfaces.js";
import { conflict, type OperationRecord, productCodes } from "./operations.js";
import { goOffline } from "./power.js";
import { acquiring, busyVirtualIps } from "./probing.js";
import { Procedure, type Step } from "./procedure.js";
import type { World } from "./world.js";

/**
 * `person`: asked for; `heartbeats`: the automatic mode; `runtimeError`: the watchdog, in the manual mode too (MaintenanceSettings.xml,
 * WatchDog).
 */
export type SwitchCause = "person" | "heartbeats" | "runtimeError";

/** The log sample shows a refusal 300 s after the request (known issue "Failover Agents remain offline after upgrade"). */
const secondsUntilRefusal = 300;
const secondsToFlush = 10;
/** Three failed pings and their pauses (FailoverPingFailuresBeforeVipAvailable). */
const secondsForOneVirtualIp = 4;
const secondsToLoad = 16;

/** Brings the offline member online (docs/product.md, Set-up and switch). */
export function goOnline(world: World, agent: Agent, cause: SwitchCause, operation: OperationRecord | null = null): void {
  const { copy } = agent;
  const buddy = world.buddyOf(agent);
  if (!copy || !buddy) return;
  const steps = [...releasingSteps(world, agent, buddy, cause), ...acquiringSteps(world, agent, copy)];
  begin(world, agent, buddy, steps, operation);
}

/** Takes the switch up again where it waits for a virtual address. */
export function goOnlineAtLast(world: World, agent: Agent): void {
  const buddy = world.buddyOf(agent);
  if (agent.copy && buddy) begin(world, agent, buddy, acquiringSteps(world, agent, agent.copy), null);
}

function begin(world: World, agent: Agent, buddy: Agent, steps: Step[], operation: OperationRecord | null): void {
  new Procedure(world, {
    kind: "switch",
    driver: agent,
    members: [agent, buddy],
    steps,
    operation,
    outlivesRestart: false,
    failed: (phase) => {
      agent.waitsUntil = world.clock.now() + secondsUntilRefusal * 1000;
      // Not free: the product stays at "Acquiring …" until it is (known issue "Online Failover Agent unable to acquire VIP").
      if (phase !== "acquiringVirtualIp" && agent.power === "running") agent.failoverStatus = "Offline";
    },
  }).start();
}

function releasingSteps(world: World, agent: Agent, buddy: Agent, cause: SwitchCause): Step[] {
  const talks = (): boolean => world.network.reaches(agent, buddy);
  return [
    {
      phase: "notifyingBuddy",
      seconds: 5,
      begin: () => {
        requireInterfaces(agent);
        requireNats(agent);
        agent.failoverStatus = "Preparing to go online";
      },
      until: {
        holds: () => !(talks() && refusesToGiveWay(world, buddy)),
        patience: secondsUntilRefusal,
        otherwise: () =>
          conflict(
            productCodes.notAllowed,
            `Failed setting state for '${buddy.address}' to Offline: ${buddy.address} ignored request: All heartbeat paths are failing. Preventing ping-pong.`,
          ),
      },
      finish: () => {
        if (cause === "heartbeats" && !allFail(world, agent, "normal")) throw conflict(productCodes.notAllowed, "The heartbeats are back.");
      },
    },
    { phase: "flushing", seconds: talks() ? secondsToFlush : 1 },
    {
      phase: "releasing",
      seconds: 1,
      begin: () => {
        if (talks() && buddy.isOnline) goOffline(world, buddy);
      },
      until: {
        holds: () => !talks() || !(buddy.isOnline || buddy.failoverStatus === "Going Offline"),
        patience: agent.timers.maxWaitForOfflineSeconds,
      },
    },
  ];
}

function acquiringSteps(world: World, agent: Agent, { config }: PairCopy): Step[] {
  const virtual = config.type === "virtualIp";
  return [
    {
      phase: "acquiringVirtualIp",
      // A pair with a shared hostname moves no address; the rule of its web servers is toggled instead (Failover FAQ, connection issues).
      seconds: virtual ? secondsForOneVirtualIp * config.virtualIps.length : 1,
      begin: () => {
        if (virtual) agent.failoverStatus = acquiring(config);
      },
      until: {
        holds: () => busyVirtualIps(world, agent, config).length === 0,
        patience: agent.timers.maxWaitForVirtualIpSeconds,
        otherwise: () =>
          conflict(
            productCodes.notAllowed,
            `NOT switching state: Cannot claim DataMiner Failover IP ${busyVirtualIps(world, agent, config).join("/")} (still reachable; not local)`,
          ),
      },
      finish: () => {
        addVirtualIps(agent.cards, config.virtualIps);
        world.sockets.drop(agent);
      },
    },
    {
      phase: "goingOnline",
      seconds: secondsToLoad,
      begin: () => {
        agent.failoverStatus = "Going Online";
      },
      finish: () => {
        agent.failoverStatus = "Online";
        for (const member of [agent, world.reachableBuddy(agent)]) if (member) member.lastSwitchAt = world.timeOf(member);
        world.informSystem(agent, sharedAddress(config) ?? agent.address);
      },
    },
  ];
}

/**
 * The ping-pong rule: all its heartbeat paths fail although its own network is well, so it stays online (known issue "Failover Agents
 * remain offline after upgrade").
 */
function refusesToGiveWay(world: World, buddy: Agent): boolean {
  return buddy.isOnline && allFail(world, buddy, "normal") && !allFail(world, buddy, "inverted");
}

/** NicsToCheckOnFailover. */
export const missingInterfaces = (agent: Agent): number[] =>
  agent.timers.interfacesRequiredToGoOnline.filter((index) => !agent.cards.find((card) => card.index === index)?.connected);

/** Before 10.3.0/10.2.11 nobody could come online while NATS was down (RN 33681). */
function requireNats({ address, natsFails, profile }: Agent): void {
  if (natsFails && profile.switchNeedsNats) throw conflict(productCodes.requirementsNotMet, `${address} cannot go online: NATS is down.`);
}

function requireInterfaces(agent: Agent): void {
  const [missing] = missingInterfaces(agent);
  if (missing !== undefined)
    throw conflict(productCodes.requirementsNotMet, `${agent.address} cannot go online: NIC ${missing} is unavailable.`);
}
