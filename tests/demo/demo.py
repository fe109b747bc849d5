"""./dev demo: the main job with real parts, on this machine, to watch.

Starts heraldd with config/demo.yaml and a local stand-in for WhatsApp, sends the three notifications of the specification,
and shows what happens when nobody looks at the web chat, when the administrator changes the chain, and when all fails.
"""

import argparse
import signal
import sys
import threading

from stage import Stage

CUSTOMER, PROVIDER, SILENT = "237691924173", "237691234567", "237677000111"
REQUEST = {"service": "Électricité", "location": "Bonamoussadi",
           "description": "problème d'électricité dans ma chambre", "urgency": "normal"}
TAKEN = {"service": "Électricité", "status": "assigned", "request_id": "42",
         "provider": {"name": "Jean Dupont", "phone": PROVIDER, "rating": 4.5}}
OFFER = REQUEST | {"price": {"min": 3000, "max": 10000, "currency": "XAF"}}


def people(stage):
    stage.title("Three people: a customer, a provider, and someone who never wrote to us on WhatsApp")
    stage.ctl("user", "add", "--phone", CUSTOMER, "--name", "Awa")
    stage.ctl("user", "add", "--phone", PROVIDER, "--name", "Jean Dupont", "--provider")
    stage.ctl("user", "add", "--phone", SILENT, "--name", "Paul")


def three_notifications(stage):
    stage.title("The three notifications of the specification")
    confirmed = stage.send("service_request.confirmed", CUSTOMER, REQUEST)
    assigned = stage.send("service_request.status", CUSTOMER, TAKEN)
    offer = stage.send("provider.request", PROVIDER, OFFER)
    stage.title("The customer's inbox, as the chat widget reads it")
    stage.say(f"$ curl {stage.url}/api/web-chat/notifications/{CUSTOMER}")
    inbox = stage.until(lambda: stage.inbox(CUSTOMER), lambda box: box["count"] >= 2, "both in the inbox")
    for item in inbox["notifications"]:
        stage.quote(item["text"])
    stage.say(f"count {inbox['count']}, unread_count {inbox['unread_count']}")
    stage.title("Reading is evidence: the customer's client marks both as read, and their chains end")
    for item in inbox["notifications"]:
        stage.mark_read(CUSTOMER, item["id"])
    for one in (confirmed, assigned):
        stage.ends(one, "delivered")
    return offer


def silence(stage, offer):
    stage.title("The provider does not open the chat: after 10 s WhatsApp is tried (wait for it)")
    stage.ends(offer, "delivered", 40)
    stage.show(offer)


def reordered(stage):
    stage.title("The administrator puts WhatsApp first in the YAML and reloads; nothing restarts")
    stage.whatsapp_first()
    stage.ctl("reload")
    again = stage.send("service_request.confirmed", CUSTOMER, REQUEST)
    stage.ends(again, "delivered", 30)
    stage.show(again)
    stage.title("Somebody whose 24-hour window is closed: accepted with 200, then failed (131047); next step, the web chat")
    closed = stage.send("service_request.confirmed", SILENT, REQUEST)
    stage.until(lambda: stage.timeline(closed), lambda t: any("131047" in a["detail"] for a in t["attempts"])
                or any("131047" in e["detail"] for e in t["timeline"]), "error 131047", 30)
    stage.say("(Paul opens the chat)")
    stage.until(lambda: stage.inbox(SILENT), lambda box: box["count"] == 1, "the item in Paul's inbox")
    stage.ends(closed, "delivered")
    stage.show(closed)


def dead_letter(stage):
    stage.title("WhatsApp fails too, and the web chat is off: a dead letter, never a false success")
    stage.whatsapp_only()
    stage.ctl("reload")
    stage.whatsapp_breaks()
    lost = stage.send("service_request.confirmed", CUSTOMER, REQUEST)
    stage.ends(lost, "undelivered", 60)
    stage.show(lost)
    stage.say("$ heraldctl list --state undelivered")
    stage.ctl("list", "--state", "undelivered", show=True)


def farewell(stage):
    stage.title("It runs. To look and to try")
    stage.say(f"the chat      {stage.page.url}   (order something there: three notifications arrive)")
    stage.say(f"the phones    {stage.whatsapp.url}/   (what arrived on WhatsApp, with ticks)")
    stage.say(f"the inbox     {stage.url}/api/web-chat/notifications/{CUSTOMER}")
    stage.say(f"the log       {stage.daemon.log_path}")
    stage.say(f"the chain     {stage.config_path}")
    stage.say("")
    stage.say("three things to try, in another terminal:")
    stage.say(f"  export HERALD_SOCKET={stage.socket} PATH={stage.bin}:$PATH")
    stage.say(f"  1. heraldctl send message --to {CUSTOMER} --param message='Bonjour Awa' && heraldctl list")
    stage.say("  2. heraldctl monitor          (then send something)")
    stage.say(f"  3. change the routes in {stage.config_path.name} and run heraldctl reload; a mistake changes nothing")


def main():
    options = argparse.ArgumentParser(prog="./dev demo", description=__doc__.split("\n")[0])
    options.add_argument("--build", required=True, help=argparse.SUPPRESS)
    options.add_argument("--once", action="store_true", help="show everything, then end with 0 (or 1 when something was wrong)")
    options.add_argument("--port", type=int, default=8440, help="of the daemon (another free one is taken when it is busy)")
    given = options.parse_args()
    with Stage(given.build, given.port) as stage:
        try:
            people(stage)
            offer = three_notifications(stage)
            silence(stage, offer)
            reordered(stage)
            dead_letter(stage)
        except AssertionError as error:
            print(f"\nThe demo did not go as it should: {error}\n\nThe daemon's log ends with:", file=sys.stderr)
            print(stage.daemon.tail(), file=sys.stderr)
            return 1
        farewell(stage)
        if given.once:
            return 0
        stage.back_to_start()
        print("\nCtrl-C ends it.")
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        while not ended.wait(0.5):
            if not stage.daemon.running():
                print("heraldd has ended; see its log", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
