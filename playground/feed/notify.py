"""Tells the activity process about new posts."""

import http.client
import json

from django.conf import settings


def publish(post):
    """Sends a new post to every open page. A feed that is down is no reason to refuse a post."""
    try:
        connection = http.client.HTTPConnection('127.0.0.1', settings.ACTIVITY_PORT, timeout=1)
        connection.request(
            'POST',
            '/publish',
            json.dumps({'type': 'post', 'post': post.as_json()}),
            {'Content-Type': 'application/json'},
        )
        connection.getresponse().read()
        connection.close()
    except OSError:
        pass
