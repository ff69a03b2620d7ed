"""The API is asked by pages of the other hosts, with the visitor's cookie."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers


def is_own_origin(origin):
    """Is this Origin header one of our own hosts?"""
    host = urlsplit(origin or '').hostname or ''
    return host == settings.DOMAIN or host.endswith('.' + settings.DOMAIN)


class CorsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if getattr(request, 'subdomain', None) != 'api':
            return self.get_response(request)
        if request.method == 'OPTIONS' and 'Access-Control-Request-Method' in request.headers:
            response = HttpResponse(status=204)
        else:
            response = self.get_response(request)
        patch_vary_headers(response, ['Origin'])
        origin = request.headers.get('Origin')
        if is_own_origin(origin):
            response['Access-Control-Allow-Origin'] = origin
            response['Access-Control-Allow-Credentials'] = 'true'
            response['Access-Control-Allow-Methods'] = 'GET, POST, OPTIONS'
            response['Access-Control-Allow-Headers'] = 'Content-Type, X-Requested-With'
        return response
