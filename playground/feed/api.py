import json
from functools import wraps

from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from drund.cors import is_own_origin
from people.models import profile_of

from .forms import PostForm
from .models import Post
from .notify import publish


def from_our_pages(view):
    """Writing needs a session and an Origin of ours: the pages live on other hosts than this one."""

    @csrf_exempt
    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.method == 'POST':
            if not is_own_origin(request.headers.get('Origin')):
                return JsonResponse({'error': 'foreign origin'}, status=403)
            if not request.user.is_authenticated:
                return JsonResponse({'error': 'not signed in'}, status=401)
        return view(request, *args, **kwargs)

    return checked


@require_http_methods(['GET', 'POST'])
@from_our_pages
def posts(request):
    """The newest posts, of everybody or of one author; or a new one."""
    if request.method == 'POST':
        return create(request)
    found = Post.objects.select_related('author__user').prefetch_related('likes')
    if 'author' in request.GET:
        found = found.filter(author__user__username=request.GET['author'])
    user = request.user if request.user.is_authenticated else None
    return JsonResponse({'posts': [post.as_json(user) for post in found[:20]]})


def create(request):
    try:
        data = json.loads(request.body)
    except ValueError:
        return JsonResponse({'error': 'no JSON'}, status=400)
    form = PostForm(data if isinstance(data, dict) else {})
    if not form.is_valid():
        return JsonResponse({'errors': form.errors}, status=422)
    form.instance.author = profile_of(request.user)
    new = form.save()
    publish(new)
    return JsonResponse({'post': new.as_json(request.user)}, status=201)


@require_POST
@from_our_pages
def like(request, pk):
    """Likes a post, or takes the like back."""
    post = get_object_or_404(Post, pk=pk)
    if post.likes.filter(pk=request.user.pk).exists():
        post.likes.remove(request.user)
    else:
        post.likes.add(request.user)
    return JsonResponse({'post': post.as_json(request.user)})
