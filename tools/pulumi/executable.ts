import { execFile } from "node:child_process";
import { access, constants, realpath, stat } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { isAtLeast, parseVersion } from "./version";

/** The oldest CLI that knows every option the tests and the documentation use; also the one that is built from source. */
export const minimumVersion = "3.226.0";

/** Without these two beside it or on PATH, Pulumi runs no Node.js program and no dynamic resource. */
export const languageHost = "pulumi-language-nodejs";
export const dynamicProvider = "pulumi-resource-pulumi-nodejs";

export interface PulumiCli {
  /** Absolute path of the executable. */
  command: string;
  /** Its folder, to stand first on PATH so that the language host beside it is the one that is used. */
  binFolder: string;
  version: string;
  origin: "forced" | "path" | "cache" | "download" | "build";
}

export type Examined = { version: string } | { unusable: string };

/** Runs `pulumi version` and looks for the two companions in the given folders; says what is missing rather than throwing. */
export async function examine(command: string, companionFolders: string[]): Promise<Examined> {
  let output: string;
  try {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    output = (await promisify(execFile)(command, ["version"], { env, timeout: 30_000 })).stdout;
  } catch (error) {
    return { unusable: `it does not run (${oneLine(error)})` };
  }
  const version = parseVersion(output);
  if (version === undefined) return { unusable: `its version cannot be read from ${JSON.stringify(output.trim().slice(0, 80))}` };
  if (!isAtLeast(version, minimumVersion)) return { unusable: `it is version ${version}, and ${minimumVersion} or later is needed` };
  for (const companion of [languageHost, dynamicProvider]) {
    if ((await findExecutable(companion, companionFolders)) === undefined) {
      return { unusable: `version ${version} has no ${companion} on PATH or beside it` };
    }
  }
  return { version };
}

/** Pulumi's own order of search: PATH, then next to the executable behind all symbolic links. */
export async function companionFolders(command: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  return [...pathFolders(environment), dirname(await realpath(command).catch(() => command))];
}

export function pathFolders(environment: NodeJS.ProcessEnv): string[] {
  return (environment.PATH ?? "").split(delimiter).filter(isAbsolute);
}

export async function findExecutable(name: string, folders: string[]): Promise<string | undefined> {
  const suffixes = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const candidate of folders.flatMap((folder) => suffixes.map((suffix) => join(folder, name + suffix)))) {
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** What went wrong, short enough for one line of a log. */
export function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").trim().slice(0, 300);
}
