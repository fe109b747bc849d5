"""The command line of herald-fake-whatsapp."""

import argparse
import asyncio
import signal
import sys

from .server import FakeWhatsApp
from .state import Settings, TwilioSettings, digits
from .templates import load_contents, load_templates


def parse_delays(text):
    """`sent=0.05,delivered=0.3,read=off` -> seconds, None for a status that never comes."""
    delays = dict(Settings().delays)
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if name not in delays or not equals:
            raise argparse.ArgumentTypeError(f"{part!r}: use sent=, delivered= or read=, seconds "
                                             "or off")
        delays[name] = None if value == "off" else float(value)
    return delays


def parser():
    defaults = Settings()
    p = argparse.ArgumentParser(prog="herald-fake-whatsapp", description=(
        "A local stand-in for the WhatsApp Cloud API and for Twilio. Its page at / shows the phones."))
    p.add_argument("--port", type=int, default=0, help="0 takes a free one")
    p.add_argument("--token", default=defaults.token)
    p.add_argument("--phone-number-id", default=defaults.phone_number_id)
    p.add_argument("--display-phone-number", default=defaults.display_phone_number)
    p.add_argument("--app-secret", default=defaults.app_secret)
    p.add_argument("--verify-token", default=defaults.verify_token)
    p.add_argument("--webhook", default="", metavar="URL", help="where statuses are posted")
    p.add_argument("--provider", choices=("cloud-api", "twilio"), default=defaults.provider,
                   help="whose webhooks tell what people write; sends are taken in both ways")
    p.add_argument("--account-sid", default=defaults.twilio.account_sid)
    p.add_argument("--auth-token", default=defaults.twilio.auth_token)
    p.add_argument("--public-url", default="", metavar="URL",
                   help="Twilio's callbacks are signed for it and posted to --webhook")
    p.add_argument("--contents", metavar="FILE",
                   help='approved content templates of Twilio, JSON: {"HX...": {"body", "buttons"?}}')
    p.add_argument("--sandbox", action="store_true", help="Twilio's: only to people who joined")
    p.add_argument("--sandbox-interval", type=float, default=defaults.twilio.sandbox_interval)
    p.add_argument("--daily-limit", type=int, default=defaults.twilio.daily_limit)
    p.add_argument("--delays", type=parse_delays, default=defaults.delays,
                   metavar="sent=S,delivered=S,read=S|off", help="each after the one before")
    p.add_argument("--window-closed", action="append", default=[], metavar="NUMBER",
                   help="free-form messages to it fail with 131047 until it writes")
    p.add_argument("--window-default", choices=("open", "closed"), default="open")
    p.add_argument("--window-answer", choices=("webhook", "sync"), default="webhook",
                   help="131047 and 131026 by a failed webhook, or as the answer")
    p.add_argument("--not-on-whatsapp", action="append", default=[], metavar="NUMBER")
    p.add_argument("--test-recipient", action="append", default=[], metavar="NUMBER",
                   help="test-number mode: only these may be written to")
    p.add_argument("--templates", metavar="FILE", help="approved templates, JSON")
    p.add_argument("--record", default="", metavar="FILE",
                   help="JSON lines, one per accepted send, on disk before the answer")
    p.add_argument("--number-rate", type=float, default=defaults.number_rate,
                   help="messages per second, 0 = no limit")
    p.add_argument("--pair-capacity", type=float, default=defaults.pair_capacity,
                   help="burst to one person, 0 = no limit")
    p.add_argument("--webhook-retries", default="", metavar="S,S,...")
    p.add_argument("--webhook-give-up", type=float, default=defaults.give_up, metavar="S")
    return p


def settings_of(options):
    settings = Settings(
        token=options.token, phone_number_id=options.phone_number_id,
        display_phone_number=digits(options.display_phone_number),
        app_secret=options.app_secret, verify_token=options.verify_token,
        webhook_url=options.webhook, delays=options.delays,
        window_default=options.window_default, window_answer=options.window_answer,
        test_recipients=tuple(map(digits, options.test_recipient)),
        number_rate=options.number_rate, pair_capacity=options.pair_capacity,
        give_up=options.webhook_give_up)
    settings.provider = options.provider
    settings.twilio = TwilioSettings(
        account_sid=options.account_sid, auth_token=options.auth_token,
        public_url=options.public_url, sandbox=options.sandbox,
        sandbox_interval=options.sandbox_interval, daily_limit=options.daily_limit)
    if options.contents:
        settings.twilio.contents = load_contents(options.contents)
    if options.webhook_retries:
        settings.retries = tuple(float(s) for s in options.webhook_retries.split(","))
    if options.templates:
        settings.templates = load_templates(options.templates)
    return settings


async def run(options):
    fake = FakeWhatsApp(settings_of(options), options.record)
    fake.state.closed.update(map(digits, options.window_closed))
    fake.state.not_on_whatsapp.update(map(digits, options.not_on_whatsapp))
    port = await fake.server.listen(options.port)
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()


def main(arguments=None):
    options = parser().parse_args(arguments)
    try:
        asyncio.run(run(options))
    except (OSError, ValueError, KeyError) as error:
        print(f"herald-fake-whatsapp: {error}", file=sys.stderr)
        return 1
    return 0
