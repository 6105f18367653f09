import { describe, expect, test } from "vitest";
import {
  type AgentOptions,
  type DnsOptions,
  makeKey,
  manualClock,
  NameServer,
  type Simulator,
  startSimulator,
} from "../../simulator/index.js";
import {
  type Api,
  backup,
  code,
  config,
  fastWorld,
  heldBy,
  main,
  mainTarget,
  owner,
  pairedWorld,
  stillWorld,
  token,
  virtualIp,
} from "./worlds.js";

const dns: DnsOptions = { zone: "skyline.local" };
const [dmaMain, dmaBackup] = ["dma-main.skyline.local", "dma-backup.skyline.local"];
const day = 24 * 3600;

/** The table of the product's FAQ on double registration: what the names of both Agents hold, and where the virtual address points to. */
const table = ({ nameServer }: Simulator) => ({
  main: nameServer.addresses(dmaMain),
  backup: nameServer.addresses(dmaBackup),
  virtual: nameServer.names(virtualIp),
});

const setRegisters = (api: Api, address: string, value: boolean, change: Record<string, unknown> = {}) =>
  api.call(
    "PUT",
    address,
    "agent/settings",
    {},
    {
      owner,
      previousOwner: null,
      settings: { registersInDns: [{ interface: 1, value }] },
      ...change,
    },
  );

describe("the table of the FAQ", () => {
  const before = { main: [main, virtualIp], backup: [backup], virtual: [`${dmaMain}.`] };
  const after = { main: [main, virtualIp], backup: [backup, virtualIp], virtual: [`${dmaBackup}.`, `${dmaMain}.`] };

  test("comes about by itself: after a switch both names hold the virtual address", async () => {
    const { world } = await fastWorld({ dns, pairs: [{ config, owner }] });
    await world.registered();
    expect(table(world)).toEqual(before);
    await world.pair().switchRoles();
    await world.registered();
    expect(heldBy(world, main), "it has left main, and its name keeps it").toEqual([]);
    expect(table(world)).toEqual(after);
    expect(world.nameServer.names(main)).toEqual([`${dmaMain}.`]);
  });

  test("stays as it is once nothing registers any more, and what is repaired stays repaired", async () => {
    const { world, api } = await fastWorld({ dns, pairs: [{ config, owner }] });
    await world.registered();
    for (const address of [main, backup]) expect((await setRegisters(api, address, false)).status).toBe(200);
    expect(table(world), "nothing is unregistered").toEqual(before);
    world.nameServer.zone("skyline.local").set("dma-main", "A", main);
    await world.pair().switchRoles();
    await world.pair().switchRoles();
    await world.settled();
    expect(table(world)).toEqual({ main: [main], backup: [backup], virtual: [`${dmaMain}.`] });
  });

  test("comes back with the next registration when only the records are repaired", async () => {
    const { world, clock } = await pairedWorld({ dns });
    await world.registered();
    const zone = world.nameServer.zone("skyline.local");
    zone.set("dma-main", "A", main);
    clock.advance(day - 60);
    await world.registered();
    expect(zone.data("dma-main", "A")).toEqual([main]);
    clock.advance(120);
    await world.registered();
    expect(zone.data("dma-main", "A")).toEqual([main, virtualIp]);
  });
});

describe("an Agent", () => {
  test("registers every address of every interface, in both families, with its name", async () => {
    const more: Partial<AgentOptions> = { name: "DMA MAIN_1", acquisitionAddress: "127.30.2.1", syncAddress: "::ffff:127.30.3.1" };
    const { world } = await stillWorld({ dns, main: more, backup: { registersInDns: false } });
    await world.registered();
    expect(world.nameServer.zone("skyline.local").records()).toEqual([
      { name: "dma-main-1.skyline.local.", type: "A", ttl: 1200, data: main },
      { name: "dma-main-1.skyline.local.", type: "A", ttl: 1200, data: "127.30.2.1" },
      { name: "dma-main-1.skyline.local.", type: "AAAA", ttl: 1200, data: "::ffff:127.30.3.1" },
    ]);
    for (const address of [main, "127.30.2.1", "::ffff:127.30.3.1"]) {
      expect(world.nameServer.names(address)).toEqual(["dma-main-1.skyline.local."]);
    }
    expect(world.dns?.reverseZones).toHaveLength(3);
  });

  test("adds to what others have put at its name, and leaves their TTL", async () => {
    const { world } = await stillWorld({ dns });
    await world.registered();
    const zone = world.nameServer.zone("skyline.local");
    zone.set("dma-main", "A", "10.9.9.9", { ttl: 60 });
    await world.agent(main).registerInDns();
    expect(zone.records().filter(({ name }) => name.startsWith("dma-main"))).toEqual([
      { name: `${dmaMain}.`, type: "A", ttl: 60, data: "10.9.9.9" },
      { name: `${dmaMain}.`, type: "A", ttl: 60, data: main },
    ]);
  });

  test("signs with a key of its own, and sends no change when nothing is missing", async () => {
    const { world } = await stillWorld({ dns });
    await world.registered();
    const { log } = world.nameServer;
    const changes = () => log.all({ opcode: "UPDATE", key: "simulated-agents." }).filter((message) => message.changes.length > 0);
    expect(changes().length).toBeGreaterThan(0);
    expect(log.count({ key: "dma-key." })).toBe(0);
    log.clear();
    await world.agent(main).registerInDns();
    expect(changes()).toEqual([]);
    expect(log.count({ key: "simulated-agents." })).toBeGreaterThan(0);
  });

  test("whose interface is unplugged registers when it is plugged in again", async () => {
    const { world } = await stillWorld({ dns });
    await world.registered();
    world.agent(main).unplug(1);
    world.nameServer.zone("skyline.local").remove("dma-main");
    await world.registered();
    expect(world.nameServer.addresses(dmaMain)).toEqual([]);
    world.agent(main).plug(1);
    await world.registered();
    expect(world.nameServer.addresses(dmaMain)).toEqual([main]);
  });

  test("whose DataMiner is stopped is still a server that registers", async () => {
    const { world } = await stillWorld({ dns });
    await world.registered();
    world.agent(main).stop();
    world.nameServer.zone("skyline.local").remove("dma-main");
    await world.agent(main).registerInDns();
    expect(world.nameServer.addresses(dmaMain)).toEqual([main]);
  });
});

describe("a registration that fails", () => {
  test("is tried again after 5 minutes, then 10, then every 50, and bothers nobody", async () => {
    const { world, clock, api } = await stillWorld({ dns });
    await world.registered();
    const { nameServer } = world;
    nameServer.zone("skyline.local").remove("dma-main");
    nameServer.fail({ kind: "rcode", rcode: "REFUSED" }, { times: 100, key: "simulated-agents" });
    await world.agent(main).registerInDns();
    expect(world.agent(main).registrationProblem).toContain("REFUSED");
    expect((await api.snapshot(main)).status).toBeNull();
    const tries: number[] = [];
    for (let minute = 1; minute <= 120; minute++) {
      nameServer.log.clear();
      clock.advance(60);
      await world.settled();
      if (nameServer.log.count() > 0) tries.push(minute);
    }
    expect(tries).toEqual([5, 15, 65, 115]);
    nameServer.clearFaults();
    const registered = world.registered();
    clock.advance(3000);
    await registered;
    expect(nameServer.addresses(dmaMain)).toEqual([main]);
    expect(world.agent(main).registrationProblem).toBeNull();
  });

  test.each<[string, (world: Simulator) => unknown, (world: Simulator) => unknown]>([
    ["the name server is down", (world) => world.nameServer.stop(), (world) => world.nameServer.start()],
    ["the Agent is cut off", (world) => world.agent(main).cutOff({ from: "everyone" }), (world) => world.agent(main).reconnect()],
  ])("because %s is made up for afterwards", async (_, cut, mend) => {
    const { world, clock } = await stillWorld({ dns });
    await world.registered();
    world.nameServer.zone("skyline.local").remove("dma-main");
    await cut(world);
    await world.agent(main).registerInDns();
    expect(world.nameServer.addresses(dmaMain)).toEqual([]);
    await mend(world);
    const registered = world.registered();
    clock.advance(300);
    await registered;
    expect(world.nameServer.addresses(dmaMain)).toEqual([main]);
  });

  test("is not tried again once the interface registers no longer", async () => {
    const { world, clock, api } = await stillWorld({ dns });
    await world.registered();
    world.nameServer.zone("skyline.local").remove("dma-main");
    world.nameServer.fail({ kind: "rcode", rcode: "SERVFAIL" }, { times: 100 });
    await world.agent(main).registerInDns();
    await setRegisters(api, main, false);
    world.nameServer.clearFaults();
    clock.advance(2 * day);
    await world.registered();
    expect(world.nameServer.addresses(dmaMain)).toEqual([]);
  });
});

describe("the setting", () => {
  test("is answered only when nothing of the Agent is on its way to the name server any more", async () => {
    const { world, api } = await pairedWorld({ dns });
    await world.registered();
    world.nameServer.zone("skyline.local").set("dma-main", "A", main);
    world.nameServer.fail({ kind: "late", milliseconds: 300 }, { opcode: "UPDATE", key: "simulated-agents" });
    const registering = world.agent(main).registerInDns();
    await setRegisters(api, main, false);
    expect(world.nameServer.addresses(dmaMain)).toEqual([main, virtualIp]);
    world.nameServer.zone("skyline.local").set("dma-main", "A", main);
    await registering;
    await world.settled();
    expect(world.nameServer.addresses(dmaMain)).toEqual([main]);
  });

  test("is remembered by owner, put back with null, and refused to another owner", async () => {
    const { world, api } = await stillWorld({ dns, backup: { registersInDns: false } });
    const registers = (address: string) => world.agent(address).snapshot().agent.interfaces[0]?.registersInDns;
    for (const address of [main, backup]) {
      await setRegisters(api, address, false);
      expect(registers(address)).toBe(false);
    }
    const stranger = { owner: "project/stack/other" };
    const refused = await setRegisters(api, main, true, stranger);
    expect([refused.status, code(refused)]).toEqual([409, "FOREIGN_OWNER"]);
    expect((await setRegisters(api, main, false, { ...stranger, previousOwner: owner })).status).toBe(200);
    expect(code(await setRegisters(api, main, true))).toBe("FOREIGN_OWNER");
    await setRegisters(api, main, true, { ...stranger, settings: null });
    await setRegisters(api, backup, true, { settings: null });
    expect([registers(main), registers(backup)]).toEqual([true, false]);
  });

  test("that is put back makes the Agent register again, with what it holds by then", async () => {
    const { world, api } = await fastWorld({ dns, pairs: [{ config, owner }] });
    await world.registered();
    await setRegisters(api, backup, false);
    await world.pair().switchRoles();
    await world.registered();
    expect(world.nameServer.addresses(dmaBackup)).toEqual([backup]);
    await setRegisters(api, backup, true, { settings: null });
    expect(world.nameServer.addresses(dmaBackup)).toEqual([backup, virtualIp]);
  });
});

describe("probing", () => {
  const probe = async (api: Api, addresses: string[], names: string[]) =>
    (await api.call("POST", main, "probe", {}, { addresses, names })).body as unknown as {
      names: { name: string; addresses: string[] }[];
      reverse: { address: string; names: string[] }[];
    };

  test("asks the name server what names and addresses stand for, as a resolver does", async () => {
    const { world, api } = await stillWorld({ dns });
    await world.registered();
    const zone = world.nameServer.zone("skyline.local");
    zone.set("dma", "A", [main, backup]);
    zone.set("dma", "AAAA", "fd00::1");
    zone.set("alias", "CNAME", "dma-main.skyline.local");
    const seen = await probe(
      api,
      [main, mainTarget, "10.9.9.9"],
      ["DMA.skyline.local.", "alias.skyline.local", "DMA-BACKUP", "nobody.skyline.local", "example.com"],
    );
    expect(seen.names.map(({ addresses }) => [...addresses].sort())).toEqual([[main, backup, "fd00::1"], [main], [backup], [], []]);
    expect(seen.reverse).toEqual([
      { address: main, names: [dmaMain] },
      { address: mainTarget, names: [] },
      { address: "10.9.9.9", names: [] },
    ]);
  });

  test("sees nothing while the name server is down", async () => {
    const { world, api } = await stillWorld({ dns });
    await world.registered();
    await world.nameServer.stop();
    expect(await probe(api, [main], [dmaMain])).toMatchObject({ names: [{ addresses: [] }], reverse: [{ names: [] }] });
  });

  test("of a world with a name server knows no names but those in it", async () => {
    const { world } = await stillWorld({ dns });
    expect(() => world.setName("dma.skyline.local", [main])).toThrow("names are set in its name server");
    await expect(stillWorld({ dns, names: { dma: [main] } })).rejects.toThrow("names are set in the name server");
  });
});

describe("a name server that is there already", () => {
  test("is used as it is told: where, with which zones and with which key", async () => {
    const key = makeKey("site-key");
    const server = await NameServer.start({ zones: ["skyline.local", "1.30.127.in-addr.arpa"], keys: [key] });
    const { world } = await stillWorld({
      dns: { server: { host: server.address, port: server.port }, zone: "skyline.local", reverseZones: ["1.30.127.in-addr.arpa"], key },
    });
    await world.registered();
    expect([server.addresses(dmaMain), server.names(backup)]).toEqual([[main], [`${dmaBackup}.`]]);
    expect(server.log.all({ opcode: "UPDATE" }).every((message) => message.key === "site-key.")).toBe(true);
    expect(world.dns).toMatchObject({
      server: { host: server.address, port: server.port },
      zone: "skyline.local.",
      key: { name: "site-key." },
    });
    expect(() => world.nameServer).toThrow("This world has no name server of its own");
    await server.close();
  });
});

test("a world without a DNS has no name server, and is registered at once", async () => {
  const { world } = await stillWorld();
  expect(world.dns).toBeNull();
  expect(() => world.nameServer).toThrow("start it with the option `dns`");
  await expect(world.agent(main).registerInDns()).rejects.toThrow("start it with the option `dns`");
  await world.registered();
});

test("a world that is closed while Agents register leaves nothing behind that would happen later", async () => {
  const silent = await NameServer.start({ zones: ["skyline.local"] });
  silent.cutOff();
  const clock = manualClock();
  let isClosed = false;
  const later: number[] = [];
  const watched = {
    ...clock,
    after: (seconds: number, run: () => void) => {
      if (isClosed) later.push(seconds);
      return clock.after(seconds, run);
    },
  };
  const world = await startSimulator({
    token,
    clock: watched,
    agents: [{ address: main, name: "DMA-MAIN" }],
    dns: { server: { host: silent.address, port: silent.port }, zone: "skyline.local" },
  });
  const registering = world.agent(main).registerInDns();
  const closed = world.close();
  isClosed = true;
  await closed;
  await registering;
  expect(later).toEqual([]);
  await silent.close();
});
