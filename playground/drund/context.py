"""What every template may use."""

from .hosts import domain_of


def site(request):
    return {'domain': domain_of(request)}
