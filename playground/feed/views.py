from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from people.models import profile_of

from .forms import PostForm
from .models import Post
from .notify import publish


@ensure_csrf_cookie
def home(request):
    """The feed. What is in it comes from the API."""
    me = profile_of(request.user) if request.user.is_authenticated else None
    return render(request, 'home.html', {'me': me, 'post_count': me.posts.count() if me else 0})


@login_required
@require_POST
def post(request):
    """Takes the post form, from the page's script or from the bare form."""
    wants_json = request.headers.get('X-Requested-With') == 'XMLHttpRequest'
    form = PostForm(request.POST)
    if not form.is_valid():
        return JsonResponse({'errors': form.errors}, status=422) if wants_json else redirect('home')
    form.instance.author = profile_of(request.user)
    new = form.save()
    publish(new)
    if wants_json:
        return JsonResponse({'post': new.as_json(request.user)}, status=201)
    return redirect('home')


def widget(request):
    """The box that other sites embed: one file, with or without RequireJS on the page."""
    return render(request, 'widget.html')


def plain(request):
    """A page that loads RequireJS, the configuration and the common layer by hand."""
    return render(request, 'plain.html')


def classic(request):
    """The oldest page, and the newest: a global jQuery, and an ES module beside it."""
    return render(request, 'classic.html', {'posts': Post.objects.select_related('author__user')[:3]})
