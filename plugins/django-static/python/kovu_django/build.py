"""Builds static files when something that they are made from has changed."""

import hashlib
import json
import os
import shlex
import subprocess

SKIPPED = {"node_modules", "__pycache__", "venv", "staticroot"}
CONFIG = ("vite.config", "kovu.config", "package-lock.json", "package.json")


class BuildFailed(Exception):
    """The build of static files failed: what it said is the message."""


def project_root():
    """KOVU_ROOT, else the nearest folder from here upwards that has a Vite config or a manage.py."""
    given = os.environ.get("KOVU_ROOT")
    if given:
        return os.path.abspath(given)
    here = os.getcwd()
    while True:
        names = os.listdir(here)
        if "manage.py" in names or any(name.startswith(CONFIG[:2]) for name in names):
            return here
        above = os.path.dirname(here)
        if above == here:
            return os.getcwd()
        here = above


def command():
    """KOVU_BUILD, else ``npx --no-install kovu static``."""
    return shlex.split(os.environ.get("KOVU_BUILD") or "npx --no-install kovu static")


def input_files(root):
    """Every file that a build may read: static folders, templates, Python files, and the bundler's configuration."""
    from django.conf import settings
    from django.contrib.staticfiles import finders

    folders = {root}
    for finder in finders.get_finders():
        for storage in getattr(finder, "storages", {}).values():
            folders.add(os.path.abspath(storage.location))
    for engine in settings.TEMPLATES:
        folders.update(os.path.abspath(str(path)) for path in engine.get("DIRS") or [])
    published = os.path.abspath(
        str(settings.STATIC_ROOT or os.path.join(root, "staticroot"))
    )
    seen = set()
    for folder in sorted(folders):
        for place, names, files in os.walk(folder):
            names[:] = [
                name
                for name in names
                if name not in SKIPPED
                and not name.startswith(".")
                and os.path.join(place, name) != published
                and not os.path.exists(os.path.join(place, name, "pyvenv.cfg"))
            ]
            for name in files:
                file = os.path.join(place, name)
                if file not in seen and not name.endswith((".pyc", ".sqlite3")):
                    seen.add(file)
                    yield file


def stamps(root):
    """Size and time of each input: as long as they are the same, no content is read."""
    table = {}
    for file in input_files(root):
        try:
            stat = os.stat(file)
        except OSError:
            continue
        table[file] = [stat.st_size, stat.st_mtime_ns]
    return table


def digest_of(files):
    """Digest of the contents, with the names."""
    total = hashlib.sha256()
    for file in sorted(files):
        with open(file, "rb") as stream:
            content = hashlib.sha256(stream.read()).hexdigest()
        total.update(("%s %s\n" % (file, content)).encode("utf-8", "surrogateescape"))
    return total.hexdigest()


def ensure_built():
    """Builds unless the last build was of the same contents and is still there.

    Returns True when it built. Raises BuildFailed with the build's own words when it fails: nothing is remembered then, and
    the next run tries again.
    """
    from django.conf import settings

    root = project_root()
    kept = os.path.join(root, "node_modules", ".kovu", "test-build.json")
    manifest = os.path.join(str(settings.STATIC_ROOT or ""), "staticfiles.json")
    try:
        with open(kept, encoding="utf-8") as stream:
            last = json.load(stream)
    except (OSError, ValueError):
        last = {}
    now = stamps(root)
    is_there = os.path.exists(manifest)
    if is_there and last.get("stamps") == now:
        return False
    digest = digest_of(now)
    built = not (is_there and last.get("digest") == digest)
    if built:
        build(root)
        if not os.path.exists(manifest):
            raise BuildFailed(
                "%s ended well, but there is no %s." % (" ".join(command()), manifest)
            )
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    with open(kept + ".tmp", "w", encoding="utf-8") as stream:
        json.dump({"digest": digest, "stamps": now}, stream)
    os.replace(kept + ".tmp", kept)
    return built


def build(root):
    """Runs the build."""
    argv = command()
    try:
        done = subprocess.run(
            argv, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except OSError as error:
        raise BuildFailed(
            "%s does not start (%s). Install the packages (npm ci), or set KOVU_BUILD."
            % (argv[0], error)
        ) from error
    if done.returncode != 0:
        said = done.stdout.decode("utf-8", "replace")
        raise BuildFailed("%s failed:\n%s" % (" ".join(argv), said))
