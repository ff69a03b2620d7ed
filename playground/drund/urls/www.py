"""www: the site itself."""

from django.contrib.auth import views as auth
from django.urls import path

from feed import views as feed
from people import views as people

from .common import urlpatterns as common

urlpatterns = [
    path('', feed.home, name='home'),
    path('post/', feed.post, name='post'),
    path('u/<slug:username>/', people.profile, name='profile'),
    path('login/', auth.LoginView.as_view(template_name='login.html'), name='login'),
    path('logout/', auth.LogoutView.as_view(), name='logout'),
    path('widget/', feed.widget, name='widget'),
    path('plain/', feed.plain, name='plain'),
    path('classic/', feed.classic, name='classic'),
    *common,
]
