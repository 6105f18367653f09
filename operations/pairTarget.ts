import { Connection, type ConnectionDeclared } from "../provider/agent/connection.js";
import { RefusedError } from "../provider/core/errors.js";
import { checkInputs } from "../provider/core/inputs.js";
import type { JsonObject } from "../provider/core/values.js";
import { type Position, positions } from "../provider/failover/configuration.js";

/** One Failover pair by its two Agents, each reached by its own address, never by the virtual IP address or the shared hostname. */
export interface PairTarget {
  /** A name for messages; it identifies nothing. */
  name: string;
  /** How main is reached. */
  main: ConnectionDeclared;
  /** How the backup is reached. */
  backup: ConnectionDeclared;
}

/** Both connections in their canonical form. Throws a RefusedError `TARGET_INVALID` that names every wrong field. */
export function connectionsOf(target: Pick<PairTarget, "name"> & Record<Position, unknown>): Record<Position, Connection> {
  const checked = positions.map((position) => ({ position, ...checkInputs(Connection, target[position] as JsonObject) }));
  const wrong = checked.flatMap(({ position, failures }) =>
    failures.map(({ property, reason }) => `${[position, property].filter(Boolean).join(".")}: ${reason.replace(/\.$/, "")}.`),
  );
  if (wrong.length > 0) throw new RefusedError("TARGET_INVALID", `Reaching pair ${target.name}: ${wrong.join(" ")}`);
  const [main, backup] = checked.map(({ inputs }) => inputs as Connection);
  if (!main || !backup) throw new TypeError("A pair has two members.");
  return { main, backup };
}
