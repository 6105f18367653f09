import { z } from "zod";
import { Operation } from "./operationSchema.js";
import { Exact, Label, list, Moment } from "./textSchema.js";

/** Fixed place in the configuration; it never moves at a switch (About DMA Failover). */
export const Position = z.enum(["main", "backup"]).meta({ id: "Position", description: "Fixed place in the Failover configuration." });
export type Position = z.infer<typeof Position>;

export const Member = z
  .object({
    address: Exact.meta({ description: "Corporate IP address of the member." }),
    acquisitionAddress: Exact.nullable().meta({
      description: "Its address on the acquisition network, read from its interfaces at set-up.",
    }),
  })
  .meta({ id: "Member" });

export const VirtualIpConfig = z
  .object({
    network: Exact.meta({ description: "corporate or acquisition." }),
    address: Exact.meta({ description: "The address, IPv4 or IPv6." }),
    prefixLength: z.int().min(0).max(128).meta({ description: "Length of the network prefix, in bits." }),
  })
  .meta({ id: "VirtualIpConfig", description: "An address that the online member holds." });
export type VirtualIpConfig = z.infer<typeof VirtualIpConfig>;

export const HeartbeatTarget = z
  .union([
    z.object({ agent: Position.meta({ description: "The Agent to check." }) }),
    z.object({ address: Exact.meta({ description: "The address to ping." }) }),
  ])
  .meta({ id: "HeartbeatTarget", description: "An Agent (checked on port 8004) or an address (ICMP ping)." });

export const Heartbeat = z
  .object({
    kind: z.enum(["normal", "inverted"]).meta({
      description: "When all normal ones fail the offline member goes online; when all inverted ones fail a member goes offline.",
    }),
    from: Position.meta({ description: "The member that checks." }),
    /** What is checked. */
    target: HeartbeatTarget,
    interface: z.int().min(1).nullable().meta({ description: "1-based index of the interface used, for an Agent target." }),
    maxFailures: z.int().min(0).meta({ description: "Failed checks in a row that are still allowed." }),
  })
  .meta({ id: "Heartbeat" });
export type Heartbeat = z.infer<typeof Heartbeat>;

/** The whole configuration of a pair, as a PUT sends it and a Snapshot shows it (Advanced Failover options). */
export const PairConfig = z
  .object({
    type: z.enum(["virtualIp", "sharedHostname"]).meta({ description: "How users reach the pair." }),
    /** The member that is first in the configuration. */
    main: Member,
    /** The other member. */
    backup: Member,
    virtualIps: list(VirtualIpConfig).meta({ description: "At most one per network; empty for a shared hostname." }),
    hostname: Exact.nullable().meta({ description: "The shared hostname; null for virtual IPs." }),
    mode: z.enum(["manual", "automatic"]).meta({ description: "Whether failing heartbeats switch by themselves." }),
    heartbeats: list(Heartbeat).meta({ description: "Every check of both members." }),
    syncInterface: z.int().min(1).nullable().meta({ description: "1-based index of the interface that synchronization uses." }),
    restartWhenGoingOffline: z.boolean().meta({ description: "Auto-restart Agent when going offline." }),
  })
  .meta({ id: "PairConfig" });
export type PairConfig = z.infer<typeof PairConfig>;

/** Text on purpose: a state that is not in this list is in transition, never an error. */
export const pairStates = ["configuring", "active", "switching", "inactive", "ending", "invalid"] as const;

export const Pair = z
  .object({
    state: Label.meta({ description: `${pairStates.join(", ")}; anything else is in transition.` }),
    owner: Exact.nullable().meta({ description: "The owner that was written last, as it was written; null: made by hand." }),
    position: Position.meta({ description: "Position of the member that answers." }),
    buddyReachable: z.boolean().meta({ description: "Whether the answering member reaches the other one." }),
    /** The configuration as this member holds it. */
    config: PairConfig,
    operation: Operation.nullable().meta({ description: "The operation under way, or the last one." }),
    lastSwitchUtc: Moment.nullable().optional().meta({
      description: "When this member last went online or offline by a switch, whoever asked for it; null or left out: not known.",
    }),
  })
  .meta({ id: "Pair" });
export type Pair = z.infer<typeof Pair>;
