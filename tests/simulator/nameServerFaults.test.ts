import { describe, expect, test } from "vitest";
import { hmacSigner } from "../../provider/dns/signer.js";
import { add, ask, key, query, startServer, type Transport, update, zone } from "./nameServers.js";

const signer = hmacSigner({ name: key.name, secret: Buffer.from(key.secret, "base64") });
const dma = "dma.skyline.local.";
const change = (last: number) => update([add(dma, "A", `10.0.0.${last}`)]);
/** Long enough for a message to get there on a busy machine. */
const briefly = { signer, patience: 500 };

describe("a fault", () => {
  test.each<[Transport, string]>([
    ["udp", "nothing came"],
    ["tcp", "ECONNRESET"],
  ])("over %s loses an answer after the change was made", async (transport, how) => {
    const server = await startServer();
    server.fail({ kind: "loseAnswer" });
    await expect(ask(server, change(1), { ...briefly, transport })).rejects.toThrow(how);
    expect(server.addresses(dma)).toEqual(["10.0.0.1"]);
    expect(server.log.all()).toMatchObject([{ rcode: "NOERROR", answered: false }]);
    expect((await ask(server, change(2), { signer, transport })).rcode).toBe("NOERROR");
  });

  test("loses a request before anything is done, and may leave the connection open", async () => {
    const server = await startServer();
    server.fail({ kind: "loseRequest", connection: "open" });
    await expect(ask(server, change(1), briefly)).rejects.toThrow("nothing came");
    expect(server.addresses(dma)).toEqual([]);
    expect(server.log.all()).toMatchObject([{ rcode: null, answered: false }]);
  });

  test("answers late: what it does is done at once, or late as well", async () => {
    const server = await startServer();
    server.fail({ kind: "slow", milliseconds: 60_000 });
    await expect(ask(server, change(1), briefly)).rejects.toThrow("nothing came");
    expect(server.addresses(dma)).toEqual(["10.0.0.1"]);
    server.fail({ kind: "late", milliseconds: 1000 });
    const late = ask(server, change(2), { signer });
    expect((await ask(server, change(3), { signer })).rcode).toBe("NOERROR");
    expect(server.addresses(dma)).toEqual(["10.0.0.1", "10.0.0.3"]);
    await late;
    expect(server.addresses(dma)).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  });

  test("answers an rcode, signed, and does nothing", async () => {
    const server = await startServer();
    server.fail({ kind: "rcode", rcode: "SERVFAIL" }, { times: 2 });
    for (const message of [change(1), query(dma)]) {
      expect(await ask(server, message, { signer })).toMatchObject({ rcode: "SERVFAIL", verification: { kind: "verified" } });
    }
    expect((await ask(server, change(1), { signer })).rcode).toBe("NOERROR");
  });

  test("says that a change was made, and makes none", async () => {
    const server = await startServer();
    server.fail({ kind: "ignore" });
    expect((await ask(server, change(1), { signer })).rcode).toBe("NOERROR");
    expect(server.addresses(dma)).toEqual([]);
  });

  test("signs an answer wrongly, or not at all", async () => {
    const server = await startServer();
    server.fail({ kind: "wrongMac" });
    server.fail({ kind: "unsigned" });
    expect((await ask(server, change(1), { signer })).verification).toMatchObject({ kind: "bad", reason: "mac" });
    expect((await ask(server, change(2), { signer })).verification).toMatchObject({ kind: "unsigned" });
    expect(server.addresses(dma)).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  test("waits for a message of its kind, zone and key", async () => {
    const reverse = "10.10.10.in-addr.arpa.";
    const server = await startServer({ zones: [zone, reverse] });
    server.fail({ kind: "rcode", rcode: "SERVFAIL" }, { opcode: "UPDATE", zone: "10.10.10.in-addr.arpa", key: "dma-key" });
    const pointer = update([add("1.10.10.10.in-addr.arpa.", "PTR", dma)], [], reverse);
    expect((await ask(server, query("1.10.10.10.in-addr.arpa.", "PTR"), { signer })).rcode).toBe("NXDOMAIN");
    expect((await ask(server, change(1), { signer })).rcode).toBe("NOERROR");
    expect((await ask(server, pointer)).rcode).toBe("REFUSED");
    expect((await ask(server, pointer, { signer })).rcode).toBe("SERVFAIL");
    expect((await ask(server, pointer, { signer })).rcode).toBe("NOERROR");
  });

  test("waits for a message that changes something, and leaves an UPDATE that only asks alone", async () => {
    const server = await startServer();
    server.fail({ kind: "rcode", rcode: "SERVFAIL" }, { changing: true });
    expect((await ask(server, update([], []), { signer })).rcode).toBe("NOERROR");
    expect((await ask(server, query(dma, "A"), { signer })).rcode).toBe("NXDOMAIN");
    expect((await ask(server, change(1), { signer })).rcode).toBe("SERVFAIL");
  });

  test("that was not met yet can be taken back", async () => {
    const server = await startServer();
    server.fail({ kind: "loseAnswer" }, { times: 5 });
    server.clearFaults();
    expect((await ask(server, change(1), { signer })).rcode).toBe("NOERROR");
  });
});

test("a server that is cut off takes everything and answers nothing, until it is reconnected", async () => {
  const server = await startServer();
  server.cutOff();
  for (const transport of ["udp", "tcp"] as const)
    await expect(ask(server, change(1), { ...briefly, transport })).rejects.toThrow("nothing came");
  expect(server.addresses(dma)).toEqual([]);
  server.reconnect();
  expect((await ask(server, change(1), { signer })).rcode).toBe("NOERROR");
});

test("a zone that is changed by hand shows that at once, with a new serial", async () => {
  const server = await startServer();
  const held = server.zone(zone);
  const { serial } = held;
  held.set("dma", "A", ["10.0.0.2", "10.0.0.1"], { ttl: 60 });
  held.set("*.wild", "A", "10.0.0.3");
  held.set("@", "TXT", '"apex"');
  expect(held.records()).toEqual([
    { name: "*.wild.skyline.local.", type: "A", ttl: 3600, data: "10.0.0.3" },
    { name: dma, type: "A", ttl: 60, data: "10.0.0.1" },
    { name: dma, type: "A", ttl: 60, data: "10.0.0.2" },
    { name: zone, type: "TXT", ttl: 3600, data: '"apex"' },
  ]);
  expect(held.serial).toBe(serial + 3);
  expect((await ask(server, query(dma))).answers).toHaveLength(2);
  held.set("dma", "A", ["10.0.0.1", "10.0.0.2"], { ttl: 60 });
  expect(held.serial, "nothing is different").toBe(serial + 3);
  held.remove(dma);
  held.remove("@", "TXT");
  expect(held.records().map(({ name }) => name)).toEqual(["*.wild.skyline.local."]);
  expect(() => held.set("www.example.com.", "A", "10.0.0.1")).toThrow("www.example.com. is not in zone skyline.local.");
  expect(() => server.zone("example.com")).toThrow("There is no zone example.com.; there are skyline.local.");
});
