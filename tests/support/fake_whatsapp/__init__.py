"""A local stand-in for the WhatsApp Business Cloud API and for Twilio, for tests and demo.

It answers sends, checks them in the provider's order, posts signed webhooks, simulates the people
behind the numbers, and can be told to fail. It speaks to the loopback only and sends nothing out.
"""
