import { describe, expect, test } from "vitest";
import { presentable } from "../../provider/core/context.js";
import { FailoverError, oneLine, RefusedError, reasonOf, StateError, WaitError } from "../../provider/core/errors.js";

describe("an error of ours", () => {
  test.each([
    [new FailoverError("NOT_APPLIED", "m"), "FailoverError"],
    [new RefusedError("NOT_APPLIED", "m"), "RefusedError"],
    [new WaitError("NOT_APPLIED", "m"), "WaitError"],
    [new StateError("NOT_APPLIED", "m"), "StateError"],
  ])("is a FailoverError with a name of its own: %s", (error, name) => {
    expect(error).toBeInstanceOf(FailoverError);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
  });

  test("shows its code where others show a trace, for the engine prints that", () => {
    expect(new FailoverError("NOT_APPLIED", "Writing pair 111: stale.").stack).toBe("(NOT_APPLIED)");
  });

  test("has no facts and no cause unless told", () => {
    const error = new FailoverError("NOT_APPLIED", "m");
    expect(error.facts).toEqual({});
    expect("cause" in error).toBe(false);
  });

  test("keeps an error of ours as its cause", () => {
    const cause = new WaitError("TIMED_OUT", "Waiting: too long.");
    expect(new FailoverError("NOT_APPLIED", "m", { cause }).cause).toBe(cause);
  });

  test("is one line, whatever a foreign text brings along", () => {
    const foreign = "first\r\n  second\u001b[31m red\u009b2J \u202egnirts\u2028third\u0000\tend";
    expect(new FailoverError("NOT_APPLIED", foreign).message).toBe("first second [31m red 2J gnirts third end");
  });
});

describe("the reason of what was thrown", () => {
  test.each([
    ["an error", new Error("it\n  broke "), "it broke"],
    ["an error without words", new TypeError(""), "TypeError"],
    ["a text", "just words", "just words"],
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a number", 42, "42"],
    ["a symbol", Symbol("odd"), "Symbol(odd)"],
    ["an object", { code: 5 }, "{ code: 5 }"],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), "[Object: null prototype] { a: 1 }"],
    ["a function", function broken() {}, "[Function: broken]"],
  ])("is told in words: %s", (_what, thrown, text) => {
    expect(reasonOf(thrown)).toBe(text);
    expect(presentable(thrown)).toBeInstanceOf(Error);
    expect(presentable(thrown).message).toBe(text);
  });

  test("is told of an object that holds itself", () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(presentable(loop).message).toContain("Circular");
  });

  test("takes no time with a long run of spaces", () => {
    expect(oneLine(`a${" ".repeat(1_000_000)}b`)).toBe("a b");
  });
});
