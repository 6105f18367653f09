import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { brokenWay, lateAnswer, type Sending, type Verdict } from "./answer.js";
import type { Endpoint } from "./endpoint.js";

/**
 * One message and its answer over UDP. The socket is new and connected: a port of the kernel's choice, answers from that one
 * address only (RFC 5452 9.1, 9.2), and a closed port is told at once. Anybody can forge a datagram, so one that does not
 * prove itself is dropped and waiting goes on (RFC 8945 5.4); only when the time is up is the last one taken for what it says.
 */
export async function askOverUdp(endpoint: Endpoint, { compose, milliseconds, deadline }: Sending): Promise<Verdict> {
  const id = randomInt(0x10000);
  const { bytes, judge } = await compose(id);
  const socket = createSocket(endpoint.family === 6 ? "udp6" : "udp4");
  let unproven: Verdict | undefined;
  let noted: string | undefined;
  let isOpen = true;
  const answer = deadline.within<Verdict>(
    milliseconds,
    () => (unproven ? new Unproven(unproven) : lateAnswer(milliseconds, true, noted)),
    (resolve, reject) => {
      const take = async (datagram: Buffer) => {
        const isOurs = datagram.length >= 2 && datagram.readUInt16BE(0) === id;
        const verdict: Verdict = isOurs ? await judge(datagram) : { kind: "foreign", why: "an answer with another id" };
        if (verdict.kind === "answer") resolve(verdict);
        else if (verdict.kind === "unproven") unproven = verdict;
        else noted = verdict.why;
      };
      const fail = (error: unknown) => reject(brokenWay(error, false));
      socket.on("error", fail);
      socket.on("message", (datagram) => void take(datagram).catch(reject));
      socket.connect(endpoint.port, endpoint.address, () => {
        if (isOpen) socket.send(bytes, (error) => error && fail(error));
      });
    },
    () => {
      isOpen = false;
      socket.close();
    },
  );
  return answer.catch((reason: unknown) => {
    if (reason instanceof Unproven) return reason.verdict;
    throw reason;
  });
}

/** The time is up, and all that came was this. */
class Unproven {
  constructor(readonly verdict: Verdict) {}
}
