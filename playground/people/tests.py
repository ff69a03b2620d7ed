import gettext
import io

from django.core.management import call_command
from django.test import SimpleTestCase

from drund.testing import SiteTestCase
from feed.models import Post

from .management.commands.makemo import read_po, write_mo
from .models import Profile

PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

# A comment.
msgid "Close"
msgstr "Schließen"

msgctxt "a day"
msgid "May"
msgstr "Mai"

msgid "%d post"
msgid_plural "%d posts"
msgstr[0] "%d Beitrag"
msgstr[1] "%d "
"Beiträge"

msgid "untranslated"
msgstr ""
"""


class MakeMoTests(SimpleTestCase):
    def test_the_python_library_reads_what_it_writes(self):
        catalogue = gettext.GNUTranslations(io.BytesIO(write_mo(read_po(PO))))
        self.assertEqual(catalogue.gettext('Close'), 'Schließen')
        self.assertEqual(catalogue.pgettext('a day', 'May'), 'Mai')
        self.assertEqual(catalogue.ngettext('%d post', '%d posts', 2), '%d Beiträge')
        self.assertEqual(catalogue.gettext('untranslated'), 'untranslated')


class SeedTests(SiteTestCase):
    def test_a_second_run_changes_nothing(self):
        call_command('seed', stdout=io.StringIO())
        before = Profile.objects.count(), Post.objects.count()
        call_command('seed', stdout=io.StringIO())
        self.assertEqual((Profile.objects.count(), Post.objects.count()), before)
        self.assertEqual(self.get('api.', '/users/emi').json()['user']['title'], 'Gardener')


class MeTests(SiteTestCase):
    def test_the_api_says_who_the_cookie_belongs_to(self):
        self.assertIsNone(self.get('api.', '/me').json()['user'])
        self.client.force_login(self.anna.user)
        self.assertEqual(self.get('api.', '/me').json()['user']['username'], 'anna')
