import { vi } from "vitest";
import { patient } from "./patienceFactor.mjs";

/** Longer than anything takes that works, on a machine that has other things to do; what does not work is to be told of some time. */
const longEnough = patient(30_000);
const betweenLooks = 20;

/** Resolves as soon as `look` throws nothing, as with an expect inside; after long enough its last error is the test's. */
export const eventually = <Result>(look: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(look, { timeout: longEnough, interval: betweenLooks });

/** Resolves as soon as the condition holds. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  await vi.waitUntil(holds, { timeout: longEnough, interval: betweenLooks });
};
