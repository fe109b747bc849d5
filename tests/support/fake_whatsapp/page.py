"""The page at /: the phones, live. All text goes in as text nodes; nothing comes from elsewhere."""

import base64
import hashlib
import pathlib

from .wire import Response

FOLDER = pathlib.Path(__file__).parent


def page():
    style = (FOLDER / "page.css").read_text(encoding="utf-8")
    script = (FOLDER / "page.js").read_text(encoding="utf-8")
    html = ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Fake WhatsApp</title><style>{style}</style></head><body>"
            '<header><h1>Fake WhatsApp</h1><p id="note">What arrived, per number. '
            "✓ sent, ✓✓ delivered, blue: read.</p></header>"
            f'<main id="phones"></main><script>{script}</script></body></html>')
    policy = (f"default-src 'none'; connect-src 'self'; style-src '{source(style)}'; "
              f"script-src '{source(script)}'; base-uri 'none'; form-action 'none'")
    return Response(200, html.encode(), {"Content-Security-Policy": policy,
                                         "X-Content-Type-Options": "nosniff",
                                         "Cache-Control": "no-store"}, "text/html; charset=utf-8")


def source(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
