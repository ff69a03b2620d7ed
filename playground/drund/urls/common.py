"""What every host with pages answers."""

from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog


class Favicon(RedirectView):
    def get_redirect_url(self, *args, **kwargs):
        return staticfiles_storage.url('brand/favicon.svg')


urlpatterns = [
    path('i18n/', include('django.conf.urls.i18n')),
    # RequireJS puts .js behind the path.
    re_path(r'^jsi18n/(?:\.js)?$', JavaScriptCatalog.as_view(), name='javascript-catalog'),
    path('favicon.ico', Favicon.as_view()),
]
