"""Twilio's error codes as far as the fake tells them: HTTP status where synchronous, and text."""

import json

# code: (HTTP status where the answer is synchronous, message)
CODES = {
    20001: (400, "Unknown parameters"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    20503: (503, "Service Unavailable"),
    21211: (400, "The 'To' number is not a valid phone number."),
    21602: (400, "Message body or media URLs must be specified."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21608: (400, "The number is unverified. Trial accounts cannot send messages to unverified "
                 "numbers."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    21654: (400, "ContentSid Required"),
    21655: (400, "The ContentSid is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
    63015: (400, "Channel Sandbox can only send messages to phone numbers that have joined the "
                 "Sandbox"),
    63016: (400, "Failed to send freeform message because you are outside the allowed window. Please "
                 "use a Template."),
    63018: (429, "Rate limit exceeded for Channel"),
    63028: (400, "Number of parameters provided does not match the expected number of parameters"),
    63038: (429, "Account exceeded the daily messages limit"),
}


class TwilioRefusal(Exception):
    """A send is refused; `status` None means the code's own."""

    def __init__(self, code, message=None, status=None, headers=None):
        super().__init__(code, message)
        self.code = code
        self.status = status or CODES.get(code, (400, ""))[0]
        self.message = message or CODES.get(code, (400, "Something is wrong"))[1]
        self.headers = headers or {}

    def body(self):
        return json.dumps({"code": self.code, "message": self.message,
                           "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
                           "status": self.status}).encode()
