import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { takesColours } from "../../cli/output/terminal.js";
import { createProgram } from "../../cli/program.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { runCommand, startCommand } from "../support/commandLine.js";
import { startPairWorld, token, tokenEnv } from "../support/world.js";

const commands = ["status", "preflight", "drift", "switch", "serve", "simulate", "completion"];

beforeAll(() => {
  process.env[tokenEnv] = token;
});
afterAll(closeConnections);

describe("help", () => {
  test("names every command, and where errors and examples are explained", async () => {
    const { out, exitCode } = await runCommand(["--help"]);
    expect(exitCode).toBe(0);
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command} `, "m"));
    expect(out).toContain("docs/runbooks/");
  });

  test.each(commands.filter((command) => command !== "completion"))("of %s documents its exit codes", async (command) => {
    expect((await runCommand([command, "--help"])).out).toMatch(/^Exit codes:/m);
  });

  test.each(["status", "preflight", "drift", "switch"])("of %s has examples, and --json", async (command) => {
    const { out } = await runCommand([command, "--help"]);
    expect(out).toMatch(/^Examples:\n {2}dma-failover /m);
    expect(out).toContain("--json");
  });

  test("is pointed to after a mistake, which exits with 1", async () => {
    const { err, exitCode } = await runCommand(["status", "--wtach"]);
    expect(exitCode).toBe(1);
    expect(err).toContain("unknown option '--wtach'\n(Did you mean --watch?)");
    expect(err).toContain("--help");
  });

  test("comes from the process too, with the package's version", async () => {
    const { out, err, exitCode } = await startCommand(["--version"]).ended;
    expect({ err, exitCode }).toEqual({ err: "", exitCode: 0 });
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("an error", () => {
  test("is one line on stderr with its page, and JSON on stdout where that is wanted", async () => {
    const { err, out, exitCode } = await runCommand(["status"]);
    expect({ out, exitCode }).toEqual({ out: "", exitCode: 1 });
    expect(err).toMatch(/^Which pairs: expected one of .* Runbook: NO_TARGET\.\n$/);
    const json = await runCommand(["status", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: "NO_TARGET", runbook: "NO_TARGET" } });
  });

  test("in an inventory has one line for each thing that is wrong", async () => {
    const folder = mkdtempSync(join(tmpdir(), "inventory-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "pairs.yaml");
    writeFileSync(file, "schemaVersion: 1\npairs:\n  - name: north\n    main: { host: 10.0.0.1 }\n");
    const { err, exitCode } = await runCommand(["status", "--inventory", file]);
    expect(exitCode).toBe(1);
    const lines = err.trim().split("\n");
    expect(lines.length).toBeGreaterThan(3);
    expect(lines[0]).toMatch(/pairs\.yaml:\d+: pairs\[0\]/);
    expect(lines.at(-1)).toBe("Runbook: INVENTORY_INVALID.");
  });
});

test.each<[object, NodeJS.ProcessEnv, boolean]>([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: "" }, true],
  [{ isTTY: true }, { NO_COLOR: "1" }, false],
  [{ isTTY: true }, { TERM: "dumb" }, false],
  [{ isTTY: false }, { CI: "true", FORCE_COLOR: "1" }, false],
  [{}, {}, false],
])("a stream %j with %j takes colours: %s", (stream, environment, takes) => {
  expect(takesColours(stream, environment)).toBe(takes);
});

describe("preflight", () => {
  const port = 8182;
  async function given(options: Parameters<typeof startPairWorld>[1] = {}) {
    const world = await startPairWorld(`80.${195 + made++}`, { port, ...options });
    onTestFinished(world.close);
    const { address } = world;
    const flags = ["--main", address(1), "--backup", address(2), "--protocol", "http", "--port", String(port), "--token-env", tokenEnv];
    const declared = ["--virtual-ip", `${address(5)}/24`, "--heartbeat-target", address(254), address(253)];
    return { ...world, args: ["preflight", ...flags, ...declared] };
  }
  let made = 0;

  test("exits with 0 when nothing stands in the way", async () => {
    const { args } = await given();
    const { out, exitCode } = await runCommand(args);
    expect(exitCode).toBe(0);
    expect(out).toContain("nothing stands in the way");
    expect(JSON.parse((await runCommand([...args, "--json"])).out)).toMatchObject({ schemaVersion: 1, pairs: [{ violations: [] }] });
  });

  test("exits with 2 and lists everything that does", async () => {
    const { args, address } = await given({ backup: { dataMinerId: 222 } });
    const { out, exitCode } = await runCommand(args);
    expect(exitCode).toBe(2);
    expect(out).toContain(`! backup: Backup ${address(2)} has DataMiner ID 222`);
  });

  test("exits with 3 when a member could not be asked", async () => {
    const { args, simulator, address } = await given();
    simulator.agent(address(2)).stop();
    const { out, exitCode } = await runCommand([...args, "--patience", "1s"]);
    expect(exitCode).toBe(3);
    expect(out).toContain(`? backup ${address(2)}: `);
  });

  test("asks what the pair is to be where flags name only its Agents", async () => {
    const { err, exitCode } = await runCommand(["preflight", "--main", "10.0.0.1", "--backup", "10.0.0.2"]);
    expect(exitCode).toBe(1);
    expect(err).toContain("Give --virtual-ip or --hostname.");
  });
});

describe("completion", () => {
  const script = async (shell: string) => (await runCommand(["completion", shell])).out;

  /** What bash would offer for this line. */
  function offered(completion: string, ...words: string[]): string[] {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const ask = `${completion}\nCOMP_WORDS=(${quoted}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _dma_failover; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-c", ask], { encoding: "utf8" });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout.split("\n").filter(Boolean);
  }

  test("in bash offers commands, options, and the values of an option", async () => {
    const bash = await script("bash");
    expect(offered(bash, "dma-failover", "s")).toEqual(["status", "switch", "serve", "simulate"]);
    expect(offered(bash, "dma-failover", "status", "--w")).toEqual(["--watch"]);
    expect(offered(bash, "dma-failover", "switch", "--to", "")).toEqual(["main", "backup"]);
    expect(offered(bash, "dma-failover", "switch", "--reason", "")).toEqual([]);
    expect(offered(bash, "dma-failover", "status", "--inventory", "package.j")).toEqual(["package.json"]);
    expect(offered(bash, "dma-failover", "completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  });

  test.each(["bash", "zsh", "fish"])("in %s knows every command and every option", async (shell) => {
    const text = await script(shell);
    for (const command of createProgram().commands) {
      expect(text).toContain(command.name());
      for (const { long } of command.options) expect(text).toContain(shell === "fish" ? ` -l ${long?.slice(2)} ` : long);
    }
  });

  test("in zsh and fish is quoted for these shells", async () => {
    expect(await script("zsh")).toContain("'*--cwd[folder of the stacks'\\'' Pulumi.yaml]:folder:_files -/'");
    expect(await script("fish")).toContain("-l cwd -x -a '(__fish_complete_directories)' -d 'folder of the stacks\\' Pulumi.yaml'");
  });

  test("refuses a shell that it does not know, with those it does", async () => {
    const { err, exitCode } = await runCommand(["completion", "tcsh"]);
    expect(exitCode).toBe(1);
    expect(err).toContain("Allowed choices are bash, zsh, fish.");
  });
});
