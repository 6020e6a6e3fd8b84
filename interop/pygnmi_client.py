"""One call of pygnmi: where to connect as JSON, a mode, and its arguments; prints what the library returns."""

import json
import sys
import time

from pygnmi.client import gNMIclient, telemetryParser

where = json.loads(sys.argv[1])
mode, *args = sys.argv[2:]
host, port = where["address"]
tls = (
    {"insecure": True}
    if "ca" not in where
    else {"path_root": where["ca"], "path_cert": where.get("certificate"), "path_key": where.get("key")}
)


def subscription(path, stream_mode=None, **more):
    one = {"path": path, **more}
    if stream_mode is not None:
        one["mode"] = stream_mode
    if stream_mode == "sample":
        one["sample_interval"] = 1_000_000_000
    return one


with gNMIclient(
    target=(host, port), username=where["user"], password=where["password"], gnmi_timeout=10, **tls
) as client:
    if mode == "capabilities":
        print(client.capabilities())
    elif mode == "get":
        print(client.get(path=[args[0]], encoding=args[1], target="acme"))
    elif mode in ("update", "replace"):
        # pygnmi sends a text as it is, so it has to be JSON already.
        print(client.set(**{mode: [(args[0], json.dumps(args[1]))]}, encoding="json_ietf", target="acme"))
    elif mode == "delete":
        print(client.set(delete=[args[0]], target="acme"))
    elif mode == "once":
        for message in client.subscribe2(
            target="acme",
            subscribe={"subscription": [subscription(args[0])], "mode": "once", "encoding": "json"},
        ):
            print(message, flush=True)
    elif mode == "poll":
        poller = client.subscribe_poll(
            {"subscription": [subscription(args[0])], "mode": "poll", "encoding": "json"}, target="acme"
        )
        for message in poller:
            print(telemetryParser(message) if not isinstance(message, dict) else message, flush=True)
            time.sleep(0.5)
    else:
        more = {"heartbeat_interval": 1_000_000_000} if mode == "heartbeat" else {}
        for message in client.subscribe2(
            target="acme",
            subscribe={
                "subscription": [subscription(args[0], args[1], **more)],
                "mode": "stream",
                "encoding": "json",
            },
        ):
            print(message, flush=True)
