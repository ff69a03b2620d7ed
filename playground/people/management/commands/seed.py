"""Fills the database with demo data; a second run changes nothing."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from feed.models import Post
from people.models import Profile

PEOPLE = [
    (
        'anna',
        'Anna',
        'Lindqvist',
        'Boat builder',
        'Gothenburg',
        'Wood, tar and long evenings. I answer slowly in July.',
    ),
    ('ben', 'Ben', 'Okafor', 'Baker', 'Bristol', 'Up at four, asleep at nine. Sourdough, mostly.'),
    (
        'carla',
        'Carla',
        'Moretti',
        'Cartographer',
        'Turin',
        'Draws maps of places that do not mind being drawn.',
    ),
    (
        'dmitri',
        'Dmitri',
        'Volkov',
        'Piano tuner',
        'Riga',
        'Four hundred and forty hertz, give or take a beer.',
    ),
    ('emi', 'Emi', 'Tanaka', 'Gardener', 'Kyoto', 'Moss is a plant for patient people.'),
]

# Author, text, picture, age in minutes, who likes it.
POSTS = [
    (
        'emi',
        'Took four years: the moss has finally reached the third stone. :leaf:',
        '',
        5220,
        ['anna', 'carla', 'dmitri'],
    ),
    (
        'anna',
        'Last coat of varnish. If it rains before it is dry I shall take up knitting.',
        '',
        4210,
        ['emi'],
    ),
    ('dmitri', 'A concert grand, a damp church and two hours. We got there. :music:', '', 2890, ['ben']),
    (
        'carla',
        'New sheet finished: the lakes above Ivrea, 1:25 000. The little one has no name yet. Suggestions?',
        'feed/img/lake.svg',
        1510,
        ['anna', 'emi', 'ben'],
    ),
    (
        'ben',
        'Rye, caraway, and a crust you can hear from the street. Open until it is gone. :coffee:',
        '',
        192,
        ['anna'],
    ),
    (
        'anna',
        'She floats! Eleven winters of Saturdays, and she floats. :anchor:',
        'feed/img/boat.svg',
        34,
        ['ben', 'carla', 'dmitri', 'emi'],
    ),
    (
        'ben',
        'Congratulations @anna! There is a loaf with your name on it. Literally, I scored it.',
        '',
        12,
        ['anna', 'emi'],
    ),
]


def member(username, first, last, **flags):
    user, created = User.objects.get_or_create(
        username=username,
        defaults={'first_name': first, 'last_name': last, 'email': f'{username}@drund.example', **flags},
    )
    if created:
        user.set_password(username)
        user.save()
    return user


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        call_command('makemo', stdout=self.stdout)
        member('admin', 'Site', 'Admin', is_staff=True, is_superuser=True)
        profiles = {}
        for username, first, last, title, town, about in PEOPLE:
            profiles[username], _created = Profile.objects.get_or_create(
                user=member(username, first, last),
                defaults={
                    'title': title,
                    'town': town,
                    'about': about,
                    'picture': f'people/img/{username}.svg',
                },
            )
        if Post.objects.exists():
            self.stdout.write('demo data is there already')
            return
        for one in profiles.values():
            one.follows.set(
                [other for other in profiles.values() if other != one and (one.pk + other.pk) % 3]
            )
        for username, text, picture, age, likers in POSTS:
            post = Post.objects.create(author=profiles[username], text=text, picture=picture)
            post.likes.set([profiles[name].user for name in likers])
            Post.objects.filter(pk=post.pk).update(created=timezone.now() - timedelta(minutes=age))
        self.stdout.write(
            'demo data written: anna, ben, carla, dmitri, emi, and admin; each password is the name'
        )
