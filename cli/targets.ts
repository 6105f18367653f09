import { type Command, InvalidArgumentError, Option } from "commander";
import { Duration, parseDuration, RefusedError } from "pulumi-dataminer-failover/core";
import { type PairDeclared, type PairTarget, readInventory, readStackPairs } from "pulumi-dataminer-failover/operations";

/** Where the pairs come from: exactly one of a stack, an inventory file, or two Agents named by flags. */
export interface TargetOptions {
  stack?: string[] | undefined;
  cwd: string;
  inventory?: string | undefined;
  pair?: string[] | undefined;
  main?: string | undefined;
  backup?: string | undefined;
  mainAddress?: string | undefined;
  backupAddress?: string | undefined;
  protocol: "https" | "http";
  port?: number | undefined;
  basePath?: string | undefined;
  caFile?: string | undefined;
  tokenEnv?: string | undefined;
  tokenFile?: string | undefined;
}

const usualTokenEnv = "DMA_TOKEN";

/** Adds the options that say which pairs a command is about. */
export function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup("Which pairs (one of --inventory, --stack, or --main with --backup):")
    .option("-i, --inventory <file>", "YAML or JSON file that declares pairs")
    .option("-s, --stack <name...>", "Pulumi stacks whose state has pairs")
    .option("-C, --cwd <folder>", "folder of the stacks' Pulumi.yaml", ".")
    .option("--pair <name...>", "only the pairs of these names; with --main and --backup, what to call that one")
    .option("--main <host>", "main Agent: its own name or address, never the virtual one")
    .option("--backup <host>", "backup Agent")
    .optionsGroup("How Agents named by --main and --backup are reached:")
    .option("--main-address <ip>", "corporate IP address of main, when --main is a name")
    .option("--backup-address <ip>", "corporate IP address of backup, when --backup is a name")
    .option("--token-env <name>", `variable that holds the bearer token (default: ${usualTokenEnv})`)
    .addOption(new Option("--token-file <file>", "file that holds it instead").conflicts("tokenEnv"))
    .addOption(new Option("--protocol <protocol>", "how the Agents are called").choices(["https", "http"]).default("https"))
    .option("--port <port>", "default: 443 for https, 80 for http", portNumber)
    .option("--base-path <path>", "where the Failover API lives, when it is not the usual place")
    .option("--ca-file <file>", "PEM file of the authority that signed the Agents' certificates")
    .optionsGroup("Options:");
}

/** A pair of a stack or an inventory, which also say what it is to be. */
export type FoundTarget = PairTarget & { declared?: PairDeclared };

/** The pairs that the options name, in the order given. Throws a RefusedError `NO_TARGET` when they name none. */
export async function targetsOf(options: TargetOptions, signal?: AbortSignal): Promise<FoundTarget[]> {
  const targets = await allTargets(options, signal);
  const { pair: wanted } = options;
  if (!wanted) {
    if (targets.length > 0) return targets;
    throw new RefusedError("NO_TARGET", `Looking for pairs in ${placeOf(options)}: there is none. Check that it is the right place.`);
  }
  const unknown = wanted.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0) {
    const known = targets.map(({ name }) => name).join(", ") || "none";
    throw new RefusedError("NO_TARGET", `Looking for pair ${unknown.join(", ")} in ${placeOf(options)}: there is ${known}. Check --pair.`);
  }
  return targets.filter(({ name }) => wanted.includes(name));
}

/** The one pair that the options name, for commands that act on one. */
export async function targetOf(options: TargetOptions, signal?: AbortSignal): Promise<PairTarget> {
  const [target, ...others] = await targetsOf(options, signal);
  if (target && others.length === 0) return target;
  const names = [target, ...others].map((each) => each?.name).join(", ");
  throw new RefusedError("NO_TARGET", `Looking for one pair in ${placeOf(options)}: there are ${names}. Name one with --pair.`);
}

const placeOf = ({ stack, cwd, inventory }: TargetOptions): string =>
  inventory ?? (stack ? `stack ${stack.join(", ")} of ${cwd}` : "--main and --backup");

async function allTargets(options: TargetOptions, signal: AbortSignal | undefined): Promise<FoundTarget[]> {
  const { stack, cwd, inventory, main, backup } = options;
  const given = [inventory && "--inventory", stack && "--stack", (main || backup) && "--main and --backup"].filter(Boolean);
  if (given.length !== 1) {
    const found = given.length === 0 ? "none" : given.join(" and ");
    throw new RefusedError(
      "NO_TARGET",
      `Which pairs: expected one of --inventory, --stack, or --main with --backup, found ${found}. See --help.`,
    );
  }
  if (inventory !== undefined) return (await readInventory(inventory, { signal })).pairs;
  if (stack !== undefined) return (await Promise.all(stack.map((name) => readStackPairs({ workDir: cwd, stack: name })))).flat();
  if (!main || !backup) throw new RefusedError("NO_TARGET", `Which pairs: ${main ? "--backup" : "--main"} is missing. A pair has both.`);
  return [flagTarget(options, main, backup)];
}

function flagTarget(options: TargetOptions, main: string, backup: string): PairTarget {
  const { protocol, port, basePath, caFile, tokenFile } = options;
  const shared = {
    protocol,
    ...(port === undefined ? {} : { port }),
    ...(basePath === undefined ? {} : { basePath }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(tokenFile === undefined ? { tokenEnv: options.tokenEnv ?? usualTokenEnv } : { tokenFile }),
  };
  const connection = (host: string, address: string | undefined) => ({ host, ...(address === undefined ? {} : { address }), ...shared });
  return {
    name: options.pair?.[0] ?? `${main}+${backup}`,
    main: connection(main, options.mainAddress),
    backup: connection(backup, options.backupAddress),
  };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw new InvalidArgumentError("It must be a number from 1 to 65535.");
  return port;
}

/** An option that takes a time such as "90s", and gives it in milliseconds. */
export const timeOption = (flags: string, description: string, usual: Duration): Option =>
  new Option(flags, description).argParser(milliseconds).default(parseDuration(usual), usual);

function milliseconds(text: string): number {
  const parsed = Duration.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('It must be a time such as "90s", "30m" or "4h".');
  return parseDuration(parsed.data as Duration);
}
