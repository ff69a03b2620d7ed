"""The site's settings for `make collect`: plain copies, into the tree the old tools work in."""

from drund.settings import *
from drund.settings import BASE_DIR, STORAGES

STATIC_ROOT = BASE_DIR / 'legacy' / 'build' / 'static'
STORAGES = {
    **STORAGES,
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.StaticFilesStorage'},
}
