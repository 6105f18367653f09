import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { types } from "../../provider/dns/constants.js";
import { decodeMessage, encodeMessage, type Message } from "../../provider/dns/message.js";
import { encodeRdata, formatRdata } from "../../provider/dns/rdata.js";
import { hmacSigner } from "../../provider/dns/signer.js";
import { signMessage, verifyMessage } from "../../provider/dns/tsig.js";
import { type Change, type Prerequisite, updateMessage } from "../../provider/dns/update.js";
import { Dnspython } from "./dnspython.js";
import { name as wireName } from "./wire.js";

const time = 1_700_000_000;
const secret = Buffer.from("a secret that both sides know, long enough for every hash there is");
const zone = "skyline.local.";
const algorithms = ["hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"];
const keyOf = (algorithm: string) => ({ name: "dma-key.", secret: secret.toString("base64"), algorithm });
const signerOf = (algorithm: string) => hmacSigner({ name: "dma-key", algorithm, secret });

interface Read {
  id: number;
  opcode: number;
  rcode: string;
  flags: string;
  signed: boolean;
  tsigError: number;
  /** Owner, class, type, TTL and RDATA of each record, section by section. */
  sections: [string, string, string, number, string][][];
}
interface Written {
  wire: string;
  mac: string;
}

const query = (type: number): Message => ({
  id: 0x4242,
  isResponse: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  rcode: 0,
  questions: [{ name: "dma-main.skyline.local.", type, class: 1 }],
  answers: [],
  authorities: [],
  additionals: [{ name: ".", type: types.OPT, class: 1232, ttl: 0, rdata: Buffer.alloc(0) }],
});

const prerequisites: Prerequisite[] = [
  { kind: "rrsetIs", name: "dma-main.skyline.local", type: "A", data: ["10.10.10.1", "10.10.10.5"] },
  { kind: "rrsetExists", name: zone, type: "NS" },
  { kind: "rrsetAbsent", name: "dma-main.skyline.local", type: "CNAME" },
  { kind: "nameInUse", name: "dma-backup.skyline.local" },
  { kind: "nameNotInUse", name: "dma-virtual.skyline.local" },
];
const changes: Change[] = [
  { kind: "deleteRRset", name: "dma-main.skyline.local", type: "AAAA" },
  { kind: "deleteRecord", name: "dma-main.skyline.local", type: "A", data: "10.10.10.5" },
  { kind: "deleteRecord", name: "old.skyline.local", type: "CNAME", data: "older.skyline.local" },
  { kind: "add", name: "dma-main.skyline.local", type: "A", ttl: 300, data: "10.10.10.1" },
  { kind: "add", name: "dma-main.skyline.local", type: "AAAA", ttl: 300, data: "fd00::1" },
  { kind: "add", name: "ptr.skyline.local", type: "PTR", ttl: 0, data: "dma-main.skyline.local" },
  { kind: "add", name: "alias.skyline.local", type: "CNAME", ttl: 60, data: "dma-main.skyline.local" },
  { kind: "add", name: "sub.skyline.local", type: "NS", ttl: 60, data: "ns1.skyline.local" },
  { kind: "add", name: "text.skyline.local", type: "TXT", ttl: 2147483647, data: '"two strings; \\"quoted\\"" "\\255"' },
];

let peer: Dnspython;
beforeAll(() => {
  peer = Dnspython.start();
});
afterAll(() => peer.end());

describe.each(algorithms)("dnspython with %s", (algorithm) => {
  const signer = signerOf(algorithm);
  const key = keyOf(algorithm);
  const sign = (message: Message, options: { requestMac?: Buffer; error?: number; otherData?: Buffer } = {}) =>
    signMessage(encodeMessage(message), signer, { time, ...options });
  const read = (bytes: Buffer, more: Record<string, unknown> = {}) =>
    peer.get<Read>("read", { time, key, wire: bytes.toString("hex"), ...more });

  test("reads and verifies our query", async () => {
    const { bytes } = await sign(query(types.AAAA));
    expect(await read(bytes)).toMatchObject({
      id: 0x4242,
      opcode: 0,
      flags: "",
      signed: true,
      sections: [[["dma-main.skyline.local.", "IN", "AAAA", 0, ""]], [], [], []],
    });
  });

  test("reads and verifies our update with every kind of prerequisite and change", async () => {
    const { bytes } = await sign(updateMessage({ zone, prerequisites, changes }, 0x0102));
    expect(await read(bytes)).toMatchObject({
      id: 0x0102,
      opcode: 5,
      signed: true,
      sections: [
        [[zone, "IN", "SOA", 0, ""]],
        [
          ["dma-main.skyline.local.", "IN", "A", 0, "10.10.10.1"],
          ["dma-main.skyline.local.", "IN", "A", 0, "10.10.10.5"],
          [zone, "ANY", "NS", 0, ""],
          ["dma-main.skyline.local.", "NONE", "CNAME", 0, ""],
          ["dma-backup.skyline.local.", "ANY", "ANY", 0, ""],
          ["dma-virtual.skyline.local.", "NONE", "ANY", 0, ""],
        ],
        [
          ["dma-main.skyline.local.", "ANY", "AAAA", 0, ""],
          ["dma-main.skyline.local.", "NONE", "A", 0, "10.10.10.5"],
          ["old.skyline.local.", "NONE", "CNAME", 0, "older.skyline.local."],
          ["dma-main.skyline.local.", "IN", "A", 300, "10.10.10.1"],
          ["dma-main.skyline.local.", "IN", "AAAA", 300, "fd00::1"],
          ["ptr.skyline.local.", "IN", "PTR", 0, "dma-main.skyline.local."],
          ["alias.skyline.local.", "IN", "CNAME", 60, "dma-main.skyline.local."],
          ["sub.skyline.local.", "IN", "NS", 60, "ns1.skyline.local."],
          ["text.skyline.local.", "IN", "TXT", 2147483647, '"two strings; \\"quoted\\"" "\\255"'],
        ],
        [],
      ],
    });
  });

  test("reads and verifies our response, and only with the MAC of its own request", async () => {
    const request = await sign(query(types.A));
    const rdata = encodeRdata("A", "10.10.10.1");
    const answer: Message = {
      ...query(types.A),
      isResponse: true,
      authoritative: true,
      answers: [{ name: "dma-main.skyline.local.", type: types.A, class: 1, ttl: 60, rdata }],
    };
    const { bytes } = await sign(answer, { requestMac: request.mac });
    expect(await read(bytes, { requestMac: request.mac.toString("hex") })).toMatchObject({
      flags: "QR AA",
      signed: true,
      sections: [[expect.anything()], [["dma-main.skyline.local.", "IN", "A", 60, "10.10.10.1"]], [], []],
    });
    const wrong = { time, key, wire: bytes.toString("hex"), requestMac: "00".repeat(32) };
    expect(await peer.ask("read", wrong)).toEqual({ error: "BadSignature" });
  });

  test("hears what our TSIG errors say", async () => {
    const request = await sign(query(types.A));
    const answer: Message = { ...query(types.A), isResponse: true, rcode: 9 };
    const requestMac = request.mac;
    const heard = async (options: { error: number; otherData?: Buffer }) => {
      const { bytes } = await sign(answer, { requestMac, ...options });
      return peer.ask<Read>("read", { time, key, wire: bytes.toString("hex"), requestMac: requestMac.toString("hex") });
    };
    expect(await heard({ error: 16 })).toEqual({ error: "PeerBadSignature" });
    expect(await heard({ error: 17 })).toEqual({ error: "PeerBadKey" });
    expect(await heard({ error: 18, otherData: Buffer.from("0000655400ff", "hex") })).toEqual({ error: "PeerBadTime" });
  });

  test("refuses our message under another clock, another secret, or with one byte changed", async () => {
    const { bytes } = await sign(updateMessage({ zone, prerequisites, changes }, 1));
    const wire = bytes.toString("hex");
    expect(await peer.ask("read", { key, wire, time: time + 301 })).toEqual({ error: "BadTime" });
    expect(await peer.ask("read", { key: { ...key, secret: "AAAA" }, wire, time })).toEqual({ error: "BadSignature" });
    const changed = Buffer.from(bytes);
    changed.write("x", bytes.indexOf("main"));
    expect(await peer.ask("read", { key, wire: changed.toString("hex"), time })).toEqual({ error: "BadSignature" });
  });

  test("writes a query that we verify", async () => {
    const { wire, mac } = await peer.get<Written>("query", { time, key, name: "DMA-Main.skyline.local", type: "PTR" });
    const found = await verifyMessage(Buffer.from(wire, "hex"), signer, { time });
    expect(found).toMatchObject({ kind: "verified", error: 0, mac: Buffer.from(mac, "hex") });
    expect(decodeMessage(found.bytes)).toMatchObject({
      opcode: 0,
      recursionDesired: true,
      questions: [{ name: "dma-main.skyline.local.", type: types.PTR, class: 1 }],
      additionals: [{ type: types.OPT, class: 1232 }],
    });
  });

  test("writes an update that we verify and read as our own", async () => {
    const calls = [
      ["present", "dma-main", "A", "10.10.10.1"],
      ["present", "@", "NS"],
      ["absent", "dma-main", "CNAME"],
      ["present", "dma-backup"],
      ["absent", "dma-virtual"],
      ["delete", "dma-main", "AAAA"],
      ["delete", "dma-main", "A", "10.10.10.5"],
      ["add", "dma-main", 300, "A", "10.10.10.1"],
      ["add", "ptr", 60, "PTR", "dma-main.skyline.local."],
    ];
    const { wire } = await peer.get<Written>("update", { time, key, zone, calls });
    const found = await verifyMessage(Buffer.from(wire, "hex"), signer, { time });
    expect(found).toMatchObject({ kind: "verified" });
    const message = decodeMessage(found.bytes);
    const ours = updateMessage(
      {
        zone,
        prerequisites: [{ ...prerequisites[0]!, data: ["10.10.10.1"] } as Prerequisite, ...prerequisites.slice(1)],
        changes: [
          ...changes.slice(0, 2),
          changes[3]!,
          { kind: "add", name: "ptr.skyline.local", type: "PTR", ttl: 60, data: "dma-main.skyline.local" },
        ],
      },
      message.id,
    );
    expect(message).toEqual(ours);
  });

  test("answers our update, and we verify each rcode with the MAC of the request", async () => {
    const request = await sign(updateMessage({ zone, prerequisites, changes }, 0x0707));
    for (const [rcode, number] of Object.entries({ NOERROR: 0, REFUSED: 5, NXRRSET: 8, NOTZONE: 10 })) {
      const { wire } = await peer.get<Written>("respond", { time, key, wire: request.bytes.toString("hex"), rcode });
      const bytes = Buffer.from(wire, "hex");
      const found = await verifyMessage(bytes, signer, { time, requestMac: request.mac });
      expect(found.kind).toBe("verified");
      expect(decodeMessage(found.bytes)).toMatchObject({ id: 0x0707, isResponse: true, opcode: 5, rcode: number });
      expect(await verifyMessage(bytes, signer, { time })).toMatchObject({ kind: "bad", reason: "mac" });
    }
  });

  test("answers our query with compressed names, and we verify and read them", async () => {
    const request = await sign(query(types.PTR));
    const data = ["dma-main.skyline.local.", "DMA-Backup.skyline.local."];
    const answers = [
      ["dma-main.skyline.local.", 60, "PTR", ...data],
      ["dma-main.skyline.local.", 60, "AAAA", "1:0:0:2::3"],
      ["skyline.local.", 3600, "SOA", "ns1.skyline.local. mail.skyline.local. 1 2 3 4 5"],
      ["odd\\.name\\000.skyline.local.", 60, "MX", "10 mx.skyline.local."],
    ];
    const numbers = [1, 2, 3, 4, 5].map((number) => number.toString(16).padStart(8, "0")).join("");
    const { wire } = await peer.get<Written>("respond", { time, key, wire: request.bytes.toString("hex"), rcode: "NOERROR", answers });
    const found = await verifyMessage(Buffer.from(wire, "hex"), signer, { time, requestMac: request.mac });
    expect(found.kind).toBe("verified");
    const message = decodeMessage(found.bytes);
    expect(message.authoritative).toBe(true);
    // dnspython writes the records of an RRset in any order.
    expect(message.answers.map(({ name, type, rdata }) => `${name} ${formatRdata(type, rdata)}`).sort()).toEqual([
      "dma-main.skyline.local. 1:0:0:2::3",
      "dma-main.skyline.local. dma-backup.skyline.local.",
      "dma-main.skyline.local. dma-main.skyline.local.",
      `odd\\.name\\000.skyline.local. \\# 20 000a${wireName("mx.skyline.local").toString("hex")}`,
      `skyline.local. \\# 59 ${Buffer.concat([wireName("ns1.skyline.local"), wireName("mail.skyline.local")]).toString("hex")}${numbers}`,
    ]);
  });

  test("says BADTIME with its clock, and we verify that too", async () => {
    const request = await sign(query(types.A));
    const asked = { time, key, wire: request.bytes.toString("hex"), rcode: "NOTAUTH", badTime: time + 400 };
    const { wire } = await peer.get<Written>("respond", asked);
    expect(await verifyMessage(Buffer.from(wire, "hex"), signer, { time, requestMac: request.mac })).toMatchObject({
      kind: "verified",
      error: 18,
      otherTime: time + 400,
    });
  });

  test("answers in several messages, each of which we verify with the MAC of the one before", async () => {
    const request = await sign(query(types.AXFR));
    const messages = await peer.get<Written[]>("stream", { time, key, wire: request.bytes.toString("hex"), count: 4 });
    let requestMac = request.mac;
    for (const [index, { wire }] of messages.entries()) {
      const found = await verifyMessage(Buffer.from(wire, "hex"), signer, { time, requestMac, timersOnly: index > 0 });
      if (found.kind !== "verified") throw new Error(`Message ${index} is ${found.kind}.`);
      expect(decodeMessage(found.bytes).answers[0]?.name).toBe(`h${index}.skyline.local.`);
      requestMac = found.mac;
    }
    expect(messages).toHaveLength(4);
  });
});

describe("dnspython and our decoder", () => {
  test("read the same names from the same bytes", async () => {
    const names = ["a\\.b.example.", "\\000\\255.example.", "a\\;b\\@c\\$.example.", "*.example.", "0/25.2.0.192.in-addr.arpa.", "."];
    const message: Message = { ...query(types.A), questions: names.map((name) => ({ name, type: 1, class: 1 })), additionals: [] };
    const bytes = encodeMessage(message);
    const { sections } = await peer.get<Read>("read", { time, wire: bytes.toString("hex") });
    expect(sections[0]?.map(([name]) => name)).toEqual(names);
    expect(decodeMessage(bytes).questions.map(({ name }) => name)).toEqual(names);
  });

  test("read the same rcode from a header and its OPT record", async () => {
    const bytes = encodeMessage({ ...query(types.A), isResponse: true, rcode: 23 });
    expect((await peer.get<Read>("read", { time, wire: bytes.toString("hex") })).rcode).toBe("BADCOOKIE");
    expect(decodeMessage(bytes).rcode).toBe(23);
  });
});
