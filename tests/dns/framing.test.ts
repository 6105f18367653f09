import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DnsFormatError } from "../../provider/dns/errors.js";
import { FrameReader, frame } from "../../provider/dns/message.js";

describe("messages on one TCP connection", () => {
  test("come out as they went in, however the bytes are split", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 20 }), (sent, sizes) => {
        fc.pre(sizes.some((size) => size > 0));
        const stream = Buffer.concat(sent.map((bytes) => frame(Buffer.from(bytes))));
        const reader = new FrameReader();
        const received: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 0;
          received.push(...reader.push(stream.subarray(at, at + size)));
          at += size;
        }
        expect(received.map((bytes) => bytes.toString("hex"))).toEqual(sent.map((bytes) => Buffer.from(bytes).toString("hex")));
      }),
    );
  });

  test("come out one by one when their bytes do", () => {
    const reader = new FrameReader();
    const stream = Buffer.concat([frame(Buffer.from("first")), frame(Buffer.from("second"))]);
    const received = [...stream].map((byte) => reader.push(Buffer.from([byte])).map(String));
    expect(received.flat()).toEqual(["first", "second"]);
    expect(received[6]).toEqual(["first"]);
    expect(received[14]).toEqual(["second"]);
  });

  test("come out at once when all is here", () => {
    const messages = ["", "a", "bc"].map((text) => Buffer.from(text));
    expect(new FrameReader().push(Buffer.concat(messages.map(frame)))).toEqual(messages);
  });

  test("of the largest size arrive byte by byte too", () => {
    const reader = new FrameReader();
    const largest = Buffer.alloc(65_535, 7);
    const received = [...frame(largest)].flatMap((byte) => reader.push(Buffer.from([byte])));
    expect(received).toEqual([largest]);
  });

  test("that end early give nothing", () => {
    const reader = new FrameReader();
    expect(reader.push(Buffer.from([0]))).toEqual([]);
    expect(reader.push(Buffer.from([3, 1, 2]))).toEqual([]);
  });

  test("have their length before them in the same piece", () => {
    expect(frame(Buffer.from([1, 2, 3]))).toEqual(Buffer.from([0, 3, 1, 2, 3]));
  });

  test("above 65535 bytes are refused", () => {
    expect(() => frame(Buffer.alloc(65_536))).toThrow(DnsFormatError);
    expect(() => frame(Buffer.alloc(65_536))).toThrow("it has 65536 bytes, 65535 is the most. Split the change");
  });
});
