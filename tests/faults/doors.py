"""Knocks at /healthz of a port until its stdin ends; then says, as JSON, how often it did, the slowest answer in
seconds, and what was wrong. A process of its own: beside the hundreds of threads of a test it would measure those.
"""

import http.client
import json
import select
import sys
import time

EVERY = 0.02  # seconds


def knock(connection):
    """What was wrong; None when nothing was."""
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        answer.read()
        return None if answer.status == 200 else str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return repr(error)


def main(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asked, slowest, wrong = 0, 0.0, []
    while not select.select([sys.stdin], [], [], EVERY)[0]:
        started = time.monotonic()
        said = knock(connection)
        asked, slowest = asked + 1, max(slowest, time.monotonic() - started)
        if said:
            wrong.append(said)
    print(json.dumps({"asked": asked, "slowest": slowest, "wrong": wrong[:10]}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
