"""What the tests of all apps share."""

from django.conf import settings
from django.contrib.auth.models import User
from django.test import TestCase, override_settings

from people.models import Profile

PLAIN_NAMES = {
    **settings.STORAGES,
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.StaticFilesStorage'},
}


@override_settings(STORAGES=PLAIN_NAMES, ALLOWED_HOSTS=['.drund.localhost'], ACTIVITY_PORT=9)
class SiteTestCase(TestCase):
    """A test that asks hosts of the site; nothing listens on the activity port."""

    @classmethod
    def setUpTestData(cls):
        cls.anna = Profile.objects.create(
            user=User.objects.create_user('anna', password='anna', first_name='Anna', last_name='Lindqvist'),
            title='Boat builder',
        )

    def get(self, host, path, **headers):
        return self.client.get(path, headers={'host': f'{host}drund.localhost:8443', **headers})

    def post(self, host, path, data=None, headers=None, **options):
        return self.client.post(
            path, data, headers={'host': f'{host}drund.localhost:8443', **(headers or {})}, **options
        )
