from django.conf import settings
from django.db import models
from django.templatetags.static import static


class Profile(models.Model):
    """What a member shows of themselves."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    title = models.CharField(max_length=80, blank=True)
    town = models.CharField(max_length=80, blank=True)
    about = models.TextField(blank=True)
    picture = models.CharField(max_length=80, default='people/img/nobody.svg')
    follows = models.ManyToManyField('self', symmetrical=False, related_name='followers', blank=True)

    def __str__(self):
        return self.user.get_full_name() or self.user.username

    def as_json(self):
        """The member as the API and the pages know them."""
        return {
            'username': self.user.username,
            'name': str(self),
            'title': self.title,
            'town': self.town,
            'about': self.about,
            'avatar': static(self.picture),
            'followers': self.followers.count(),
            'following': self.follows.count(),
        }


def profile_of(user):
    """The profile of a signed-in user, made when there is none yet (staff made by createsuperuser)."""
    profile, _created = Profile.objects.get_or_create(user=user)
    return profile
