"""A member's own host: anna.drund.localhost."""

from django.urls import path

from people import views as people

from .common import urlpatterns as common

urlpatterns = [path('', people.member, name='member'), *common]
