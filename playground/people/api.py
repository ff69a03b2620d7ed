from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from .models import Profile, profile_of


@require_GET
def me(request):
    """Who the session cookie belongs to."""
    user = profile_of(request.user).as_json() if request.user.is_authenticated else None
    return JsonResponse({'user': user})


@require_GET
def users(request):
    """Everybody, for the suggestions."""
    profiles = Profile.objects.select_related('user').exclude(title='').order_by('user__username')
    return JsonResponse({'users': [profile.as_json() for profile in profiles]})


@require_GET
def user(request, username):
    profile = get_object_or_404(Profile, user__username=username)
    return JsonResponse({'user': profile.as_json()})
