import { Argument, type Command } from "commander";
import { bashCompletion } from "./completion/bash.js";
import { fishCompletion } from "./completion/fish.js";
import { wordsOf } from "./completion/words.js";
import { zshCompletion } from "./completion/zsh.js";
import type { Terminal } from "./output/terminal.js";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `dma-failover completion`: a script that teaches a shell the commands and options of this very version. */
export function addCompletion(program: Command, terminal: Terminal): void {
  program
    .command("completion")
    .description("Print a completion script for a shell")
    .addArgument(new Argument("<shell>", "which one").choices(Object.keys(shells)))
    .addHelpText(
      "after",
      `
  bash   source <(dma-failover completion bash)                                  in ~/.bashrc
  zsh    source <(dma-failover completion zsh)                                   in ~/.zshrc, after compinit
  fish   dma-failover completion fish | source                                   in ~/.config/fish/config.fish`,
    )
    .action((shell: keyof typeof shells) => terminal.print(shells[shell](program.name(), wordsOf(program))));
}
