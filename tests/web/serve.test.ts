import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { coloursFor, Interrupted, type Terminal } from "../../cli/output/terminal.js";
import { addServe } from "../../cli/serve.js";
import { closeConnections } from "../../provider/agent/transport.js";
import { makeAuthority } from "../../simulator/host/certificates.js";
import { startCommand } from "../support/commandLine.js";
import { token as agentToken, configOn, type PairWorld, startPairWorld, tokenEnv } from "../support/world.js";

const pageToken = "a-long-token-for-the-page-0123456789";
const folder = mkdtempSync(join(tmpdir(), "dma-failover-serve-"));
const file = (name: string) => join(folder, name);
let world: PairWorld;

beforeAll(async () => {
  Object.assign(process.env, { [tokenEnv]: agentToken, PAGE_TOKEN: pageToken, SHORT_TOKEN: "short" });
  world = await startPairWorld("91.1", { port: 8110, pairs: [{ config: configOn("91.1") }] });
  const { key, cert } = await (await makeAuthority()).issue(["127.0.0.1"]);
  for (const [name, text] of Object.entries({ token: `${pageToken}\n`, key, cert, nonsense: "nonsense" })) writeFileSync(file(name), text);
});
afterAll(async () => {
  await closeConnections();
  await world.close();
  rmSync(folder, { recursive: true });
});

const args = (...more: string[]) => {
  const agents = [
    "--main",
    world.address(1),
    "--backup",
    world.address(2),
    "--protocol",
    "http",
    "--port",
    "8110",
    "--token-env",
    tokenEnv,
  ];
  return ["serve", ...agents, "--page-port", "0", ...more];
};

/** Runs the command in this process until it is told to stop. */
function serve(...more: string[]) {
  const said = { out: "", err: "" };
  const stop = new AbortController();
  let printed = () => {};
  const isUp = new Promise<void>((resolve) => {
    printed = resolve;
  });
  const terminal: Terminal = {
    print: (text) => {
      said.out += text;
      printed();
    },
    say: (text) => {
      said.err += `${text}\n`;
    },
    progress: () => {},
    isInteractive: false,
    colours: coloursFor(false),
    columns: undefined,
    interrupted: () => stop.signal,
    exitCode: 0,
  };
  const program = new Command();
  addServe(program, terminal);
  const ended = program.parseAsync(args(...more), { from: "user" });
  const end = async () => {
    stop.abort(new Interrupted());
    await ended;
  };
  onTestFinished(end);
  return { said, terminal, ended, end, isUp: Promise.race([isUp, ended]), url: () => /https?:\S+/.exec(said.out)?.[0] ?? "" };
}

describe("dma-failover serve", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("serves this machine alone, and ends by itself at %s", async (signal) => {
    const { child, ran, ended } = startCommand(args());
    onTestFinished(() => void child.kill("SIGKILL"));
    await expect.poll(() => ran.out).toMatch(/^Status page of 1 pair: http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const url = /http:\S+/.exec(ran.out)?.[0];
    expect(await (await fetch(`${url}healthz`)).text()).toBe("ok\n");
    expect(await (await fetch(`${url}`)).text()).toContain("Failover status");
    child.kill(signal);
    expect(await ended).toMatchObject({ exitCode: 0, err: "" });
  });

  test("shows what the Agents say", async () => {
    const { isUp, url } = serve("--pair", "Antwerp");
    await isUp;
    const pairs = async () => ((await (await fetch(`${url()}api/status`)).json()) as { pairs: unknown[] }).pairs;
    await expect.poll(pairs).toMatchObject([{ name: "Antwerp", level: "healthy", status: { online: "main" } }]);
  });

  test.each([
    [
      "another address without a token",
      ["--host", "0.0.0.0"],
      "at 0.0.0.0: without a token everybody there could read it. Give --page-token-env or --page-token-file. Runbook: PAGE_NOT_SERVED.",
    ],
    ["a proxy without a token", ["--page-url", "https://status.example.com/"], "without a token everybody there could read it"],
    ["a token that is not there", ["--page-token-env", "NO_SUCH_TOKEN"], "environment variable NO_SUCH_TOKEN holds no token of 16 or more"],
    ["a token to be guessed", ["--page-token-env", "SHORT_TOKEN"], "environment variable SHORT_TOKEN holds no token of 16 or more"],
    ["a token file that is not there", ["--page-token-file", "/no/such/file"], "--page-token-file cannot be read (ENOENT"],
    ["half a certificate", ["--page-certificate", file("cert")], "--page-key is missing"],
    ["a certificate that is none", ["--page-certificate", file("nonsense"), "--page-key", file("key")], "are no certificate and its key"],
    ["an address that is not this machine's", ["--host", "203.0.113.9", "--page-token-env", "PAGE_TOKEN"], "EADDRNOTAVAIL"],
    ["an address that is none", ["--page-url", "status.example.com", "--page-token-env", "PAGE_TOKEN"], "expected an address"],
  ])("refuses %s in one line", async (_, more, line) => {
    const { ended, said, terminal } = serve(...more);
    await ended;
    expect(terminal.exitCode).toBe(1);
    expect(said.out).toBe("");
    expect(said.err.trim().split("\n")).toEqual([expect.stringContaining(line)]);
    expect(said.err).not.toContain(pageToken);
  });

  test("serves others with a token, and warns when that is not encrypted", async () => {
    const { isUp, said, url, end } = serve(
      "--host",
      "127.92.250.1",
      "--page-url",
      "http://status.example.com/",
      "--page-token-file",
      file("token"),
    );
    await isUp;
    expect(url()).toBe("http://status.example.com/");
    await end();
    expect(said.err).toMatch(/^warning: it is not encrypted/);
  });

  test.each([
    ["with a certificate", ["--page-certificate", file("cert"), "--page-key", file("key"), "--page-token-env", "PAGE_TOKEN"]],
    ["behind a proxy that encrypts", ["--page-url", "https://status.example.com/", "--page-token-env", "PAGE_TOKEN"]],
  ])("is encrypted %s, and warns of nothing", async (_, more) => {
    const { isUp, said, url, end } = serve(...more);
    await isUp;
    expect(url()).toMatch(/^https:/);
    await end();
    expect(said.err).toBe("");
  });
});
