import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { keyStatement, makeKey, manualClock, NameServer, scaledClock, serveControl } from "../../simulator/index.js";
import { runTool } from "../support/nameServers/runTool.js";
import { eventually } from "../support/patience.js";
import { backup, config, fastWorld, heldBy, main, owner, roles, virtualIp, type WorldOptions } from "./worlds.js";

async function controlled(options: WorldOptions = {}) {
  const { world } = await fastWorld({ pairs: [{ config, owner }], ...options });
  const control = await serveControl(world);
  onTestFinished(() => control.close());
  const post = async (command: string, given: unknown, type = "application/json") => {
    const answer = await fetch(`${control.url}/${command}`, {
      method: "POST",
      headers: { "content-type": type },
      body: JSON.stringify(given),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  return { world, control, post };
}

describe("the control API", () => {
  test("tells the whole state, without the token", async () => {
    const { control, world } = await controlled();
    const text = await (await fetch(`${control.url}/state`)).text();
    expect(JSON.parse(text)).toMatchObject({
      agents: [{ address: main, running: true, snapshot: { pair: { state: "active" } } }, { address: backup }],
      pairs: [{ main, backup, online: "main", owner }],
      requests: 0,
      dns: null,
    });
    expect(text).not.toContain(world.token);
  });

  test("switches roles, and answers when that is done", async () => {
    const { post, world } = await controlled();
    expect(await post("switch", {})).toMatchObject({ status: 200, body: { pairs: [{ online: "backup" }] } });
    expect(roles(world)).toEqual(["Offline", "Online"]);
  });

  test("edits the configuration behind the provider's back", async () => {
    const { post, world } = await controlled();
    const change = {
      heartbeats: config.heartbeats.slice(0, 3),
      virtualIps: [{ network: "corporate", address: "127.30.1.8", prefixLength: 24 }],
    };
    expect((await post("edit-configuration", { change })).status).toBe(200);
    expect(world.pair().config.heartbeats).toHaveLength(3);
    expect(heldBy(world, main)).toEqual(["127.30.1.8"]);
  });

  test("stops, starts, cuts off and breaks things", async () => {
    const { post, world } = await controlled();
    for (const [command, given] of [
      ["stop", { agent: backup }],
      ["start", { agent: backup }],
      ["cut-off", { agent: main, how: "reset", from: "everyone" }],
      ["reconnect", { agent: main }],
      ["database", { agent: main, state: "Failing" }],
      ["unplug", { agent: backup, interface: 1 }],
      ["plug", { agent: backup }],
      ["foreign-host", { address: "127.30.1.77" }],
      ["silence", { address: "127.30.1.254", silent: false }],
      ["hold-phase", { phase: "flushing" }],
      ["release-phase", { phase: "flushing" }],
      ["set-owner", { owner: "project/stack/other" }],
      ["fail", { agent: main, fault: { kind: "loseAnswer" } }],
    ] as const) {
      expect((await post(command, given)).status, command).toBe(200);
    }
    expect(world.agent(main).snapshot()).toMatchObject({
      pair: { owner: "project/stack/other" },
      status: { database: { value: "Failing" } },
    });
  });

  test.each([
    ["nothing", {}, 404, "There is no such command"],
    ["stop", {}, 400, '"agent" is missing.'],
    ["stop", { agent: "127.30.9.9" }, 400, "There is no Agent 127.30.9.9"],
    ["database", { agent: main, state: "Broken" }, 400, '"state" must be OK or Failing.'],
    ["fail", { agent: main, fault: { kind: "explode" } }, 400, '"fault" must be a fault'],
    ["constructor", {}, 404, "There is no such command"],
  ])("answers POST %s %j with a line that says what to do", async (command, given, status, line) => {
    const { post } = await controlled();
    expect(await post(command, given)).toMatchObject({ status, body: { error: expect.stringContaining(line) } });
  });

  test("shows, changes and breaks the name server", async () => {
    const { post, world } = await controlled({ dns: { zone: "skyline.local" } });
    await world.registered();
    const record = { name: "dma.skyline.local", type: "A", data: ["10.0.0.1"], ttl: 60 };
    const { body } = await post("dns-set", record);
    const [forward] = (body.dns as { zones: { name: string; records: unknown[] }[] }).zones;
    expect(forward).toMatchObject({ name: "skyline.local.", serial: world.nameServer.zone("skyline.local").serial });
    expect(forward?.records).toContainEqual({ name: "dma.skyline.local.", type: "A", ttl: 60, data: "10.0.0.1" });
    await post("dns-set", { ...record, data: [] });
    expect(world.nameServer.addresses("dma.skyline.local")).toEqual([]);
    world.nameServer.zone("skyline.local").remove("dma-main");
    expect((await post("dns-fail", { fault: { kind: "rcode", rcode: "SERVFAIL" }, times: 100 })).status).toBe(200);
    expect((await post("register-in-dns", { agent: main })).status).toBe(200);
    expect(world.agent(main).registrationProblem).toContain("SERVFAIL");
    world.nameServer.clearFaults();
    expect((await post("dns-stop", {})).status).toBe(200);
    expect((await post("dns-start", {})).status).toBe(200);
    await post("register-in-dns", { agent: main });
    expect(world.nameServer.addresses("dma-main.skyline.local")).toEqual([main, virtualIp]);
    expect(JSON.stringify(await post("dns-start", {}))).not.toContain(world.dns?.key?.secret);
    expect(await post("dns-fail", { fault: { kind: "rcode", rcode: "NONSENSE" } })).toMatchObject({ status: 400 });
    expect(await post("dns-set", { ...record, name: "www.example.com" })).toMatchObject({ status: 400 });
  });

  test("takes no other type than JSON, so that no web page can reach it", async () => {
    const { post } = await controlled();
    expect((await post("stop", { agent: main }, "text/plain")).status).toBe(415);
  });
});

describe("dma-failover simulate", () => {
  const simulate = (...args: string[]) => {
    const child = spawn(process.execPath, ["--import", "tsx", resolve("cli/main.ts"), "simulate", ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    const ended = new Promise<number | null>((done) => child.on("close", done));
    const ready = new Promise<void>((done) => {
      child.stdout.on("data", (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes("Ctrl+C stops it.")) done();
      });
    });
    child.stderr.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    return { child, ready, ended, printed: () => printed };
  };
  const freePorts = ["--port", "0", "--control-port", "0", "--dns-port", "0"];
  const addresses = ["--main", "127.30.8.1", "--backup", "127.30.8.2", "--virtual-ip", "127.30.8.5", ...freePorts];

  test("says where everything is, runs, and ends cleanly when it is told to", async () => {
    const run = simulate("--protocol", "https", "--token-env", "A_VARIABLE_THAT_IS_NOT_SET", ...addresses);
    await run.ready;
    const find = (pattern: RegExp) => pattern.exec(run.printed())?.[1] ?? "";
    const [url, tokenFile, caFile, control] = [/DMA-MAIN +(\S+)/, /token +in (\S+)/, /CA file +(\S+)/, /control +(\S+)\/state/].map(find);
    expect(url).toMatch(/^https:\/\/127\.30\.8\.1:\d+\/api\/custom\/dma-failover\/v1$/);
    expect(readFileSync(tokenFile ?? "", "utf8")).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(caFile ?? "", "utf8")).toContain("BEGIN CERTIFICATE");
    expect(await (await fetch(`${control}/state`)).json()).toMatchObject({
      agents: [{ address: "127.30.8.1" }, { address: "127.30.8.2" }],
    });
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
    expect([existsSync(tokenFile ?? ""), existsSync(caFile ?? "")]).toEqual([false, false]);
  });

  test("says where its name server is and which file has the key; the Agents register there", async () => {
    const run = simulate("--token-env", "A_VARIABLE_THAT_IS_NOT_SET", "--dns-zone", "site.example", ...addresses);
    await run.ready;
    const [, port = "", zones] = /DNS +127\.0\.0\.1 port (\d+), zones? (.*)/.exec(run.printed()) ?? [];
    expect(zones).toBe("site.example, 8.30.127.in-addr.arpa");
    const [, name, algorithm, keyFile = ""] = /DNS key +(\S+) \((\S+)\) in (\S+)/.exec(run.printed()) ?? [];
    const statement = readFileSync(keyFile, "utf8");
    const [, secret = ""] = /secret "(\S+)";/.exec(statement) ?? [];
    expect(statement).toContain(`key "${name}" {\n\talgorithm ${algorithm};`);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(run.printed()).not.toContain(secret);
    const change = [`server 127.0.0.1 ${port}`, "zone site.example", "update add test.site.example 60 A 10.0.0.1", "send", ""];
    await runTool("nsupdate", ["-k", keyFile], change.join("\n"));
    expect(await runTool("dig", ["-r", "@127.0.0.1", "-p", port, "+short", "test.site.example"])).toBe("10.0.0.1\n");
    await eventually(async () => {
      const found = await runTool("dig", ["-r", "@127.0.0.1", "-p", port, "+short", "dma-backup.site.example"]);
      expect(found).toBe("127.30.8.2\n");
    });
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
    expect(existsSync(keyFile)).toBe(false);
  });

  test("registers with a name server that is there already, with the key from a file", async () => {
    const key = makeKey("site-key");
    const folder = mkdtempSync(join(tmpdir(), "simulate-key-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "site.key");
    writeFileSync(file, keyStatement(key));
    const server = await NameServer.start({ zones: ["site.example"], keys: [key] });
    onTestFinished(() => server.close());
    const there = ["--dns-server", server.address, "--dns-zone", "site.example", "--dns-key-file", file];
    const run = simulate("--token-env", "A_VARIABLE_THAT_IS_NOT_SET", ...there, ...addresses, "--dns-port", String(server.port));
    await run.ready;
    expect(run.printed()).toContain(`DNS         ${server.address} port ${server.port}, zone site.example\n`);
    expect(run.printed()).toContain(`DNS key     site-key (hmac-sha256) in ${file}\n`);
    await eventually(() => expect(server.addresses("dma-backup.site.example")).toEqual(["127.30.8.2"]));
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(0);
    expect(existsSync(file), "it is the user's").toBe(true);
  });

  test("says in one line which address it could not listen on", async () => {
    const { world } = await fastWorld();
    const given = ["--main", main, "--backup", "127.30.8.2", "--virtual-ip", virtualIp, "--port", String(world.agent(main).port)];
    const run = simulate(...given);
    expect(await run.ended).toBe(1);
    expect(run.printed()).toBe(
      `Listening on ${main}:${world.agent(main).port}: port ${world.agent(main).port} is in use. End the program that listens there, or choose another port.\n`,
    );
  });
});

describe("the clock", () => {
  test("that is moved by hand runs what falls due, in order, and nothing that was cancelled", () => {
    const clock = manualClock(0);
    const told: string[] = [];
    clock.after(2, () => told.push(`second at ${clock.now()}`));
    clock.after(1, () => {
      told.push(`first at ${clock.now()}`);
      clock.after(0.5, () => told.push(`between at ${clock.now()}`));
    });
    clock.after(1.7, () => told.push("never"))();
    clock.advance(3);
    expect(told).toEqual(["first at 1000", "between at 1500", "second at 2000"]);
    expect(clock.now()).toBe(3000);
    clock.after(1, () => told.push("never"));
    clock.close();
    clock.advance(10);
    expect(told).toHaveLength(3);
  });

  test("with a scale runs that much faster than ours", async () => {
    const clock = scaledClock(100_000);
    const start = clock.now();
    await new Promise<void>((done) => clock.after(1000, done));
    expect(clock.now() - start).toBeGreaterThan(900_000);
    clock.close();
  });
});
