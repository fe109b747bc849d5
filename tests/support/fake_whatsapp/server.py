"""Puts the parts together and sends each request to the right one."""

import sys
import traceback

from .cloud_api import CloudApi
from .control import Control
from .faults import Faults
from .limits import Rates
from .page import page
from .record import Record
from .state import State
from .twilio_api import TwilioApi
from .webhooks import Webhooks
from .wire import Client, Response, Server


class FakeWhatsApp:
    """Create and use it inside a running event loop."""

    def __init__(self, settings, record_path=""):
        self.state = State(settings)
        self.faults = Faults()
        self.webhooks = Webhooks(self.state, Client())
        record = Record(record_path)
        self.api = CloudApi(self.state, self.faults, Rates(settings), self.webhooks, record)
        self.twilio = TwilioApi(self.state, self.faults, self.webhooks, record)
        self.control = Control(self.state, self.faults, self.webhooks)
        self.server = Server(self.handle)

    async def handle(self, request):
        try:
            if request.path == "/" and request.method == "GET":
                return page()
            if request.path == "/favicon.ico":
                return Response(404)
            if request.path.startswith("/_fake/"):
                return await self.control.handle(request)
            if request.path.startswith("/2010-04-01/"):
                return await self.twilio.handle(request)
            return await self.api.handle(request)
        except Exception:  # a fault of the fake itself: shown, and told apart from a faked one
            traceback.print_exc(file=sys.stderr)
            return Response(599, b'{"error": "the fake itself failed; see its error output"}')
