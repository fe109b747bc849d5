"""a: polls with nothing new, and lists of ten items, beside the daemon's own /healthz and nginx with the same body."""

import http.client

import peer
from generate import request, requests
from place import processor_seconds
from table import Row

CONNECTIONS = 64
ITEMS = 10
API = "/api/web-chat/notifications"


def ask(port, path, token):
    """(ETag, body) of one answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    body = answer.read().decode()
    assert answer.status == 200, f"{path}: {answer.status} {body}"
    line.close()
    return answer.headers["ETag"], body


def busy(place, server, *given, **options):
    """(answers a second, microseconds of the server's processor for one) of requests(), all with the same status."""
    used = processor_seconds(server.pid)
    said = requests(place, server.port, *given, place.seconds, CONNECTIONS, **options)
    assert len(said["statuses"]) == 1, f"answers of more than one kind: {said['statuses']}"
    used = processor_seconds(server.pid) - used
    return said["per_second"], used * 1e6 / said["answers"], next(iter(said["statuses"]))


def measure(place, daemon, path, items):
    """Everybody's own inbox with so many items in it, over a kept connection, with a token of their own.

    path: asks for `{n}`'s; the second answer's `cursor` and ETag are what is sent from then on, where {cursor} stands in it.
    """
    daemon.people(CONNECTIONS)
    fill(daemon, items)
    tokens = daemon.user_tokens(CONNECTIONS)
    lines, tagged, body = [], [], ""
    for n, token in enumerate(tokens, 1):
        cursor = cursor_of(ask(daemon.port, f"{API}/{n}", token)[1])
        where = path.replace("{n}", str(n)).replace("{cursor}", cursor)
        ask(daemon.port, where, token)  # what was returned by now changes what the next answer says
        tag, body = ask(daemon.port, where, token)
        lines.append(request(where, Authorization=f"Bearer {token}"))
        tagged.append(request(where, Authorization=f"Bearer {token}", If_None_Match=tag))
    return lines, tagged, body


def cursor_of(body):
    return body.rpartition('"cursor":"')[2].partition('"')[0]


def fill(daemon, items):
    """So many notifications for everybody, over the door of producers."""
    line = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
    token = daemon.service_token()
    for n in range(1, CONNECTIONS + 1):
        for i in range(items):
            body = f'{{"kind":"message","to":{{"user":{n}}},"params":{{"message":"Votre demande {i} a bien été reçue"}}}}'
            line.request("POST", "/api/v1/notifications", body.encode(),
                         {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            answer = line.getresponse()
            answer.read()
            assert answer.status == 201, answer.status
    line.close()


def poll(place, daemon):
    lines, tagged, body = measure(place, daemon, API + "/poll/{n}?cursor={cursor}", ITEMS)
    with peer.running(place, {"/poll": body}) as nginx:
        figures = {"nginx": busy(place, nginx, [request("/poll")])[:2]}
        figures["healthz"] = busy(place, daemon, [request("/healthz")])[:2]
        *figures["known"], status = busy(place, daemon, tagged)
        assert status == "304", status
        figures["whole"] = busy(place, daemon, lines)[:2]
    return figures


def listed(place, daemon):
    lines, tagged, body = measure(place, daemon, API + "/{n}", ITEMS)
    assert body.count('"herald_id"') == ITEMS, body
    with peer.running(place, {"/list": body}) as nginx:
        figures = {"nginx": busy(place, nginx, [request("/list")])[:2]}
        figures["whole"] = busy(place, daemon, lines)[:2]
        figures["known"] = busy(place, daemon, tagged)[:2]
    return figures


def rate(name):
    return lambda figures: figures[name][0]


def cost(name):
    return lambda figures: figures[name][1]


def ratio(name, other):
    return lambda figures: figures[name][0] / figures[other][0]


POLL = [
    Row("poll, nothing new: 304", rate("known"), "/s"),
    Row("poll, nothing new: 200", rate("whole"), "/s"),
    Row("/healthz", rate("healthz"), "/s"),
    Row("nginx, `return 200` with the body of the poll", rate("nginx"), "/s"),
    Row("304 beside /healthz", ratio("known", "healthz"), "x", at_least=0.8),
    Row("304 beside nginx (wished for: 0.7)", ratio("known", "nginx"), "x", at_least=0.5),
    Row("200 beside nginx", ratio("whole", "nginx"), "x"),
    Row("processor for one: 304", cost("known"), "us"),
    Row("processor for one: 200", cost("whole"), "us"),
    Row("processor for one: /healthz", cost("healthz"), "us"),
    Row("processor for one: nginx", cost("nginx"), "us"),
]
LIST = [
    Row("list of ten items: 200", rate("whole"), "/s"),
    Row("list of ten items, unchanged: 304", rate("known"), "/s"),
    Row("nginx, `return 200` with the body of the list", rate("nginx"), "/s"),
    Row("list beside nginx", ratio("whole", "nginx"), "x", at_least=0.3),
    Row("processor for one: list", cost("whole"), "us"),
    Row("processor for one: nginx", cost("nginx"), "us"),
]
