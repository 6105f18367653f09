"""The other side of dnspython.test.ts: one JSON request a line on stdin, one JSON answer a line on stdout."""

import json
import sys
import types

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update


def at_time(seconds):
    # dnspython asks the clock inside from_wire and to_wire.
    dns.message.time = types.SimpleNamespace(time=lambda: seconds)


def key_of(told):
    return dns.tsig.Key(told["name"], told["secret"], told["algorithm"])


def record_lines(sections):
    """Each record as owner, class, type, TTL and RDATA, the class that of the wire."""
    lines = []
    for rrset in sections:
        wire_class = rrset.deleting if rrset.deleting is not None else rrset.rdclass
        head = [str(rrset.name), dns.rdataclass.to_text(wire_class), dns.rdatatype.to_text(rrset.rdtype), rrset.ttl]
        lines.extend([[*head, str(rdata)] for rdata in rrset] or [[*head, ""]])
    return lines


def read(told):
    """Parses a message and, with a key, verifies it."""
    keyring = key_of(told["key"]) if "key" in told else None
    request_mac = bytes.fromhex(told.get("requestMac", ""))
    message = dns.message.from_wire(bytes.fromhex(told["wire"]), keyring=keyring, request_mac=request_mac, one_rr_per_rrset=True)
    return {
        "id": message.id,
        "opcode": message.opcode(),
        "rcode": dns.rcode.to_text(message.rcode()),
        "flags": dns.flags.to_text(message.flags),
        "signed": message.had_tsig,
        "tsigError": message.tsig_error if message.had_tsig else 0,
        "sections": [record_lines(section) for section in message.sections],
    }


def written(message, **options):
    wire = message.to_wire(**options)
    return {"wire": wire.hex(), "mac": message.mac.hex() if message.had_tsig else ""}


def query(told):
    message = dns.message.make_query(told["name"], told["type"], use_edns=0, payload=1232)
    message.use_tsig(key_of(told["key"]))
    return written(message)


def update(told):
    """An update made with the calls of dns.update, in order: ["present", "www", "A"]."""
    message = dns.update.UpdateMessage(told["zone"], keyring=key_of(told["key"]))
    for call, *arguments in told["calls"]:
        getattr(message, call)(*arguments)
    return written(message)


def respond(told):
    """Verifies a request and answers it, signed with the same key."""
    request = dns.message.from_wire(bytes.fromhex(told["wire"]), keyring=key_of(told["key"]))
    answer = dns.message.make_response(request)
    answer.flags |= dns.flags.AA
    answer.set_rcode(dns.rcode.from_text(told["rcode"]))
    for owner, ttl, rdtype, *data in told.get("answers", []):
        answer.answer.append(dns.rrset.from_text(owner, ttl, "IN", rdtype, *data))
    if "badTime" in told:
        other = told["badTime"].to_bytes(6, "big")
        answer.use_tsig(key_of(told["key"]), tsig_error=dns.rcode.BADTIME, other_data=other)
        answer.request_mac = request.mac
    return written(answer)


def stream(told):
    """One answer in several messages, signed one after the other (RFC 8945 5.3.1)."""
    request = dns.message.from_wire(bytes.fromhex(told["wire"]), keyring=key_of(told["key"]))
    context = None
    messages = []
    for number in range(told["count"]):
        answer = dns.message.make_response(request)
        answer.answer.append(dns.rrset.from_text(f"h{number}.skyline.local.", 60, "IN", "A", f"10.0.0.{number}"))
        messages.append(written(answer, multi=True, tsig_ctx=context))
        context = answer.tsig_ctx
    return messages


ACTS = {"read": read, "query": query, "update": update, "respond": respond, "stream": stream}

for line in sys.stdin:
    asked = json.loads(line)
    at_time(asked["time"])
    try:
        answered = {"result": ACTS[asked["act"]](asked)}
    except dns.exception.DNSException as error:
        answered = {"error": type(error).__name__}
    print(json.dumps(answered), flush=True)
