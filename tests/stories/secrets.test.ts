import { afterEach, beforeEach, expect, test } from "vitest";
import { Stack } from "../support/stack.js";
import { type PairWorld, startPairWorld, token, tokenEnv } from "../support/world.js";

let world: PairWorld;
let stack: Stack;
let network = 0;

beforeEach(async () => {
  world = await startPairWorld(`54.${++network}`);
  stack = await Stack.create({ environment: { [tokenEnv]: token } });
});

afterEach(async () => {
  await world.close();
  await stack.remove();
});

/** Up, refresh and a failing up: what is in state and what was printed, all together. */
async function everythingShown(source: object): Promise<{ states: string[]; printed: string }> {
  const agents = { main: world.connection(1, source), backup: world.connection(2, source) };
  const declare = (mode: string) => stack.declare({ agents, pair: { main: "main", backup: "backup", ...world.pair({ mode }) } });
  const states: string[] = [];
  let printed = "";
  const run = async (...args: string[]) => {
    const { code, output } = await stack.run(...args, "--yes", "--skip-preview", "--diff", "--logtostderr", "-v=1");
    printed += output;
    states.push((await stack.exported()).text);
    return code;
  };
  await declare("automatic");
  expect(await run("up")).toBe(0);
  expect(await run("refresh")).toBe(0);
  await declare("manual");
  world.simulator.agent(world.address(2)).stop();
  expect(await run("up")).not.toBe(0);
  return { states, printed };
}

test("with tokenEnv no token is in state, and none is printed", async () => {
  const { states, printed } = await everythingShown({ tokenEnv });
  expect(states.join() + printed).not.toContain(token);
});

test("with tokenFile no token is in state, and none is printed", async () => {
  await stack.write("token", token);
  const { states, printed } = await everythingShown({ tokenEnv: undefined, tokenFile: `${stack.folder}/token` });
  expect(states.join() + printed).not.toContain(token);
});

test("a literal token is in state only encrypted, after up and after refresh, and is never printed", async () => {
  const { states, printed } = await everythingShown({ tokenEnv: undefined, token });
  expect(states.join() + printed).not.toContain(token);
  for (const state of states) expect(state).toContain("ciphertext");
});

test("state stays small, and its provider is one short line", async () => {
  await stack.declare({
    agents: { main: world.connection(1), backup: world.connection(2) },
    pair: { main: "main", backup: "backup", ...world.pair() },
  });
  expect((await stack.up()).code).toBe(0);
  const { resources } = await stack.exported();
  const ours = resources.filter(({ type }) => type.includes("dataminer"));
  expect(ours).toHaveLength(3);
  for (const { inputs, outputs } of ours) {
    for (const { __provider } of [inputs, outputs]) expect(Buffer.byteLength(String(__provider))).toBeLessThan(120);
  }
  expect(Buffer.byteLength(JSON.stringify(await stack.resource("pair")))).toBeLessThan(6_000);
});

test("a literal secret of a DNS key is in state only encrypted, and is never printed; one from a file is in no state at all", async () => {
  const dnsWorld = await startPairWorld("54.40", { dns: { zone: "skyline.local" } });
  const { nameServer, dns } = dnsWorld.simulator;
  const [secret, keyFile] = [String(dns?.key?.secret), String(dns?.keyFile)];
  const records = (key: object) => {
    const server = { server: `${nameServer.address}:${nameServer.port}`, zone: "skyline.local", ...key };
    const [main, backup] = [dnsWorld.address(1), dnsWorld.address(2)];
    const members = [
      { hostname: "dma-main", address: main },
      { hostname: "dma-backup", address: backup },
    ];
    return {
      agents: { main: dnsWorld.connection(1), backup: dnsWorld.connection(2) },
      records: { shared: { hostname: "dma", addresses: [main, backup], dns: server } },
      virtualIps: {
        vip: {
          ...{ agents: ["main", "backup"], address: dnsWorld.address(5), prefixLength: 24, network: "corporate" },
          dns: { ...server, hostname: "dma-virtual", members },
        },
      },
    };
  };
  try {
    let shown = "";
    for (const key of [{ key: { name: "dma-key", secret } }, { keyFile }]) {
      await stack.declare(records(key));
      for (const command of ["up", "refresh"]) {
        const { code, output } = await stack.run(command, "--yes", "--skip-preview", "--diff", "--logtostderr", "-v=1");
        expect(`${code}\n${output}`).toMatch(/^0\n/);
        shown += output + (await stack.exported()).text;
      }
    }
    const failed = await stack.declare(records({ key: { name: "other-key", secret } })).then(() => stack.up("--diff"));
    expect(failed.code).not.toBe(0);
    shown += failed.output + (await stack.exported()).text;
    expect(shown).toContain("ciphertext");
    expect(shown).not.toContain(secret);
  } finally {
    await dnsWorld.close();
  }
});
