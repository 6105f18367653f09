import { expect } from "vitest";

/** The owner of that name as it is stored, in whichever generation. No name of a test has a character that a pattern reads otherwise. */
export const ownedBy = (name: string): unknown => expect.stringMatching(new RegExp(`^${name}#[0-9a-f]{12}$`));
