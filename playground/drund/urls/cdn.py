"""cdn: static files. In production the web server answers here; in development Django can."""

from django.conf import settings
from django.contrib.staticfiles.views import serve
from django.urls import re_path

urlpatterns = []
if settings.DEBUG:
    urlpatterns = [re_path(r'^static/(?P<path>.*)$', serve)]
