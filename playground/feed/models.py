from django.conf import settings
from django.db import models
from django.templatetags.static import static


class Post(models.Model):
    author = models.ForeignKey('people.Profile', models.CASCADE, related_name='posts')
    text = models.TextField(max_length=500)
    picture = models.CharField(max_length=80, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    likes = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name='liked_posts', blank=True)

    class Meta:
        ordering = ['-created', '-id']

    def __str__(self):
        return self.text[:60]

    def as_json(self, user=None):
        """The post as the API and the activity feed give it."""
        likers = {liker.pk for liker in self.likes.all()}
        return {
            'id': self.pk,
            'author': self.author.as_json(),
            'text': self.text,
            'picture': static(self.picture) if self.picture else None,
            'created': self.created.isoformat(),
            'likes': len(likers),
            'liked': user is not None and user.pk in likers,
        }
