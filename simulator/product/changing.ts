import { apiCodes, type PairConfig } from "pulumi-dataminer-failover/agent";
import { sharedAddress } from "pulumi-dataminer-failover/failover";
import type { Agent, PairCopy } from "./agent.js";
import { addVirtualIps, removeVirtualIps } from "./interfaces.js";
import { conflict, type OperationRecord, productCodes } from "./operations.js";
import { busyVirtualIps } from "./probing.js";
import { Procedure } from "./procedure.js";
import type { World } from "./world.js";

/** Changes a live pair: the online member first, then the other one (Advanced Failover options). */
export function change(world: World, online: Agent, before: PairCopy, config: PairConfig, owner: string, operation: OperationRecord): void {
  const buddy = world.buddyOf(online);
  new Procedure(world, {
    kind: "change",
    driver: online,
    members: buddy ? [online, buddy] : [online],
    operation,
    outlivesRestart: true,
    steps: [
      {
        phase: "configuring",
        seconds: 15,
        finish: () => {
          if (!online.isOnline) throw conflict(apiCodes.agentOffline, `${online.address} is not online any more.`);
          const [busy] = busyVirtualIps(world, online, config);
          if (busy !== undefined) throw conflict(productCodes.notAllowed, `Virtual IP address ${busy} is in use by another host.`);
          world.writeCopy(online, { ...before, config, owner });
          followConfiguration(world, online);
        },
      },
      {
        phase: "synchronizing",
        seconds: 15,
        until: {
          holds: () => world.reachableBuddy(online) !== null,
          patience: 60,
          otherwise: () =>
            conflict(productCodes.syncFailed, `The configuration is saved on ${online.address} only; the other Agent does not answer.`),
        },
        finish: () => {
          if (buddy && online.copy) world.copyTo(buddy, online.copy);
        },
      },
    ],
  }).start();
}

/** Moves the online member's virtual addresses to what its configuration says now; its connections drop when one moves. */
export function followConfiguration(world: World, online: Agent): void {
  if (!online.copy || !online.isOnline) return;
  const { config, state } = online.copy;
  const inForce = state === "inactive" ? [] : config.virtualIps;
  const wanted = inForce.map(({ address }) => address);
  const held = online.heldVirtualIps();
  const gone = held.filter((address) => !wanted.includes(address));
  if (gone.length === 0 && wanted.every((address) => held.includes(address))) return;
  removeVirtualIps(online.cards, gone);
  addVirtualIps(online.cards, inForce);
  world.informSystem(online, (state === "inactive" ? null : sharedAddress(config)) ?? online.address);
  world.sockets.drop(online);
}
