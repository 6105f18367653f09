import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { dig, transfer } from "../support/nameServers/dig.js";
import { nsupdate } from "../support/nameServers/nsupdate.js";
import { findFreePort } from "../support/nameServers/ports.js";
import type { Relay } from "../support/nameServers/relay.js";
import { host, onEachServer, zone } from "./place.js";

const address = "127.53.6.1";
const quick = { tryMilliseconds: 300 };
/** Knot answers an update up to a second late when another came within the second before. */
const patient = { tryMilliseconds: 1_500 };

onEachServer({ address }, (place, watch) => {
  const creation = (name: string, ...data: string[]) => [{ name, type: "A" as const, expected: null, desired: { ttl: 60, data } }];
  const removal = (name: string, ...data: string[]) => [{ name, type: "A" as const, expected: data, desired: null }];
  const replace = (name: string) => nsupdate(place.server, `update delete ${name} A`, `update add ${name} 30 A 10.10.10.66`);
  const until = async (relay: Relay, updates: number) => {
    while (relay.updates < updates) await pause(5);
  };

  test("a server that is down is told at once, and found again", async () => {
    const name = host("down");
    const client = place.client({ tries: 1 });
    await client.compareAndSet(zone, creation(name, "10.10.10.1"));
    await place.server.kill();
    const error = await watch.failureOf(client.compareAndSet(zone, removal(name, "10.10.10.1")));
    await place.server.start();
    expect(error).toMatchObject({ code: "DNS_UNREACHABLE", nothingDone: true });
    expect(error.message).toContain(`at ${place.server.address}:${place.server.port}: the connection is refused`);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
    await client.compareAndSet(zone, removal(name, "10.10.10.1"));
    expect(await dig(place.server, name, "A")).toBeUndefined();
  });

  test("a server that comes back in time is no failure", async () => {
    const name = host("back-in-time");
    await place.server.kill();
    const creating = place.client({ tries: 50 }).compareAndSet(zone, creation(name, "10.10.10.1"));
    await place.server.start();
    await creating;
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });

  test("an answer that got lost after the change is no failure", async () => {
    const name = host("cut");
    const { client, relay } = await place.relayed();
    relay.interfere({ answer: "cut" });
    await client.compareAndSet(zone, creation(name, "10.10.10.1", "10.10.10.2"));
    expect(relay.updates).toBe(2);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1", "10.10.10.2"] });
    relay.interfere({ answer: "cut" }, { answer: "cut" });
    await client.compareAndSet(zone, removal(name, "10.10.10.2", "10.10.10.1"));
    expect(relay.updates).toBe(5);
    expect(await dig(place.server, name, "A")).toBeUndefined();
  });

  test("an answer that never comes after the change is no failure", async () => {
    const name = host("silent");
    const { client, relay } = await place.relayed(patient);
    relay.interfere({ answer: "silent" });
    await client.compareAndSet(zone, creation(name, "10.10.10.1"));
    expect(relay.updates).toBe(2);
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });

  test("an answer that got lost while somebody else changed the same is a conflict that names what they did", async () => {
    const name = host("lost-and-changed");
    const { client, relay } = await place.relayed();
    relay.interfere({ answer: "cut", meanwhile: () => replace(name) });
    const error = await watch.failureOf(client.compareAndSet(zone, creation(name, "10.10.10.1")));
    expect(error).toMatchObject({
      code: "DNS_CONFLICT",
      nothingDone: false,
      facts: { expected: "nothing", found: "10.10.10.66 (TTL 30)" },
    });
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 30, data: ["10.10.10.66"] });
  });

  test("a change that somebody else has replaced at once does not count as done", async () => {
    const name = host("done-and-replaced");
    const { client, relay } = await place.relayed();
    relay.interfere({ answer: "delivered", meanwhile: () => replace(name) });
    const error = await watch.failureOf(client.compareAndSet(zone, creation(name, "10.10.10.1")));
    expect(error).toMatchObject({ code: "DNS_NOT_APPLIED", nothingDone: false, facts: { found: "10.10.10.66 (TTL 30)" } });
    expect(error.message).toContain("it answered NOERROR, but reading back");
  });

  test("a change that cannot be read back is left open", async () => {
    const name = host("unread");
    const { client, relay } = await place.relayed({ ...patient, tries: 1 });
    relay.interfere({ answer: "delivered", meanwhile: () => place.server.freeze() });
    const error = await watch.failureOf(client.compareAndSet(zone, creation(name, "10.10.10.1")));
    place.server.thaw();
    expect(error).toMatchObject({ code: "DNS_UNVERIFIED", nothingDone: false, cause: { code: "DNS_TIMED_OUT" } });
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });

  test("answers that all get lost leave it open whether the change was made", async () => {
    const name = host("all-lost");
    const { client, relay } = await place.relayed({ tries: 2 });
    relay.interfere({ answer: "cut" }, { answer: "cut" });
    const error = await watch.failureOf(client.compareAndSet(zone, creation(name, "10.10.10.1")));
    expect(error).toMatchObject({ code: "DNS_UNREACHABLE", nothingDone: false });
    expect(error.message).toContain("It may have been carried out all the same");
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });

  test("a server that takes the change and answers late is asked again, and the state decides", async () => {
    const name = host("late");
    const { client, relay } = await place.relayed({ ...quick, tries: 10 });
    await place.server.freeze();
    const creating = client.compareAndSet(zone, creation(name, "10.10.10.1"));
    await until(relay, 2);
    place.server.thaw();
    await creating;
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });

  test("a server that answers after the deadline leaves it open, and the next call finds out", async () => {
    const name = host("too-late");
    await place.server.freeze();
    const late = place.client({ timeoutMilliseconds: 400 }).compareAndSet(zone, creation(name, "10.10.10.1"));
    const error = await watch.failureOf(late);
    place.server.thaw();
    expect(error).toMatchObject({ code: "DNS_TIMED_OUT", nothingDone: false });
    const wanted = { ttl: 60, data: ["10.10.10.1"] };
    await place.client().editRRsets(zone, [{ name, type: "A" }], () => [wanted]);
    expect(await dig(place.server, name, "A")).toEqual(wanted);
  });

  test("of several servers the first one is down, and the next one does it", async () => {
    const name = host("second-server");
    const down = { host: address, port: await findFreePort(address) };
    await place.client({ servers: [down, place.server.server] }).compareAndSet(zone, creation(name, "10.10.10.1"));
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });

  test("of several servers the first one says nothing, and the next one does it", async () => {
    const name = host("after-silence");
    const silent = createServer().listen(0, address);
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const client = place.client({ ...patient, servers: [{ host: address, port }, place.server.server] });
    await client.compareAndSet(zone, creation(name, "10.10.10.1"));
    expect(await dig(place.server, name, "A")).toEqual({ ttl: 60, data: ["10.10.10.1"] });
  });

  test("of several servers all are down, and each is named", async () => {
    const ports = [await findFreePort(address), await findFreePort(address)];
    const client = place.client({ servers: ports.map((port) => ({ host: address, port })), tries: 1 });
    const error = await watch.failureOf(client.compareAndSet(zone, creation(host("nowhere"), "10.10.10.1")));
    expect(error).toMatchObject({ code: "DNS_UNREACHABLE", nothingDone: true });
    for (const port of ports) expect(error.message).toContain(`${address}:${port}: the connection is refused`);
    expect((await transfer(place.server, zone)).filter((line) => line.startsWith("nowhere"))).toEqual([]);
  });
});
