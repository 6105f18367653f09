import { describe, expect, test } from "vitest";
import { presentable } from "../../provider/core/context.js";
import { FailoverError, RefusedError } from "../../provider/core/errors.js";
import { keepSecret, redact } from "../../provider/core/redaction.js";
import { watchForSecrets } from "../support/secrecy.js";

const secret = 'p%ss/w+rd="quoted"\\é';
keepSecret(secret);
const watch = watchForSecrets(secret);

describe("a secret", () => {
  test("is taken out of a text wherever it stands", () => {
    expect(redact(`${secret} and ${secret}`)).toBe("[secret] and [secret]");
  });

  test("is taken out where it was percent-encoded, in either case", () => {
    const encoded = encodeURIComponent(secret);
    expect(redact(`?token=${encoded}&a=1`)).toBe("?token=[secret]&a=1");
    expect(redact(`?token=${encoded.replace(/%../g, (byte) => byte.toLowerCase())}&a=1`)).toBe("?token=[secret]&a=1");
  });

  test("is taken out where it was quoted as JSON", () => {
    expect(redact(JSON.stringify({ token: secret }))).toBe('{"token":"[secret]"}');
  });

  test("that begins with another one leaves no rest behind", () => {
    keepSecret("rotated-token");
    keepSecret("rotated-token-of-2026");
    keepSecret("old-rotated-token-of-2026");
    expect(redact("was rotated-token, is rotated-token-of-2026, or old-rotated-token-of-2026")).toBe(
      "was [secret], is [secret], or [secret]",
    );
  });

  test("that is no well-formed text does not stop anything", () => {
    keepSecret("half\ud800pair");
    expect(redact("half\ud800pair and more")).toBe("[secret] and more");
  });

  test("too short to be one is left alone, for it would blank out words", () => {
    expect(keepSecret("start")).toBe("start");
    expect(redact("it starts")).toBe("it starts");
  });
});

describe("an error that is shown", () => {
  test("has no secret in message and stack", async () => {
    const shown = presentable(await watch.failureOf(() => Promise.reject(new Error("Cannot log in"))));
    expect(shown.message).toBe("Cannot log in");
    const error = new TypeError(`Bearer ${secret} is wrong`);
    error.stack = `TypeError: Bearer ${secret} is wrong\n    at login (${encodeURIComponent(secret)}.js:1:1)`;
    const clean = await watch.failureOf(() => Promise.reject(presentable(error)));
    expect(clean.message).toBe("Bearer [secret] is wrong");
    expect(clean.stack).toContain("[secret].js:1:1");
  });

  test("has no secret in what it was caused by, however deep and in whichever field", async () => {
    const deep = Object.assign(new Error(`socket said ${secret}`), { data: `HTTP/1.1 400 ${secret}`, code: "EPROTO" });
    const wrapped = new AggregateError([deep], `all failed: ${secret}`, { cause: deep });
    const error = new RefusedError("NOT_APPLIED", "Reading it: refused.", { cause: wrapped });
    const shown = await watch.failureOf(() => Promise.reject(presentable(error)));
    expect(shown.cause).toMatchObject({ message: "all failed: [secret]" });
    expect(shown).toBe(error);
  });

  test("of ours has no secret from the moment it is made", async () => {
    const error = await watch.failureOf(() => Promise.reject(new FailoverError("NOT_APPLIED", `Reading it: ${secret} is wrong.`)));
    expect(error.message).toBe("Reading it: [secret] is wrong.");
  });

  test("of ours loses a secret that became known later, and keeps code and facts", async () => {
    const late = "known-only-later";
    const error = new RefusedError("NOT_APPLIED", `Reading it: ${late} is wrong.`, { facts: { status: 400 } });
    keepSecret(late);
    expect(presentable(error)).toMatchObject({
      message: "Reading it: [secret] is wrong. Runbook: NOT_APPLIED.",
      code: "NOT_APPLIED",
      facts: { status: 400 },
    });
  });
});
