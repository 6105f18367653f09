import { all, type Input, type Output } from "@pulumi/pulumi";
import type { HeartbeatDeclared } from "../provider/failoverPair/index.js";

/** Where each member looks to find out whether it is itself cut off. */
export interface HeartbeatTargets {
  /** What main pings: a domain controller, gateway or switch on its side of the network; never a member of the pair. */
  main: Input<string>;
  /** What backup pings; another target than main's, where there is one. */
  backup: Input<string>;
  /** Failed checks in a row that are still allowed. Default: 3 (the product documents no default of its own). */
  maxFailures?: Input<number>;
}

/**
 * The four recommended heartbeats: main to backup, backup to main, and from each an inverted one to its own target,
 * which sends a member that is cut off offline instead of letting both go online.
 */
export function standardHeartbeats(targets: HeartbeatTargets): Output<HeartbeatDeclared[]> {
  return all([targets.main, targets.backup, targets.maxFailures]).apply(([main, backup, maxFailures]): HeartbeatDeclared[] => {
    const limit = maxFailures === undefined ? {} : { maxFailures };
    return [
      { kind: "normal", from: "main", target: { agent: "backup" }, ...limit },
      { kind: "normal", from: "backup", target: { agent: "main" }, ...limit },
      { kind: "inverted", from: "main", target: { address: main }, ...limit },
      { kind: "inverted", from: "backup", target: { address: backup }, ...limit },
    ];
  });
}
