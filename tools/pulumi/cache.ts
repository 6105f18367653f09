import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { PulumiCli } from "./executable";
import { examine, findExecutable } from "./executable";
import { isRunning } from "./lock";

/**
 * Where finished CLIs are kept, one folder a version, for every clone on this machine.
 * DMA_FAILOVER_CACHE names another folder.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  if (environment.DMA_FAILOVER_CACHE) return resolve(environment.DMA_FAILOVER_CACHE);
  const base = environment.XDG_CACHE_HOME;
  return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), ".cache"), "pulumi-dataminer-failover");
}

/** The finished CLI of this version in the cache. A folder that lacks a part or whose CLI does not run is as good as none. */
export async function findCached(cache: string, version: string): Promise<PulumiCli | undefined> {
  const binFolder = join(cache, `pulumi-${version}`, "bin");
  const command = await findExecutable("pulumi", [binFolder]);
  if (command === undefined) return undefined;
  const examined = await examine(command, [binFolder]);
  return "version" in examined ? { command, binFolder, version: examined.version, origin: "cache" } : undefined;
}

/**
 * Lets `fill` make the CLI in a folder beside its place, tries it there, and moves it into place in one step: nobody ever sees half of it,
 * whenever we are killed and however many of us there are.
 */
export async function publish(cache: string, version: string, fill: (folder: string) => Promise<void>): Promise<PulumiCli> {
  const partial = join(cache, `pulumi-${version}.partial-${process.pid}-${randomBytes(4).toString("hex")}`);
  const place = join(cache, `pulumi-${version}`);
  try {
    await mkdir(join(partial, "bin"), { recursive: true });
    await fill(partial);
    const examined = await examine(join(partial, "bin", "pulumi"), [join(partial, "bin")]);
    if ("unusable" in examined) throw new Error(`What was made for Pulumi ${version} is of no use: ${examined.unusable}.`);
    while (!(await moveInto(place, partial)) && (await findCached(cache, version)) === undefined) {
      await clearAway(place, `${partial}-replaced`);
    }
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  const published = await findCached(cache, version);
  if (published === undefined) throw new Error(`Publishing Pulumi ${version} in ${place}: it is gone again. Run this once more.`);
  return published;
}

/** False when something already stands there. */
async function moveInto(place: string, folder: string): Promise<boolean> {
  try {
    await rename(folder, place);
    return true;
  } catch (error) {
    if (isCode(error, "ENOTEMPTY", "EEXIST")) return false;
    throw error;
  }
}

async function clearAway(place: string, aside: string): Promise<void> {
  try {
    await rename(place, aside);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Takes away what installations that were killed have left behind. */
export async function sweep(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const owner = /\.partial-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) await rm(join(cache, name), { recursive: true, force: true });
  }
}
