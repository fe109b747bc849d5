"""The fake WhatsApp, over real loopback connections."""

import asyncio
import copy
import hashlib
import hmac
import http.client
import json
import pathlib
import tempfile
import unittest

from fake_client import FakeWhatsApp, text_to
from fake_whatsapp import checks
from fake_whatsapp.errors import Refusal
from fake_whatsapp.limits import Rates
from fake_whatsapp.people import inbound_value
from fake_whatsapp.state import Settings, State
from fake_whatsapp.webhooks import Webhooks, envelope, escaped, signature
from waiting import wait_until
from webhook_sink import WebhookSink

ANNA = "+237691924173"
WA_ID = "237691924173"
TEMPLATES = {"templates": [
    {"name": "demande", "language": "fr", "header": "{{1}}",
     "body": "Service {{1}} à {{2}}.", "buttons": [{"type": "quick_reply", "text": "OUI"}]}]}


def template_to(number, values=("Électricité", "Bonamoussadi"), name="demande", language="fr"):
    return {"messaging_product": "whatsapp", "to": number, "type": "template", "template": {
        "name": name, "language": {"policy": "deterministic", "code": language}, "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "Titre"}]},
            {"type": "body", "parameters": [{"type": "text", "text": v} for v in values]}]}}


def buttons_to(number, titles, text="Accepter ?"):
    return {"messaging_product": "whatsapp", "to": number, "type": "interactive", "interactive": {
        "type": "button", "body": {"text": text}, "action": {"buttons": [
            {"type": "reply", "reply": {"id": f"b:{i}", "title": t}}
            for i, t in enumerate(titles)]}}}


def statuses(sink):
    """(status, wamid, attempt) of everything a sink got, in its order."""
    found = []
    for _, body in list(sink.received):
        for change in json.loads(body)["entry"][0]["changes"]:
            for s in change["value"].get("statuses", []):
                found.append((s["status"], s["id"], s.get("biz_opaque_callback_data")))
    return found


class Running(unittest.TestCase):
    options = {}

    def setUp(self):
        self.sink = WebhookSink()
        self.addCleanup(self.sink.stop)
        self.fake = FakeWhatsApp(**({"webhook": self.sink.url, "webhook_retries": "0.02,0.05"}
                                    | self.options))
        self.addCleanup(self.fake.stop)

    def refused(self, body, code, status, **how):
        got, answer = self.fake.send(body, **how)
        self.assertEqual((got, answer["error"]["code"]), (status, code), answer)
        return answer["error"]


class OrderOfChecks(Running):
    def test_each_check_stands_before_the_next(self):
        wrong_path = "/v23.0/999/messages"
        self.assertEqual(self.refused("junk", 100, 400, token="bad", path=wrong_path)
                         ["error_subcode"], 33)
        self.refused("junk", 100, 404, path="/messages")
        fault = self.fake.arm(error=131000)
        self.assertNotIn("error_data", self.refused("junk", 190, 401, token="bad"))
        self.refused("junk", 131000, 500)
        self.fake.disarm(fault)
        self.refused("junk", 100, 400)
        self.refused(text_to("") | {"text": {"body": ""}}, 131008, 400)
        self.refused(text_to(ANNA) | {"type": "hologram"}, 131051, 400)
        self.refused(text_to("+15550783881", ""), 131009, 400)
        self.refused(text_to("+15550783881"), 131021, 400)

    def test_an_accepted_send_is_answered_like_the_provider(self):
        status, answer = self.fake.send(text_to("+237 691-924-173"))
        self.assertEqual(status, 200)
        self.assertEqual(answer["contacts"], [{"input": "+237 691-924-173", "wa_id": WA_ID}])
        self.assertRegex(answer["messages"][0]["id"], r"^wamid\.HBgM[A-Za-z0-9+/=]+$")

    def test_without_the_plus_it_goes_to_somebody_else(self):
        _, answer = self.fake.send(text_to(WA_ID))
        self.assertEqual(answer["contacts"][0]["wa_id"], "1" + WA_ID)

    def test_raw_requests_are_kept_with_headers(self):
        self.fake.send(json.dumps(text_to(ANNA)) + " ", headers={"X-Mark": "7"})
        seen = self.fake.requests(to=WA_ID)[0]
        self.assertTrue(seen["body"].endswith(" "))
        self.assertIn(["X-Mark", "7"], seen["headers"])
        self.assertEqual(self.fake.counters()["recipients"][WA_ID]["accepted"], 1)


class Limits(Running):
    def test_sizes(self):
        self.assertEqual(self.fake.send(text_to(ANNA, "é" * 4096))[0], 200)
        self.assertEqual(self.fake.send(text_to(ANNA, "👍" * 2048))[0], 200)
        self.refused(text_to(ANNA, "👍" * 2049), 131009, 400)  # 4098 in UTF-16
        details = self.refused(text_to(ANNA, "é" * 4097), 131009, 400)["error_data"]["details"]
        self.assertIn("text['body']", details)
        self.assertEqual(self.fake.send(buttons_to(ANNA, ["OUI", "NON", "?"]))[0], 200)
        self.refused(buttons_to(ANNA, ["OUI", "NON", "?", "!"]), 131009, 400)
        self.refused(buttons_to(ANNA, ["x" * 21]), 131009, 400)
        self.refused(buttons_to(ANNA, ["OUI", "OUI"]), 131009, 400)
        self.refused(buttons_to(ANNA, ["OUI"], "x" * 1025), 131009, 400)
        self.refused(text_to(ANNA, attempt="x" * 257), 131009, 400)

    def test_pair_and_number_buckets(self):
        now = [0.0]
        rates = Rates(Settings(number_rate=80, pair_capacity=45), clock=lambda: now[0])
        for _ in range(45):
            rates.check(WA_ID)
        self.assertEqual(self.code(rates, WA_ID), 131056)
        now[0] = 6.1
        rates.check(WA_ID)
        self.assertEqual(self.code(rates, WA_ID), 131056)
        for i in range(79):
            rates.check(f"other{i}")
        self.assertEqual(self.code(rates, "one more"), 130429)
        now[0] = 7.2
        rates.check("one more")

    def code(self, rates, wa_id):
        with self.assertRaises(Refusal) as refusal:
            rates.check(wa_id)
        return refusal.exception.code


class Templates(Running):
    def setUp(self):
        file = tempfile.NamedTemporaryFile("w", suffix=".json")
        self.addCleanup(file.close)
        json.dump(TEMPLATES, file)
        file.flush()
        self.options = {"templates": file.name, "window_closed": [WA_ID], "window_answer": "sync"}
        super().setUp()

    def test_templates_are_checked_and_pass_a_closed_window(self):
        self.assertEqual(self.fake.send(template_to(ANNA))[0], 200)
        self.assertEqual(self.fake.messages(WA_ID)[0]["text"], "Service Électricité à Bonamoussadi.")
        self.refused(template_to(ANNA, name="other"), 132001, 404)
        self.refused(template_to(ANNA, language="en"), 132001, 404)
        self.refused(template_to(ANNA, ["one"]), 132000, 400)
        for bad in ("a\nb", "a\tb", "a     b", ""):
            self.refused(template_to(ANNA, [bad, "x"]), 132018, 400)
        self.refused(text_to(ANNA), 131047, 400)


class OddShapes(unittest.TestCase):
    ODD = [None, 0, -1, "", [], {}, [1], [[]], [{}], {"a": 1}, True, 1e9, ["a"], "²", "x" * 300]

    def places(self, value, path=()):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield path + (key,)
            if isinstance(value[key], (dict, list)):
                yield from self.places(value[key], path + (key,))

    def judge(self, body, state):
        try:
            wa_id = checks.wa_id_of(body.get("to"), state.settings)
            checks.check_content(checks.check_body(body), body, wa_id, state)
        except Refusal:
            pass

    def test_any_value_anywhere_is_accepted_or_refused(self):
        state = State(Settings(templates={("demande", "fr"): TEMPLATES["templates"][0]}))
        template = template_to(ANNA)
        template["template"]["components"].append(
            {"type": "button", "sub_type": "quick_reply", "index": "0",
             "parameters": [{"type": "payload", "payload": "a"}]})
        rows = {"type": "list", "body": {"text": "x"}, "action": {"button": "Voir", "sections": [
            {"title": "t", "rows": [{"id": "s", "title": "10h"}]}]}}
        for whole in (text_to(ANNA), template, buttons_to(ANNA, ["OUI"]),
                      buttons_to(ANNA, ["OUI"]) | {"interactive": rows}):
            for path in self.places(whole):
                for odd in self.ODD:
                    body = copy.deepcopy(whole)
                    inner = body
                    for key in path[:-1]:
                        inner = inner[key]
                    inner[path[-1]] = odd
                    with self.subTest(path=path, odd=odd):
                        self.judge(body, state)

    def test_half_a_surrogate_pair_is_no_body(self):
        self.assertIsNone(checks.parse_body(rb'{"to": "\ud83d"}'))
        self.assertIsNotNone(checks.parse_body(rb'{"to": "\ud83d\udc4d"}'))


class Window(Running):
    options = {"window_closed": [WA_ID], "not_on_whatsapp": ["237691234567"]}

    def test_outside_the_window_a_200_is_followed_by_failed(self):
        status, answer = self.fake.send(text_to(ANNA, attempt="a-1"))
        self.assertEqual(status, 200)
        wait_until(lambda: statuses(self.sink), what="the failed webhook")
        self.assertEqual(statuses(self.sink), [("failed", answer["messages"][0]["id"], "a-1")])
        error = json.loads(self.sink.received[0][1])["entry"][0]["changes"][0]["value"][
            "statuses"][0]["errors"][0]
        self.assertEqual(error["code"], 131047)

    def test_writing_opens_it_for_a_day(self):
        self.fake.inbound(WA_ID, type="button_reply", id="accept:42", title="OUI")
        self.fake.settings(window_answer="sync")
        self.assertEqual(self.fake.send(text_to(ANNA))[0], 200)
        self.fake.call("POST", "clock", {"advance": 24 * 3600 + 1})
        self.refused(text_to(ANNA), 131047, 400)

    def test_not_on_whatsapp(self):
        self.fake.settings(window_answer="sync")
        self.refused(text_to("+237691234567"), 131026, 400)


class Signatures(unittest.TestCase):
    def test_the_published_vector(self):
        value, _ = inbound_value(State(Settings()), {
            "from": WA_ID, "type": "text", "text": "OUI 👍 https://djobea.ai/r/42",
            "name": "Joséphine", "timestamp": 1763719200,
            "wamid": "wamid.HBgMMjM3NjkxOTI0MTczFQIAEhgUM0E0QTY1OTlBRUUwMzgxMDE0NDAA"})
        body = escaped(envelope(Settings(), [value]))
        self.assertEqual(len(body), 515)
        self.assertIn(rb"Jos\u00e9phine", body)
        self.assertIn(rb"\ud83d\udc4d https:\/\/djobea.ai\/r\/42", body)
        self.assertEqual(
            signature("appsecret123", body),
            "sha256=3f869eec9208acaf95c609a4f894468cadbb276b5bf44bf131ef4cae13fdacb4")


class WebhookTraffic(Running):
    options = {"delays": "sent=0,delivered=0.01,read=0.01", "app_secret": "s3"}

    def send(self, attempt="a-1"):
        return self.fake.send(text_to(ANNA, attempt=attempt))[1]["messages"][0]["id"]

    def names(self, count):
        wait_until(lambda: len(statuses(self.sink)) >= count, what=f"{count} statuses")
        return [s[0] for s in statuses(self.sink)]

    def test_statuses_in_order_signed_over_the_bytes(self):
        wamid = self.send()
        self.assertEqual(self.names(3), ["sent", "delivered", "read"])
        self.assertEqual(statuses(self.sink)[0][1:], (wamid, "a-1"))
        for headers, body in self.sink.received:
            good = "sha256=" + hmac.new(b"s3", body, hashlib.sha256).hexdigest()
            self.assertEqual(headers["X-Hub-Signature-256"], good)
        status = json.loads(self.sink.received[0][1])["entry"][0]["changes"][0]["value"][
            "statuses"][0]
        self.assertIsInstance(status["timestamp"], str)
        self.assertEqual(status["recipient_id"], WA_ID)

    def test_repeated_until_answered_200(self):
        self.sink.answers = [500, 503]
        self.send()
        names = self.names(5)
        self.assertEqual(sorted(names), ["delivered", "delivered", "read", "sent", "sent"])
        bodies = [body for _, body in self.sink.received]
        self.assertEqual(len(set(bodies)), 3)  # a repeat is the same bytes again
        self.assertGreaterEqual(self.fake.counters()["webhooks"]["retried"], 2)

    def test_duplicate_and_drop_delivered(self):
        self.fake.switches(duplicate=True, drop_delivered=True)
        self.send()
        self.assertEqual(self.names(4), ["sent", "sent", "read", "read"])

    def test_batch_puts_several_into_one_post(self):
        self.fake.switches(batch=True)
        self.send("a-1")
        self.send("a-2")
        self.names(6)
        self.assertLess(len(self.sink.received), 6)

    def test_shuffle_keeps_all(self):
        self.fake.switches(shuffle=True)
        for i in range(5):
            self.send(f"a-{i}")
        names = self.names(15)
        self.assertEqual(sorted(names), ["delivered"] * 5 + ["read"] * 5 + ["sent"] * 5)
        self.assertNotEqual(names, ["sent", "delivered", "read"] * 5)

    def test_failed_after_sent_and_wrong_signature(self):
        self.fake.switches(failed_after_sent=131049, wrong_signature=True)
        self.send()
        self.assertEqual(self.names(2), ["sent", "failed"])
        headers, body = self.sink.received[0]
        self.assertNotEqual(headers["X-Hub-Signature-256"],
                            "sha256=" + hmac.new(b"s3", body, hashlib.sha256).hexdigest())

    def test_verification_needs_the_challenge_back(self):
        self.assertTrue(self.fake.call("POST", "verify")["ok"])

    def test_a_late_status_by_hand(self):
        self.fake.settings(delays={"sent": None, "delivered": None, "read": None})
        self.send()
        self.fake.status(attempt="a-1", status="read")
        self.assertEqual(self.names(1), ["read"])

    def test_every_shape_of_answer(self):
        self.fake.inbound(WA_ID, type="button", payload="accept:42", text="OUI", context="wamid.x")
        self.fake.inbound(WA_ID, type="list_reply", id="slot:1", title="10h", description="B")
        self.fake.inbound(WA_ID, text="oui")
        wait_until(lambda: len(self.sink.received) == 3, what="three inbound webhooks")
        found = {}
        for _, body in self.sink.received:
            value = json.loads(body)["entry"][0]["changes"][0]["value"]
            found[value["messages"][0]["type"]] = value["messages"][0]
            self.assertEqual(value["contacts"][0]["wa_id"], WA_ID)
        self.assertEqual(found["button"]["button"], {"payload": "accept:42", "text": "OUI"})
        self.assertEqual(found["button"]["context"]["id"], "wamid.x")
        self.assertEqual(found["interactive"]["interactive"]["list_reply"]["description"], "B")
        self.assertEqual(found["text"]["text"], {"body": "oui"})


class BrokenCallbacks(unittest.TestCase):
    def test_a_malformed_callback_answer_is_one_failed_try(self):
        class Nonsense:
            async def request(self, *_):
                raise ValueError("status line without a number")

        state = State(Settings(webhook_url="http://127.0.0.1:1/hook"))

        async def post():
            webhooks = Webhooks(state, Nonsense())
            return await webhooks.try_once(b"{}", 1), webhooks.posts[-1]["status"]

        self.assertEqual(asyncio.run(post()), (False, 0))


class ArmedFaults(Running):
    def test_next_every_and_matchers(self):
        self.fake.arm(to=WA_ID, type="text", next=2, error=130429, status=429,
                      headers={"Retry-After": "7"})
        self.assertEqual(self.fake.send(text_to("+237691234567"))[0], 200)
        self.refused(text_to(ANNA), 130429, 429)
        self.assertEqual(self.fake.last_headers["Retry-After"], "7")
        self.refused(text_to(ANNA), 130429, 429)
        self.assertEqual(self.fake.send(text_to(ANNA))[0], 200)
        self.fake.disarm()
        self.fake.arm(every=3, error=131016)
        self.assertEqual([self.fake.send(text_to(ANNA))[0] for _ in range(6)],
                         [200, 200, 500, 200, 200, 500])

    def test_cut_connections(self):
        for close, recorded in (("before", 0), ("after", 1)):
            number = f"+23769100000{recorded}"
            self.fake.arm(to=number, close=close)
            with self.assertRaises((http.client.HTTPException, ConnectionError)):
                self.fake.send(text_to(number))
            self.assertEqual(len(self.fake.messages(number)), recorded)

    def test_broken_answers(self):
        self.fake.arm(next=1, body="half")
        with self.assertRaises(http.client.IncompleteRead):
            self.fake.send(text_to(ANNA))
        for body, status in (("garbage", 200), ("html", 502)):
            self.fake.arm(next=1, body=body)
            with self.assertRaises(ValueError):
                self.fake.send(text_to(ANNA))
            self.assertEqual(self.fake.requests(WA_ID)[-1]["answer"], status)
        self.assertEqual(len(self.fake.messages(WA_ID)), 2)

    def test_a_failed_webhook_and_a_refused_spec(self):
        self.fake.arm(next=1, failed=131026)
        self.assertEqual(self.fake.send(text_to(ANNA))[0], 200)
        wait_until(lambda: statuses(self.sink), what="the failed webhook")
        self.assertEqual(statuses(self.sink)[0][0], "failed")
        for wrong in ({}, {"error": 1, "close": "after"}, {"eror": 1}, {"error": 1, "next": 0}):
            with self.assertRaises(ValueError):
                self.fake.arm(**wrong)


class RecordAndPage(unittest.TestCase):
    def test_the_record_is_written_before_the_answer(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "record.jsonl")
            with FakeWhatsApp(record=path) as fake:
                fake.send(text_to(ANNA, "Été", attempt="n-1.whatsapp.1"))
                entry = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
        self.assertEqual((entry["attempt"], entry["to"], entry["text"]),
                         ("n-1.whatsapp.1", WA_ID, "Été"))

    def test_the_page_is_self_contained(self):
        with FakeWhatsApp() as fake:
            connection = http.client.HTTPConnection("127.0.0.1", fake.port)
            connection.request("GET", "/")
            answer = connection.getresponse()
            html = answer.read().decode()
            connection.close()
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        for foreign in ("http://", "https://", "innerHTML", "src="):
            self.assertNotIn(foreign, html)


if __name__ == "__main__":
    unittest.main()
