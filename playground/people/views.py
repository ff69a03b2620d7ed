from django.shortcuts import get_object_or_404, render

from .models import Profile


def profile(request, username):
    """A member's page on www."""
    member = get_object_or_404(Profile.objects.select_related('user'), user__username=username)
    return render(request, 'profile.html', {'member': member})


def member(request):
    """The same page on the member's own host."""
    return profile(request, request.subdomain)


def welcome(request):
    """The front door, on the domain itself."""
    members = Profile.objects.select_related('user').exclude(title='').order_by('user__username')
    return render(request, 'welcome.html', {'members': members})
