import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findCached, publish, sweep } from "../tools/pulumi/cache";
import { pulumiEnvironment } from "../tools/pulumi/environment";
import { type FindOptions, findPulumi } from "../tools/pulumi/find";
import { withLock } from "../tools/pulumi/lock";
import { isAtLeast, parseVersion } from "../tools/pulumi/version";

const repository = join(__dirname, "..");
let folder: string;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pulumi-cli-"));
  said = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const say = (line: string) => void said.push(line);
const cache = () => join(folder, "cache");

async function executable(path: string, script: string): Promise<string> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A folder with a pulumi that answers with this version, and with its two companions unless told otherwise. */
async function fakeCli(name: string, version: string, companions = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
  for (const companion of companions) await executable(join(folder, name, companion), "true");
  return executable(join(folder, name, "pulumi"), `echo ${version}`);
}

/** As on a machine whose PATH holds just these folders and where nothing can be downloaded or built. */
function find(options: { path?: string[]; forced?: string; install?: FindOptions["install"] }) {
  const environment = {
    DMA_FAILOVER_CACHE: cache(),
    PATH: (options.path ?? []).map((name) => join(folder, name)).join(delimiter),
    ...(options.forced === undefined ? {} : { PULUMI_CLI: options.forced }),
  };
  const install = options.install ?? (() => Promise.reject(new Error("an installation was asked for")));
  return findPulumi({ environment, say, install });
}

describe("Choosing a Pulumi CLI", () => {
  test("a pulumi on PATH with its language host beside it is taken, without a word", async () => {
    const command = await fakeCli("bin", "v3.240.1");
    expect(await find({ path: ["bin"] })).toEqual({ command, binFolder: join(folder, "bin"), version: "3.240.1", origin: "path" });
    expect(said).toEqual([]);
  });

  test("the language host may stand elsewhere on PATH, or beside the file that a symbolic link leads to", async () => {
    await fakeCli("opt", "v3.240.1");
    await mkdir(join(folder, "bin"));
    await symlink(join(folder, "opt/pulumi"), join(folder, "bin/pulumi"));
    expect(await find({ path: ["bin"] })).toMatchObject({ command: join(folder, "bin/pulumi"), origin: "path" });

    await fakeCli("alone", "v3.240.1", []);
    expect(await find({ path: ["alone", "opt"] })).toMatchObject({ command: join(folder, "alone/pulumi"), origin: "path" });
  });

  test("a pulumi on PATH that is too old is passed over with one line that says why", async () => {
    const old = await fakeCli("bin", "v3.225.1");
    const cached = await fakeCli("cache/pulumi-3.226.0/bin", "v3.226.0");
    expect(await find({ path: ["bin"] })).toMatchObject({ command: cached, origin: "cache" });
    expect(said).toEqual([`Passing over ${old}: it is version 3.225.1, and 3.226.0 or later is needed.`]);
  });

  test("a pulumi on PATH without its Node.js language host is passed over with one line that says why", async () => {
    const hostless = await fakeCli("bin", "v3.240.0", ["pulumi-resource-pulumi-nodejs"]);
    const cached = await fakeCli("cache/pulumi-3.226.0/bin", "v3.226.0");
    expect(await find({ path: ["bin"] })).toMatchObject({ command: cached, origin: "cache" });
    expect(said).toEqual([`Passing over ${hostless}: version 3.240.0 has no pulumi-language-nodejs on PATH or beside it.`]);
  });

  test("a pulumi on PATH that ends with an error is passed over with one line", async () => {
    await executable(join(folder, "bin/pulumi"), "echo first >&2; echo second >&2; exit 3");
    await fakeCli("cache/pulumi-3.226.0/bin", "v3.226.0");
    expect(await find({ path: ["bin"] })).toMatchObject({ origin: "cache" });
    expect(said).toEqual([expect.stringMatching(/^Passing over .*: it does not run \(.*second\)\.$/)]);
  });

  test("the forced one wins over the one on PATH", async () => {
    await fakeCli("bin", "v3.240.0");
    const forced = await fakeCli("mine", "v3.227.0-dev");
    expect(await find({ path: ["bin"], forced })).toMatchObject({ command: forced, version: "3.227.0-dev", origin: "forced" });
  });

  test("a forced one that does not run is an error, though a good one stands on PATH", async () => {
    await fakeCli("bin", "v3.240.0");
    const forced = await executable(join(folder, "mine/pulumi"), "exit 3");
    await expect(find({ path: ["bin"], forced })).rejects.toThrow(
      /^Using PULUMI_CLI .*mine\/pulumi: it does not run \(.*\)\. Set PULUMI_CLI to .*$/,
    );
    await expect(find({ path: ["bin"], forced: join(folder, "nowhere") })).rejects.toThrow(/nowhere: it does not run \(.*ENOENT.*\)/);
  });

  test("a forced one that is too old, or that names no version, is an error that says so", async () => {
    await expect(find({ forced: await fakeCli("old", "v3.100.0") })).rejects.toThrow(
      /it is version 3\.100\.0, and 3\.226\.0 or later is needed/,
    );
    await expect(find({ forced: await fakeCli("mute", "") })).rejects.toThrow(/its version cannot be read from ""/);
  });

  test("only when none is forced, on PATH or cached is one installed", async () => {
    const installed = { command: "/x/pulumi", binFolder: "/x", version: "3.226.0", origin: "build" as const };
    expect(await find({ install: () => Promise.resolve(installed) })).toBe(installed);
  });
});

describe("Versions", () => {
  test.each([
    ["v3.226.0", "3.226.0", true],
    ["v3.226.0\n", "3.226.0", true],
    ["3.301.12", "3.301.12", true],
    ["v3.227.0-dev", "3.227.0-dev", true],
    ["v3.227.0-alpha.1+g0a1b-2c", "3.227.0-alpha.1+g0a1b-2c", true],
    ["v3.226.0+build-7", "3.226.0+build-7", true],
    ["v4.0.0", "4.0.0", true],
    ["v3.226.0-dev", "3.226.0-dev", false],
    ["v3.99.9", "3.99.9", false],
    ["warning: something\nv3.225.9\n", "3.225.9", false],
  ])("%j is version %s, new enough: %s", (output, version, enough) => {
    expect(parseVersion(output)).toBe(version);
    expect(isAtLeast(version, "3.226.0")).toBe(enough);
  });

  test.each(["", "v", "v3.226", "go1.26.1", "pulumi version 3.226.0 of today"])("%j names no version", (output) => {
    expect(parseVersion(output)).toBeUndefined();
  });
});

describe("The cache", () => {
  test("half an installation is not used", async () => {
    await fakeCli("cache/pulumi-3.226.0.partial-1-abcd/bin", "v3.226.0");
    await fakeCli("cache/pulumi-3.226.0/bin", "v3.226.0", ["pulumi-language-nodejs"]);
    await expect(find({})).rejects.toThrow("an installation was asked for");
  });

  test("a cached CLI that no longer runs here is not used, and the next installation replaces it", async () => {
    await fakeCli("cache/pulumi-3.226.0/bin", "v3.226.0");
    await executable(join(cache(), "pulumi-3.226.0/bin/pulumi"), "exit 1");
    await expect(find({})).rejects.toThrow("an installation was asked for");

    const fill = async (partial: string) => void (await fakeCli(join(partial, "bin").slice(folder.length), "v3.226.0"));
    expect(await publish(cache(), "3.226.0", fill)).toMatchObject({ command: join(cache(), "pulumi-3.226.0/bin/pulumi") });
    expect(await find({})).toMatchObject({ origin: "cache" });
  });

  test("what does not run when it is made is never published, and leaves nothing behind", async () => {
    await mkdir(cache());
    const fill = async (partial: string) => void (await executable(join(partial, "bin/pulumi"), "exit 1"));
    await expect(publish(cache(), "3.226.0", fill)).rejects.toThrow("it does not run");
    expect(await readdir(cache())).toEqual([]);
  });

  test("two that publish the same version at once both end with a CLI that works", async () => {
    const fill = async (partial: string) => void (await fakeCli(join(partial, "bin").slice(folder.length), "v3.226.0"));
    const results = await Promise.all([publish(cache(), "3.226.0", fill), publish(cache(), "3.226.0", fill)]);
    expect(results.map((result) => result.version)).toEqual(["3.226.0", "3.226.0"]);
    expect(await readdir(cache())).toEqual(["pulumi-3.226.0"]);
    expect(await findCached(cache(), "3.226.0")).toBeDefined();
  });

  test("what a killed installation left is swept away, what a running one makes is not", async () => {
    const running = `pulumi-3.226.0.partial-${process.pid}-abcd`;
    for (const name of [`pulumi-3.226.0.partial-${await endedProcess()}-abcd`, running, "pulumi-3.1.0"]) {
      await mkdir(join(cache(), name), { recursive: true });
    }
    await sweep(cache());
    expect((await readdir(cache())).sort()).toEqual(["pulumi-3.1.0", running].sort());
  });
});

describe("The lock", () => {
  const lock = () => join(folder, "install.lock");

  test("a second one waits until the first is done, and says for whom", async () => {
    const events: string[] = [];
    let finish = () => {};
    const first = withLock(lock(), say, async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
        events.push("first is in");
      });
      events.push("first is out");
    });
    await expect.poll(() => events).toEqual(["first is in"]);
    const second = withLock(lock(), say, async () => void events.push("second is in"));
    await expect.poll(() => said).toEqual([expect.stringContaining(`Waiting for process ${process.pid}`)]);
    finish();
    await Promise.all([first, second]);
    expect(events).toEqual(["first is in", "first is out", "second is in"]);
    expect(existsSync(lock())).toBe(false);
  });

  test("a lock whose process has ended is taken over", async () => {
    await writeFile(lock(), `${await endedProcess()}\n`);
    expect(await withLock(lock(), say, async () => "done")).toBe("done");
  });

  test("a lock without a sign of life is taken over, though another program has its process id by now", async () => {
    await writeFile(lock(), `${process.pid}\n`);
    await utimes(lock(), new Date(0), new Date(0));
    expect(await withLock(lock(), say, async () => "done")).toBe("done");
  });

  test("a failure inside gives the lock back", async () => {
    await expect(withLock(lock(), say, () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
    expect(existsSync(lock())).toBe(false);
  });
});

describe("The environment of the CLI", () => {
  const compose = (environment: NodeJS.ProcessEnv) =>
    pulumiEnvironment({ pulumi: { binFolder: "/cli/bin" }, backend: "/state", home: "/home/pulumi", environment });

  test("it needs no account, no network and no passphrase, and finds the companions of this CLI first", () => {
    expect(compose({ PATH: "/usr/bin", KEPT: "yes" })).toEqual({
      KEPT: "yes",
      PATH: `/cli/bin${delimiter}/usr/bin`,
      PULUMI_BACKEND_URL: "file:///state",
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
      PULUMI_HOME: "/home/pulumi",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
  });

  test("a passphrase or its file, when given, is the only one", () => {
    expect(compose({ PULUMI_CONFIG_PASSPHRASE: "secret" }).PULUMI_CONFIG_PASSPHRASE).toBe("secret");
    expect(compose({ PULUMI_CONFIG_PASSPHRASE_FILE: "/secret" })).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
  });
});

describe("npm run pulumi", () => {
  test("it hands on arguments, standard output and the exit code, and the caller's own backend wins", async () => {
    const forced = await fakeCli("mine", "v3.226.0");
    await executable(forced, `[ "$1" = version ] && echo v3.226.0 && exit; echo "$PULUMI_BACKEND_URL" "$@"; exit 7`);
    const env = { ...process.env, PULUMI_CLI: forced, PULUMI_BACKEND_URL: `file://${folder}/state`, PULUMI_HOME: join(folder, "home") };
    const script = ["--import", "tsx", join(repository, "tools/pulumi/run.ts"), "stack", "output", "--json"];
    const result = await new Promise((resolve) => {
      execFile(process.execPath, script, { cwd: repository, env }, (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      );
    });
    expect(result).toEqual({ code: 7, stdout: `file://${folder}/state stack output --json\n`, stderr: "" });
  });
});

function endedProcess(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    child.on("error", reject).on("exit", () => resolve(child.pid));
  });
}
