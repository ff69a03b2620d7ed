"""Says on a page, and at the start of ``runserver``, what to start when Vite is not running."""

import json
import os
import socket
import time
from urllib.parse import urlsplit

from django.core.checks import Warning as CheckWarning

from .build import project_root

TEXT = "Vite is not running: its static files will not load. Start it with: %s"
_last = [0.0, ""]


def missing(hot_file):
    """What to start; '' while the server that wrote the hot file listens. Asks at most once a second.

    Behind the front nothing is asked: what brings the request is Vite itself.
    """
    if os.environ.get("KOVU_BEHIND_FRONT"):
        return ""
    if time.monotonic() - _last[0] > 1 or not _last[0]:
        _last[:] = [time.monotonic(), _probe(hot_file)]
    return _last[1]


def _probe(hot_file):
    try:
        with open(hot_file, encoding="utf-8") as stream:
            hot = json.load(stream)
        url = urlsplit(hot["url"])
        port = url.port or (443 if url.scheme == "https" else 80)
        with socket.create_connection((url.hostname, port), timeout=0.05):
            return ""
    except (OSError, ValueError, KeyError):
        return os.environ.get("KOVU_START") or "npx kovu testserver (or npx vite)"


def hot_file():
    """KOVU_HOT_FILE, else where Vite writes it: below the folder of vite.config or manage.py."""
    from django.conf import settings

    given = getattr(settings, "KOVU_HOT_FILE", "")
    return given or os.path.join(project_root(), "node_modules", ".kovu", "hot.json")


def check_vite(app_configs, **kwargs):
    """A system check: a warning, so that nothing is kept from starting."""
    command = missing(hot_file())
    return [CheckWarning(TEXT % command, id="kovu.W001")] if command else []


class ViteNotice:
    """Middleware: puts a line on top of HTML pages while Vite is down. Does nothing without DEBUG."""

    def __init__(self, get_response):
        from django.conf import settings
        from django.core.exceptions import MiddlewareNotUsed

        if not settings.DEBUG:
            raise MiddlewareNotUsed
        self.hot_file = hot_file()
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if response.streaming or not is_page or response.get("Content-Encoding"):
            return response
        command = missing(self.hot_file)
        at = response.content.find(b"<body")
        end = response.content.find(b">", at) + 1
        if command and at >= 0 and end > 0:
            style = "background:#b00;color:#fff;padding:.5em;font:14px sans-serif"
            line = '<div style="%s">%s</div>' % (style, TEXT % command)
            response.content = (
                response.content[:end] + line.encode() + response.content[end:]
            )
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response
