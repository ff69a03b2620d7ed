import json

from drund.testing import SiteTestCase

from .models import Post

OUR_PAGE = {'origin': 'https://www.drund.localhost:8443'}


class PostFormTests(SiteTestCase):
    def test_a_visitor_has_to_sign_in(self):
        self.assertRedirects(
            self.post('www.', '/post/', {'text': 'hello'}),
            '/login/?next=/post/',
            fetch_redirect_response=False,
        )

    def test_a_post_is_taken_although_the_activity_feed_is_down(self):
        self.client.force_login(self.anna.user)
        self.assertRedirects(
            self.post('www.', '/post/', {'text': 'hello'}), '/', fetch_redirect_response=False
        )
        self.assertEqual(Post.objects.get().text, 'hello')

    def test_a_script_gets_the_post_as_json(self):
        self.client.force_login(self.anna.user)
        ajax = {'x-requested-with': 'XMLHttpRequest'}
        answer = self.post('www.', '/post/', {'text': 'hello'}, headers=ajax)
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(answer.json()['post']['author']['name'], 'Anna Lindqvist')
        self.assertEqual(self.post('www.', '/post/', {'text': ''}, headers=ajax).status_code, 422)


class ApiTests(SiteTestCase):
    def create(self, **headers):
        return self.post(
            'api.', '/posts', json.dumps({'text': 'by API'}), headers, content_type='application/json'
        )

    def test_writing_needs_a_session_and_an_origin_of_ours(self):
        self.assertEqual(self.create(**OUR_PAGE).status_code, 401)
        self.client.force_login(self.anna.user)
        self.assertEqual(self.create().status_code, 403)
        self.assertEqual(self.create(origin='https://elsewhere.example').status_code, 403)
        self.assertEqual(self.create(**OUR_PAGE).status_code, 201)

    def test_posts_come_newest_first_and_by_author(self):
        for text in ['first', 'second']:
            Post.objects.create(author=self.anna, text=text)
        posts = self.get('api.', '/posts').json()['posts']
        self.assertEqual([post['text'] for post in posts], ['second', 'first'])
        self.assertEqual(self.get('api.', '/posts?author=ben').json()['posts'], [])

    def test_a_like_is_given_and_taken_back(self):
        post = Post.objects.create(author=self.anna, text='like me')
        self.client.force_login(self.anna.user)
        for expected in [1, 0]:
            answer = self.post('api.', f'/posts/{post.pk}/like', headers=OUR_PAGE)
            self.assertEqual(answer.json()['post']['likes'], expected)
