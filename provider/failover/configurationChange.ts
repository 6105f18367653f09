import {
  type Configuration,
  canonicalConfiguration,
  canonicalHeartbeats,
  canonicalVirtualIps,
  type DeclaredConfiguration,
  declaredType,
  type Member,
  type Mode,
} from "./configuration.js";

/** What a program may change on a live pair, plus what it may not. */
export type ConfigurationKey = keyof Configuration;

const keys = [
  "type",
  "main",
  "backup",
  "virtualIps",
  "hostname",
  "mode",
  "heartbeats",
  "syncInterface",
  "restartWhenGoingOffline",
] as const satisfies readonly ConfigurationKey[];

/** The configuration for a first set-up. What is not declared gets the product's default. */
export function newConfiguration(main: Member, backup: Member, declared: DeclaredConfiguration & { mode: Mode }): Configuration {
  return mergeConfiguration(
    {
      type: declaredType(declared),
      main,
      backup,
      virtualIps: [],
      hostname: null,
      mode: declared.mode,
      heartbeats: [],
      syncInterface: null,
      restartWhenGoingOffline: false,
    },
    declared,
  );
}

/** The live configuration with every declared option put in. What is not declared keeps its live value. Canonical. */
export function mergeConfiguration(live: Configuration, declared: DeclaredConfiguration): Configuration {
  return canonicalConfiguration({
    ...live,
    virtualIps: declared.virtualIps === undefined ? live.virtualIps : canonicalVirtualIps(declared.virtualIps),
    hostname: declared.hostname === undefined ? live.hostname : declared.hostname,
    mode: declared.mode ?? live.mode,
    heartbeats: declared.heartbeats === undefined ? live.heartbeats : canonicalHeartbeats(declared.heartbeats),
    syncInterface: declared.syncInterface === undefined ? live.syncInterface : declared.syncInterface,
    restartWhenGoingOffline: declared.restartWhenGoingOffline ?? live.restartWhenGoingOffline,
  });
}

/** The keys whose values differ, in the order of the configuration. Spelling, order and acquisition addresses never count. */
export function configurationDifferences(a: Configuration, b: Configuration): ConfigurationKey[] {
  const [left, right] = [comparable(a), comparable(b)];
  return keys.filter((key) => JSON.stringify(left[key]) !== JSON.stringify(right[key]));
}

/** The canonical form builds every object in one key order, so JSON compares it; acquisition addresses are read at set-up, not asked for. */
function comparable(configuration: Configuration): Configuration {
  const canonical = canonicalConfiguration(configuration);
  return {
    ...canonical,
    main: { ...canonical.main, acquisitionAddress: null },
    backup: { ...canonical.backup, acquisitionAddress: null },
  };
}
