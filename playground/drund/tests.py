from django.test import SimpleTestCase

from .cors import is_own_origin
from .testing import SiteTestCase


class HostTests(SiteTestCase):
    def test_each_host_has_urls_of_its_own(self):
        for host, path, template in [
            ('www.', '/', 'home.html'),
            ('www.', '/u/anna/', 'profile.html'),
            ('anna.', '/', 'profile.html'),
            ('', '/', 'welcome.html'),
        ]:
            with self.subTest(host=host, path=path):
                self.assertTemplateUsed(self.get(host, path), template)

    def test_a_name_that_is_no_member_is_not_found(self):
        self.assertEqual(self.get('nobody.', '/').status_code, 404)

    def test_links_carry_the_port_of_the_request(self):
        page = self.get('www.', '/').content.decode()
        self.assertIn('//www.drund.localhost:8443/login/', page)
        self.assertIn("api: '//api.drund.localhost:8443'", page)

    def test_the_admin_is_on_its_own_host(self):
        self.assertRedirects(self.get('admin.', '/'), '/login/?next=/', fetch_redirect_response=False)
        self.assertEqual(self.get('www.', '/feed/').status_code, 404)

    def test_the_catalogue_answers_with_and_without_suffix(self):
        for path in ['/jsi18n/', '/jsi18n/.js']:
            self.assertContains(self.get('www.', path), 'gettext')


class CorsTests(SiteTestCase):
    def test_pages_of_our_hosts_may_ask_the_api_with_cookies(self):
        origin = 'https://www.drund.localhost:8443'
        answer = self.get('api.', '/me', origin=origin)
        self.assertEqual(answer['Access-Control-Allow-Origin'], origin)
        self.assertEqual(answer['Access-Control-Allow-Credentials'], 'true')

    def test_foreign_pages_may_not(self):
        answer = self.get('api.', '/me', origin='https://drund.localhost.example')
        self.assertNotIn('Access-Control-Allow-Origin', answer)

    def test_a_preflight_is_answered(self):
        answer = self.client.options(
            '/posts',
            headers={
                'host': 'api.drund.localhost',
                'origin': 'https://www.drund.localhost',
                'access-control-request-method': 'POST',
            },
        )
        self.assertEqual(answer.status_code, 204)
        self.assertIn('POST', answer['Access-Control-Allow-Methods'])


class OriginTests(SimpleTestCase):
    def test_only_the_domain_and_what_is_below_it(self):
        for origin, own in [
            ('https://drund.localhost', True),
            ('https://www.drund.localhost:8443', True),
            ('https://evildrund.localhost', False),
            ('null', False),
            (None, False),
        ]:
            with self.subTest(origin=origin):
                self.assertIs(is_own_origin(origin), own)
