import { createSocket } from "node:dgram";
import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../provider/dns/message.js";
import { hmacSigner } from "../../provider/dns/signer.js";
import { keyStatement, makeKey, NameServer } from "../../simulator/index.js";
import { add, ask, exchange, key, query, startServer, type Transport, update, zone } from "./nameServers.js";

const signer = hmacSigner({ name: key.name, secret: Buffer.from(key.secret, "base64") });

describe("a query", () => {
  test.each<Transport>(["udp", "tcp"])("over %s is answered from the zone, with authority", async (transport) => {
    const server = await startServer();
    server.zone(zone).set("dma", "A", ["10.10.10.1", "10.10.10.2"], { ttl: 60 });
    expect(await ask(server, query("dma.skyline.local."), { transport })).toMatchObject({
      rcode: "NOERROR",
      authoritative: true,
      answers: ["dma.skyline.local. 60 A 10.10.10.1", "dma.skyline.local. 60 A 10.10.10.2"],
      authorities: [],
    });
  });

  test.each([
    ["another type of a name", "dma.skyline.local.", "AAAA", "NOERROR"],
    ["a name that only lies above others", "deep.skyline.local.", "A", "NOERROR"],
    ["a name that is not there", "nobody.skyline.local.", "A", "NXDOMAIN"],
    ["a name below one that is there", "below.dma.skyline.local.", "A", "NXDOMAIN"],
  ])("for %s is answered with the zone's SOA", async (_, name, type, rcode) => {
    const server = await startServer();
    server.zone(zone).set("dma", "A", "10.10.10.1");
    server.zone(zone).set("very.deep", "A", "10.10.10.2");
    expect(await ask(server, query(name, type))).toMatchObject({
      rcode,
      authoritative: true,
      answers: [],
      authorities: ["skyline.local. 60 SOA"],
    });
  });

  test("outside its zones is refused, also below a name that only ends alike", async () => {
    const server = await startServer();
    for (const name of ["example.com.", "notskyline.local.", "local."]) {
      expect(await ask(server, query(name))).toMatchObject({ rcode: "REFUSED", authoritative: false, answers: [], authorities: [] });
    }
  });

  test("for an alias is answered with what the alias stands for, as far as that is here", async () => {
    const server = await startServer();
    server.zone(zone).set("www", "CNAME", "dma.skyline.local");
    server.zone(zone).set("dma", "A", "10.10.10.1");
    server.zone(zone).set("away", "CNAME", "www.example.com");
    const alias = "www.skyline.local. 3600 CNAME dma.skyline.local.";
    expect((await ask(server, query("www.skyline.local."))).answers).toEqual([alias, "dma.skyline.local. 3600 A 10.10.10.1"]);
    expect((await ask(server, query("www.skyline.local.", "CNAME"))).answers).toEqual([alias]);
    expect(await ask(server, query("www.skyline.local.", "AAAA"))).toMatchObject({
      answers: [alias],
      authorities: ["skyline.local. 60 SOA"],
    });
    expect((await ask(server, query("away.skyline.local."))).answers).toEqual(["away.skyline.local. 3600 CNAME www.example.com."]);
  });

  test("for a name that is not there is answered from a wildcard, but not below a name that is there", async () => {
    const server = await startServer();
    server.zone(zone).set("*", "A", "10.10.10.9");
    server.zone(zone).set("there", "TXT", '"here"');
    expect((await ask(server, query("a.b.skyline.local."))).answers).toEqual(["a.b.skyline.local. 3600 A 10.10.10.9"]);
    expect(await ask(server, query("a.skyline.local.", "AAAA"))).toMatchObject({ rcode: "NOERROR", answers: [] });
    expect(await ask(server, query("there.skyline.local."))).toMatchObject({ rcode: "NOERROR", answers: [] });
    expect(await ask(server, query("a.there.skyline.local."))).toMatchObject({ rcode: "NXDOMAIN" });
  });

  test("below a delegation is answered with a referral, without authority", async () => {
    const server = await startServer();
    server.zone(zone).set("sub", "NS", "ns.sub.skyline.local");
    server.zone(zone).set("ns.sub", "A", "10.10.10.7");
    const { message, ...answer } = await ask(server, query("www.sub.skyline.local."));
    expect(answer).toMatchObject({ authoritative: false, answers: [], authorities: ["sub.skyline.local. 3600 NS ns.sub.skyline.local."] });
    expect(message.additionals.map(({ name }) => name)).toEqual(["ns.sub.skyline.local."]);
  });

  test("of a reverse zone is answered for both families", async () => {
    const server = await startServer({ zones: ["10.10.10.in-addr.arpa", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa"] });
    const six = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.";
    server.zone("10.10.10.in-addr.arpa").set("5", "PTR", "dma.skyline.local");
    server.zoneOf(six).set(six, "PTR", "dma.skyline.local");
    expect((await ask(server, query("5.10.10.10.in-addr.arpa.", "PTR"))).answers).toEqual([
      "5.10.10.10.in-addr.arpa. 3600 PTR dma.skyline.local.",
    ]);
    expect((await ask(server, query(six, "PTR"))).answers).toEqual([`${six} 3600 PTR dma.skyline.local.`]);
    expect([server.names("10.10.10.5"), server.names("fd00::1"), server.names("10.10.10.6")]).toEqual([
      ["dma.skyline.local."],
      ["dma.skyline.local."],
      [],
    ]);
  });

  test("with more than fits into UDP is truncated without records, and whole over TCP", async () => {
    const server = await startServer();
    const texts = Array.from({ length: 20 }, (_, index) => `"${index} ${"x".repeat(60)}"`);
    server.zone(zone).set("dma", "TXT", texts);
    expect(await ask(server, query("dma.skyline.local.", "TXT"), { transport: "udp" })).toMatchObject({ truncated: true, answers: [] });
    const some = await ask(server, query("dma.skyline.local.", "TXT", { udpSize: 4096 }), { transport: "udp" });
    expect(some).toMatchObject({ truncated: true, answers: [] });
    expect((await ask(server, query("dma.skyline.local.", "TXT"))).answers).toHaveLength(20);
    server.zone(zone).set("dma", "TXT", texts.slice(0, 10));
    expect((await ask(server, query("dma.skyline.local.", "TXT"), { transport: "udp" })).truncated).toBe(true);
    const edns = await ask(server, query("dma.skyline.local.", "TXT", { udpSize: 1232 }), { transport: "udp" });
    expect(edns).toMatchObject({ truncated: false, answers: { length: 10 } });
    expect(edns.message.additionals).toMatchObject([{ name: ".", class: 1232 }]);
  });

  test("that no server can read, or that is none, gets the rcode for it", async () => {
    const server = await startServer();
    const good = query("dma.skyline.local.");
    const rcodeOf = async (bytes: Buffer) => (await exchange(server, bytes)).readUInt16BE(2) & 0xf;
    expect(await rcodeOf(Buffer.concat([encodeMessage(good), Buffer.from("junk")]))).toBe(1);
    expect((await ask(server, { ...good, questions: [] })).rcode).toBe("FORMERR");
    expect((await ask(server, { ...good, opcode: 4 })).rcode).toBe("NOTIMP");
    expect((await ask(server, query("skyline.local.", "AXFR"))).rcode).toBe("REFUSED");
    const laterEdns = { name: ".", type: 41, class: 1232, ttl: 1 << 16, rdata: Buffer.alloc(0) };
    expect((await ask(server, { ...good, additionals: [laterEdns] })).message.rcode, "BADVERS").toBe(16);
    await expect(exchange(server, encodeMessage({ ...good, isResponse: true }), "udp", 50)).rejects.toThrow("nothing came");
  });
});

describe("a signature", () => {
  const change = update([add("dma.skyline.local.", "A", "10.10.10.1")]);
  const seconds = () => Math.floor(Date.now() / 1000);

  test("that is right gets a signed answer, to queries too", async () => {
    const server = await startServer();
    for (const transport of ["udp", "tcp"] as const) {
      expect(await ask(server, change, { signer, transport })).toMatchObject({
        rcode: "NOERROR",
        verification: { kind: "verified", error: 0 },
      });
      expect(await ask(server, query("dma.skyline.local."), { signer, transport })).toMatchObject({ verification: { kind: "verified" } });
    }
  });

  test("is not asked for in a query, and is in an update", async () => {
    const server = await startServer();
    expect((await ask(server, query("dma.skyline.local."))).rcode).toBe("NXDOMAIN");
    expect((await ask(server, change)).rcode).toBe("REFUSED");
    expect(server.addresses("dma.skyline.local")).toEqual([]);
    const open = await startServer({ unsignedUpdates: true });
    expect((await ask(open, change)).rcode).toBe("NOERROR");
  });

  test.each([
    ["an unknown key", hmacSigner({ name: "stranger", secret: Buffer.from("secret") }), "BADKEY", 17],
    [
      "another algorithm",
      hmacSigner({ name: key.name, algorithm: "hmac-sha512", secret: Buffer.from(key.secret, "base64") }),
      "BADKEY",
      17,
    ],
    ["another secret", hmacSigner({ name: key.name, secret: Buffer.from("secret") }), "BADSIG", 16],
  ])("of %s is told so without a signature", async (_, wrong, tsigError, error) => {
    const server = await startServer();
    const answer = await ask(server, change, { signer: wrong });
    expect(answer).toMatchObject({ rcode: "NOTAUTH", verification: { kind: "bad", error } });
    expect(server.log.all()).toMatchObject([{ rcode: "NOTAUTH", tsigError, key: null }]);
    expect(server.addresses("dma.skyline.local")).toEqual([]);
  });

  test.each([400, -400])("made with a clock that differs by %d s is told the server's time, signed", async (skew) => {
    const server = await startServer();
    server.clockOffsetSeconds = skew;
    const time = seconds();
    const answer = await ask(server, change, { signer, time });
    expect(answer).toMatchObject({ rcode: "NOTAUTH", verification: { kind: "verified", error: 18 } });
    const { otherTime } = answer.verification as { otherTime: number };
    expect(Math.abs(otherTime - time - skew)).toBeLessThan(60);
    expect(server.addresses("dma.skyline.local")).toEqual([]);
    server.clockOffsetSeconds = Math.sign(skew) * 200;
    expect((await ask(server, change, { signer })).rcode).toBe("NOERROR");
  });

  test("that is cut short is told so, and one that is too short for anybody cannot be read", async () => {
    const server = await startServer();
    const cut = (bytes: number) => ({ ...signer, sign: async (data: Buffer) => (await signer.sign(data)).subarray(0, bytes) });
    const [short, shorter] = [await ask(server, change, { signer: cut(16) }), await ask(server, change, { signer: cut(8) })];
    expect(short).toMatchObject({ rcode: "NOTAUTH" });
    expect(shorter).toMatchObject({ rcode: "FORMERR" });
    expect(server.log.all()).toMatchObject([{ tsigError: "BADTRUNC" }, { rcode: "FORMERR", tsigError: null }]);
  });

  test("of a key that is for other zones is right, and refused", async () => {
    const reverse = "10.10.10.in-addr.arpa.";
    const server = await startServer({ zones: [zone, reverse], keys: [{ ...key, zones: [reverse] }] });
    expect(await ask(server, change, { signer })).toMatchObject({ rcode: "REFUSED", verification: { kind: "verified" } });
    const pointer = update([add("1.10.10.10.in-addr.arpa.", "PTR", "dma.skyline.local")], [], reverse);
    expect((await ask(server, pointer, { signer })).rcode).toBe("NOERROR");
  });
});

describe("the server", () => {
  test("keeps its port and its zones over a stop, and refuses meanwhile", async () => {
    const server = await startServer();
    server.zone(zone).set("dma", "A", "10.10.10.1");
    const { port } = server;
    await server.stop();
    for (const transport of ["udp", "tcp"] as const) {
      await expect(ask(server, query("dma.skyline.local."), { transport })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    }
    await server.start();
    expect(server.port).toBe(port);
    expect((await ask(server, query("dma.skyline.local."), { transport: "udp" })).answers).toHaveLength(1);
  });

  test("says in one line where it cannot listen", async () => {
    const udp = createSocket("udp4");
    await new Promise<void>((done) => udp.bind(0, "127.0.0.1", done));
    const { port } = udp.address();
    await expect(NameServer.start({ zones: [zone], port })).rejects.toThrow(`Listening on 127.0.0.1:${port}: port ${port} is in use.`);
    udp.close();
  });

  test("listens on an IPv6 address too", async () => {
    const server = await startServer({ address: "::ffff:127.0.0.1" });
    for (const transport of ["udp", "tcp"] as const) expect((await ask(server, query(zone, "SOA"), { transport })).rcode).toBe("NOERROR");
  });

  test("never shows a secret in its log, and writes keys as nsupdate reads them", async () => {
    const server = await startServer();
    await ask(server, update([add("dma.skyline.local.", "A", "10.10.10.1")]), { signer });
    expect(JSON.stringify(server.log.all())).not.toContain(key.secret);
    const other = makeKey("other-key.");
    expect(keyStatement(other)).toBe(`key "other-key" {\n\talgorithm hmac-sha256;\n\tsecret "${other.secret}";\n};\n`);
  });
});
