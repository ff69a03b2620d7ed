"""``TEST_RUNNER = 'kovu_django.runner.KovuTestRunner'``: ``manage.py test`` with static files as they are in production."""

import sys

from django.test.runner import DiscoverRunner
from django.test.utils import override_settings

from .build import BuildFailed, ensure_built

FINDER = "kovu_django.finders.PublishedFinder"


def published_settings():
    """Settings under which StaticLiveServerTestCase serves what was built."""
    from django.conf import settings

    finders = [name for name in settings.STATICFILES_FINDERS if name != FINDER]
    return override_settings(STATICFILES_FINDERS=[*finders, FINDER])


class KovuTestRunner(DiscoverRunner):
    """Builds once before the tests, and only when something has changed."""

    def setup_test_environment(self, **kwargs):
        super().setup_test_environment(**kwargs)
        try:
            ensure_built()
        except BuildFailed as error:
            sys.exit("Static files could not be built.\n%s" % error)
        self._published = published_settings()
        self._published.enable()

    def teardown_test_environment(self, **kwargs):
        self._published.disable()
        super().teardown_test_environment(**kwargs)
