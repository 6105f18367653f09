import { agentAddress } from "../../provider/agent/connection.js";
import type { JsonObject } from "../../provider/core/values.js";
import { positions } from "../../provider/failover/configuration.js";
import type { FailoverPairInputs } from "../../provider/failoverPair/index.js";
import type { Entry } from "./entries.js";
import type { Problem } from "./problems.js";

interface Use {
  address: string;
  as: "an Agent" | "the virtual IP";
  pair: string;
  path: Problem["path"];
}

/** An Agent can be in one pair only, and an address belongs to one pair: a second use is a slip of copying. */
export function findSharedAddresses(pairs: readonly (Entry & { declared: JsonObject })[]): Problem[] {
  const first = new Map<string, Use>();
  const problems: Problem[] = [];
  for (const use of pairs.flatMap(usesOf)) {
    const other = first.get(use.address);
    if (other === undefined) first.set(use.address, use);
    else if (other.pair !== use.pair) problems.push({ path: use.path, reason: reasonOf(use, other) });
  }
  return problems;
}

/** Canonical, as the resource itself has judged them. */
function usesOf({ name: pair, path, declared }: Entry & { declared: JsonObject }): Use[] {
  const inputs = declared as FailoverPairInputs & JsonObject;
  return [
    ...positions.map((position): Use => ({ address: agentAddress(inputs[position]), as: "an Agent", pair, path: [...path, position] })),
    ...(inputs.virtualIps ?? []).map(
      ({ address }, index): Use => ({ address, as: "the virtual IP", pair, path: [...path, "virtualIps", index, "address"] }),
    ),
  ];
}

function reasonOf({ address, as }: Use, other: Use): string {
  if (as === "an Agent" && other.as === "an Agent") return `${address} is in pair ${other.pair} already. An Agent can be in one pair only.`;
  return `${address} is ${other.as} of pair ${other.pair} already. Give each pair an address of its own.`;
}
