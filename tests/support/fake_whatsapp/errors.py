"""The provider's error codes: default HTTP status and title, and the body of an error answer."""

import json
import secrets

# code: (HTTP status where the answer is synchronous, title)
CODES = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (429, "API Too Many Calls"),
    10: (403, "API Permission Denied"),
    33: (400, "Parameter value is not valid"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (429, "Rate limit issues"),
    130403: (400, "Business blocked user"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "Display name approval needed"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (429, "Spam rate limit hit"),
    131049: (400, "Message not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (429, "Pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    132000: (400, "Template param count mismatch"),
    132001: (404, "Template does not exist"),
    132005: (400, "Template hydrated text too long"),
    132007: (400, "Template format character policy violated"),
    132012: (400, "Template parameter format mismatch"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    132018: (400, "Template parameter problem"),
    133000: (500, "Incomplete deregistration"),
    133004: (503, "Server temporarily unavailable"),
    133010: (400, "Phone number not registered"),
    135000: (400, "Generic user error"),
}

DETAILS = {
    130429: "Cloud API message throughput has been reached.",
    131026: "Message undeliverable.",
    131047: "Message failed to send because more than 24 hours have passed since the customer last "
            "replied to this number.",
    131056: "Message failed to send because there were too many messages sent from this phone "
            "number to the same phone number in a short period of time.",
}

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class Refusal(Exception):
    """A send is refused: what the error answer says. `status` None means the code's own."""

    def __init__(self, code, details=None, status=None, subcode=None, message=None, kind=None,
                 headers=None):
        super().__init__(code, details)
        self.code = code
        self.details = details or DETAILS.get(code)
        self.status = status or CODES.get(code, (400, ""))[0]
        self.subcode = subcode
        self.message = message or f"(#{code}) {title(code)}"
        self.kind = kind or "OAuthException"
        self.headers = headers or {}

    def body(self):
        """The Graph error object as JSON bytes. Graph-level and login errors carry no error_data."""
        error = {"message": self.message, "type": self.kind, "code": self.code}
        if self.details and self.code not in (0, 190) and self.subcode != 33:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = "A" + secrets.token_urlsafe(16)
        return json.dumps({"error": error}).encode()


def title(code):
    return CODES.get(code, (400, "Unknown error"))[1]


def webhook_error(code):
    """One entry of `errors` in a `failed` status."""
    return {"code": code, "title": title(code), "message": title(code),
            "error_data": {"details": DETAILS.get(code, title(code))}, "href": HREF}
