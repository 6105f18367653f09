import { describe, expect, test, vi } from "vitest";
import { VerbContext } from "../../provider/core/context.js";
import { FailoverError, WaitError } from "../../provider/core/errors.js";
import type { Handler } from "../../provider/core/resource.js";
import { watchForSecrets } from "../support/secrecy.js";
import { created, declared, lampIn, throwing, World } from "./lamp.js";

const token = "s3cret/token+of=the lamp";
const watch = watchForSecrets(token);

/** Every verb that reaches the world, on a lamp that exists, with what makes the world fail there. */
const verbs: Record<
  string,
  { fault: keyof World["faults"]; call: (lamp: Handler, made: Awaited<ReturnType<typeof created>>) => Promise<unknown> }
> = {
  check: { fault: "preview", call: (lamp) => lamp.check({}, { ...declared, token }) },
  create: { fault: "observe", call: (lamp, { inputs }) => lamp.create(inputs) },
  "create after a write": { fault: "wait", call: (lamp, { inputs }) => lamp.create({ ...inputs, brightness: 9 }) },
  read: { fault: "observe", call: (lamp, { id, outs }) => lamp.read(id, outs) },
  update: { fault: "observe", call: (lamp, { id, outs, inputs }) => lamp.update(id, outs, { ...inputs, brightness: 9 }) },
  "update of what is recorded": {
    fault: "verify",
    call: (lamp, { id, outs, inputs }) => lamp.update(id, outs, { ...inputs, host: "10.0.0.2" }),
  },
  delete: { fault: "remove", call: (lamp, { id, outs }) => lamp.delete(id, outs) },
};

async function failing(verb: string, thrown: unknown): Promise<Error & { reasons?: string[] }> {
  const world = new World();
  const lamp = lampIn(world);
  const made = await created(lamp, { token });
  const { fault, call } = verbs[verb] ?? expect.unreachable();
  world.faults[fault] = throwing(thrown);
  return watch.failureOf(call(lamp, made));
}

/** The engine is told the token itself under its own key, as it told us; it encrypts it there. */
const withoutProperties = (error: Error): Error => {
  if ("properties" in error) delete error.properties;
  return error;
};

describe.each(Object.keys(verbs))("%s that fails", (verb) => {
  test("shows no secret in message, stack or reasons, however it is spelled", async () => {
    const error = new TypeError(`Bearer ${token}; ?token=${encodeURIComponent(token)}; ${JSON.stringify({ token })}`);
    const shown = withoutProperties(await failing(verb, error)) as Error & { reasons?: string[] };
    expect(shown.message).toBe('Bearer [secret]; ?token=[secret]; {"token":"[secret]"}');
    expect(shown.reasons ?? [shown.message]).toEqual([shown.message]);
  });

  test("shows no secret of what lies beneath", async () => {
    const cause = Object.assign(new Error(`socket: ${token}`), { data: token });
    const shown = withoutProperties(await failing(verb, new FailoverError("NOT_APPLIED", "Lighting lamp: no.", { cause })));
    expect(shown).toMatchObject({ code: "NOT_APPLIED", message: "Lighting lamp: no. Runbook: NOT_APPLIED." });
    withoutProperties(await failing(verb, new Error("Lighting lamp: no.", { cause })));
  });

  test.each([
    ["undefined", undefined, "undefined"],
    ["null", null, "null"],
    ["a text", "out of order", "out of order"],
    ["an object", { code: 5 }, "{ code: 5 }"],
    ["an error without words", new RangeError(""), "RangeError"],
  ])("throws an error with words, also when %s was thrown: anything else hangs the engine's call", async (_what, thrown, words) => {
    const shown = withoutProperties(await failing(verb, thrown));
    expect(shown).toBeInstanceOf(Error);
    expect(shown.message).toBe(words);
  });

  test("is one line", async () => {
    const shown = withoutProperties(await failing(verb, new Error("first line\n    second line\r\n\u001b[31mred")));
    expect(shown.message).toBe("first line second line [31mred");
  });
});

describe("a line for whoever watches", () => {
  const context = () => new VerbContext("create", "Lamp desk", undefined, { create: 1_000, update: 1_000, delete: 1_000 });

  test("shows no secret and is one line", async () => {
    await created(lampIn(new World()), { token });
    watch.lines.length = 0;
    context().progress(`turning\n it with ${token}\u0007`);
    expect(watch.lines).toEqual(["Lamp desk: turning it with [secret]"]);
  });

  test("that warns stays in the output, without the secret and once", () => {
    const verb = context();
    verb.warn(`careful with ${token}`);
    verb.warn(`careful with ${token}`);
    expect(verb.warnings).toEqual(["careful with [secret]"]);
    expect(watch.lines).toEqual(["Lamp desk: warning: careful with [secret]"]);
  });
});

describe("a write", () => {
  const context = () => new VerbContext("create", "Lamp desk", undefined, { create: 1_000, update: 1_000, delete: 1_000 });

  test("that was accepted has begun something", async () => {
    const verb = context();
    expect(verb.begun).toBe(false);
    expect(await verb.write(async () => "done")).toBe("done");
    expect(verb.begun).toBe(true);
  });

  test.each([
    [new Error("cut"), true],
    [Object.assign(new Error("cut"), { nothingDone: false }), true],
    [Object.assign(new Error("409"), { nothingDone: true }), false],
    ["a text", true],
  ])("that ended with %s has begun something: %s", async (thrown, begun) => {
    const verb = context();
    await watch.failureOf(verb.write(() => Promise.reject(thrown)));
    expect(verb.begun).toBe(begun);
  });

  test("that was refused does not undo an earlier one", async () => {
    const verb = context();
    await verb.write(async () => "done");
    await watch.failureOf(verb.write(() => Promise.reject(Object.assign(new Error("409"), { nothingDone: true }))));
    expect(verb.begun).toBe(true);
  });
});

describe("the time of a verb", () => {
  const timeouts = { create: "5m", update: "90s", delete: "2h" } as const;

  test.each([
    ["check", 10_000, 10_000],
    ["create", 60_000, 300_000],
    ["read", 120_000, 120_000],
    ["update", 50_000, 90_000],
    ["delete", 40_000, 7_200_000],
  ] as const)("%s is the resource's default, or what the program says where it may", async (verb, standard, asked) => {
    for (const [changes, milliseconds] of [
      [{}, standard],
      [{ timeouts }, asked],
    ] as const) {
      const world = new World();
      const lamp = lampIn(world);
      const { id, outs, inputs } = await created(lamp, changes);
      if (verb === "check") await lamp.check({}, { ...declared, ...changes });
      if (verb === "read") await lamp.read(id, outs);
      if (verb === "update") await lamp.update(id, outs, { ...inputs, brightness: 9 });
      if (verb === "delete") await lamp.delete(id, outs);
      expect(world.context).toMatchObject({ verb, timeoutMilliseconds: milliseconds });
      expect(world.context?.signal.aborted).toBe(false);
    }
  });

  test("ends its signal with an error that may be shown as it is", () => {
    vi.useFakeTimers();
    try {
      const { signal } = new VerbContext("create", "Lamp desk", timeouts, { create: 1, update: 1, delete: 1 });
      vi.advanceTimersByTime(299_999);
      expect(signal.aborted).toBe(false);
      vi.advanceTimersByTime(1);
      expect(signal.aborted).toBe(true);
      expect(signal.reason).toBeInstanceOf(WaitError);
      expect(signal.reason.message).toBe(
        "Lamp desk: create not done within 5m. Run the command again, it carries on from there; or raise timeouts.",
      );
    } finally {
      vi.useRealTimers();
    }
  });
});
