"""Which part of the site a host is."""

from django.conf import settings
from django.http.request import split_domain_port

URLCONFS = {
    '': 'drund.urls.apex',
    'www': 'drund.urls.www',
    'api': 'drund.urls.api',
    'admin': 'drund.urls.admin',
    'cdn': 'drund.urls.cdn',
}


def subdomain(request):
    """The part of the host before the domain: 'www', '' for the apex, None for a foreign host."""
    host, _port = split_domain_port(request.get_host())
    if host == settings.DOMAIN:
        return ''
    if host.endswith('.' + settings.DOMAIN):
        return host[: -len(settings.DOMAIN) - 1]
    return None


def domain_of(request):
    """The domain with the port the visitor uses, for links from one host to another."""
    _host, port = split_domain_port(request.get_host())
    return f'{settings.DOMAIN}:{port}' if port else settings.DOMAIN


class HostsMiddleware:
    """Gives each host its own urls; any name below the domain that is none of them is a member's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        name = subdomain(request)
        request.subdomain = name
        if name is not None:
            request.urlconf = URLCONFS.get(name, 'drund.urls.member')
        return self.get_response(request)
