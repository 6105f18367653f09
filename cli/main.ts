import { fail } from "./failure.js";
import { processTerminal } from "./output/terminal.js";
import { createProgram } from "./program.js";

const terminal = processTerminal();
createProgram(terminal)
  .parseAsync()
  .catch((error: unknown) => fail(error, terminal));
