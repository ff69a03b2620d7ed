"""api: JSON for our own pages."""

from django.urls import path

from feed import api as feed
from people import api as people

urlpatterns = [
    path('me', people.me),
    path('users', people.users),
    path('users/<slug:username>', people.user),
    path('posts', feed.posts),
    path('posts/<int:pk>/like', feed.like),
]
