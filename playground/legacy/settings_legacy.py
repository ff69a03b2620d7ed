"""The site's settings for `make static`: everything comes from the tree that r.js left."""

from drund.settings import *
from drund.settings import BASE_DIR

STATICFILES_DIRS = [BASE_DIR / 'legacy' / 'build' / 'optimized']
STATICFILES_FINDERS = ['django.contrib.staticfiles.finders.FileSystemFinder']
