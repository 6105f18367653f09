import type { Operation } from "../../provider/agent/operationSchema.js";
import { otherPosition, type Position } from "../../provider/failover/configuration.js";
import type { AskedMember, AskedPair } from "../askMembers.js";

/** What this request has begun before, as one of the members remembers it. */
export function findRepeated({ main, backup }: AskedPair, requestId: string): Operation | undefined {
  const operations = [main, backup].flatMap(({ facts }) => facts?.pair?.operation ?? []);
  return operations.find((operation) => operation.kind === "switch" && operation.requestId.toLowerCase() === requestId.toLowerCase());
}

/** Whom a switch that was begun brings online, for who asks again without saying it: the operation itself does not tell. */
export function goingOnline({ main, backup }: AskedPair, { state }: Operation): Position {
  const [ofMain, ofBackup] = [statusOf(main), statusOf(backup)];
  if (leaving.has(ofMain) || isOnItsWay(ofBackup)) return "backup";
  if (leaving.has(ofBackup) || isOnItsWay(ofMain)) return "main";
  const online = ofBackup === "Online" ? "backup" : "main";
  return state === "failed" ? otherPosition(online) : online;
}

const leaving = new Set(["Going Offline"]);
const steady = new Set(["Online", "Offline", "Starting", ""]);
const isOnItsWay = (status: string): boolean => !steady.has(status) && !leaving.has(status);
const statusOf = ({ facts }: AskedMember): string => facts?.status?.failoverStatus ?? "";
