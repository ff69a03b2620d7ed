"""admin: Django's own."""

from django.contrib import admin
from django.urls import path

from .common import Favicon

admin.site.site_header = 'Drund administration'
admin.site.site_title = 'Drund'

urlpatterns = [path('favicon.ico', Favicon.as_view()), path('', admin.site.urls)]
