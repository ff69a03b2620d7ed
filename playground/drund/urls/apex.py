"""The domain itself: the front door."""

from django.urls import path

from people import views as people

from .common import urlpatterns as common

urlpatterns = [path('', people.welcome, name='welcome'), *common]
