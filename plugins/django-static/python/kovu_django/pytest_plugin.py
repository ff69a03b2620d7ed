"""``-p kovu_django.pytest_plugin`` (or ``pip install`` of this folder): the fixture ``kovu_static``."""

import pytest


@pytest.fixture(scope="session")
def kovu_static():
    """Builds static files once, when something has changed, and lets live servers find them. A failed build fails the test."""
    from .build import BuildFailed, ensure_built
    from .runner import published_settings

    try:
        ensure_built()
    except BuildFailed as error:
        pytest.fail("Static files could not be built.\n%s" % error, pytrace=False)
    with published_settings():
        yield
