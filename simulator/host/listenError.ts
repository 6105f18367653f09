/** An address that cannot be listened on, with what to do about it, in one line. */
export class ListenError extends Error {
  constructor(
    /** The address that could not be listened on. */
    readonly address: string,
    /** The port; 0: any. */
    readonly port: number,
    cause: NodeJS.ErrnoException,
  ) {
    super(`Listening on ${address}${port ? `:${port}` : ""}: ${cure(address, port, cause)}`, { cause });
    this.name = "ListenError";
  }
}

function cure(address: string, port: number, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} is in use. End the program that listens there, or choose another port.`;
    case "EADDRNOTAVAIL":
      // macOS gives its loopback interface 127.0.0.1 alone.
      return process.platform === "darwin"
        ? `the address is not there. Run \`sudo ifconfig lo0 alias ${address}\` first.`
        : "the address is not there. Use one in 127.0.0.0/8, or add it to the loopback interface first.";
    case "EACCES":
      return `port ${port} may not be used. Choose one above 1023.`;
    default:
      return `${message}.`;
  }
}
