import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { build, buildAnnouncement, buildVersion } from "./build";
import { cacheFolder, findCached, publish, sweep } from "./cache";
import { download, downloadAnnouncement, downloadVersion } from "./download";
import { companionFolders, examine, findExecutable, minimumVersion, oneLine, type PulumiCli, pathFolders } from "./executable";
import { withLock } from "./lock";
import { type Say, sayOnStderr } from "./say";

export interface FindOptions {
  environment?: NodeJS.ProcessEnv;
  say?: Say;
  /** What is done when there is none yet. */
  install?: (cache: string, say: Say) => Promise<PulumiCli>;
}

/** The Pulumi CLI this repository runs: the one that is forced, else the one on PATH, else our cached one, else a new one. */
export async function findPulumi(options: FindOptions = {}): Promise<PulumiCli> {
  const { environment = process.env, say = sayOnStderr, install = installIntoCache } = options;
  const cache = cacheFolder(environment);
  return (
    (await getForced(environment)) ?? (await findOnPath(environment, say)) ?? (await findInCache(cache)) ?? (await install(cache, say))
  );
}

async function getForced(environment: NodeJS.ProcessEnv): Promise<PulumiCli | undefined> {
  if (!environment.PULUMI_CLI) return undefined;
  const command = resolve(environment.PULUMI_CLI);
  const examined = await examine(command, await companionFolders(command, environment));
  if ("version" in examined) return { command, binFolder: dirname(command), version: examined.version, origin: "forced" };
  const needed = `a Pulumi CLI of ${minimumVersion} or later that has its Node.js language host`;
  throw new Error(`Using PULUMI_CLI ${command}: ${examined.unusable}. Set PULUMI_CLI to ${needed}, or unset it.`);
}

async function findOnPath(environment: NodeJS.ProcessEnv, say: Say): Promise<PulumiCli | undefined> {
  const command = await findExecutable("pulumi", pathFolders(environment));
  if (command === undefined) return undefined;
  const examined = await examine(command, await companionFolders(command, environment));
  if ("version" in examined) return { command, binFolder: dirname(command), version: examined.version, origin: "path" };
  say(`Passing over ${command}: ${examined.unusable}.`);
  return undefined;
}

async function findInCache(cache: string): Promise<PulumiCli | undefined> {
  return (await findCached(cache, await downloadVersion())) ?? (await findCached(cache, await buildVersion()));
}

/** Downloads the CLI, or builds it where the download cannot be reached. */
async function installIntoCache(cache: string, say: Say): Promise<PulumiCli> {
  await mkdir(cache, { recursive: true });
  return withLock(join(cache, "install.lock"), say, async () => {
    await sweep(cache);
    return (await findInCache(cache)) ?? (await tryDownload(cache, say)) ?? (await buildIntoCache(cache, say));
  });
}

async function tryDownload(cache: string, say: Say): Promise<PulumiCli | undefined> {
  const version = await downloadVersion();
  say(`Downloading Pulumi ${version} into ${cache} (${downloadAnnouncement}).`);
  try {
    return { ...(await publish(cache, version, download)), origin: "download" };
  } catch (error) {
    say(`Downloading Pulumi ${version} did not work: ${oneLine(error)}.`);
    return undefined;
  }
}

async function buildIntoCache(cache: string, say: Say): Promise<PulumiCli> {
  const version = await buildVersion();
  say(`Building Pulumi ${version} from its Go modules into ${cache} (${buildAnnouncement}).`);
  return { ...(await publish(cache, version, (folder) => build(folder, say))), origin: "build" };
}
