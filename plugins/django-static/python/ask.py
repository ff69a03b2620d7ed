"""What Kovu asks a Django project once: its finders and the settings that concern static files.

Run as ``python -c <this file> <sentinel>`` in the folder of manage.py, with DJANGO_SETTINGS_MODULE set. The answer is
one line of JSON between two sentinels, so that nothing a project prints while it starts can spoil it.
"""

import importlib
import json
import os
import sys

SENTINEL = sys.argv[1]
BEFORE = set(sys.modules)
PUBLISHED = "kovu_django.finders.PublishedFinder"
READ = set()


class Environment(type(os.environ)):
    """Takes down which variables the project reads: a change of one may change the answer."""

    def __getitem__(self, key):
        READ.add(key)
        return super().__getitem__(key)


os.environ.__class__ = Environment


def project_files():
    """Files of the project's own modules that Django needed to start: a change of one may change the answer."""
    files = set()
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if name in BEFORE or not path or not path.endswith(".py"):
            continue
        path = os.path.abspath(path)
        parts = path.split(os.sep)
        if "site-packages" in parts or "dist-packages" in parts:
            continue
        if path.startswith((sys.prefix + os.sep, sys.base_prefix + os.sep + "lib")):
            continue
        files.add(path)
    return sorted(files)


def storage_info(settings):
    """Of the class alone: a storage without a STATIC_ROOT cannot even be made."""
    from django.utils.module_loading import import_string

    storages = getattr(settings, "STORAGES", None)
    if storages is None:
        kind = import_string(settings.STATICFILES_STORAGE)
    else:
        kind = import_string(storages["staticfiles"]["BACKEND"])
    return {
        "name": "%s.%s" % (kind.__module__, kind.__qualname__),
        "manifest": any(base.__name__ == "ManifestFilesMixin" for base in kind.__mro__),
        "aggregation": bool(
            getattr(kind, "support_js_module_import_aggregation", False)
        ),
    }


def sqlite_files(settings):
    return [
        os.path.abspath(str(database["NAME"]))
        for database in settings.DATABASES.values()
        if database.get("ENGINE", "").endswith("sqlite3") and database.get("NAME")
    ]


def finder_info(finder, ignore_patterns):
    from django.apps import apps
    from django.contrib.staticfiles import finders

    kind = type(finder)
    info = {
        "name": "%s.%s" % (kind.__module__, kind.__qualname__),
        "roots": [],
        "files": None,
    }
    if info["name"] == PUBLISHED:
        # What Kovu has published is no source of anything.
        return info
    if kind is finders.FileSystemFinder:
        for prefix, root in finder.locations:
            storage = finder.storages[root]
            info["roots"].append(
                {
                    "dir": os.path.abspath(root),
                    "prefix": prefix or "",
                    # A root listed under two prefixes is collected under the last one only.
                    "collected": storage.prefix or "",
                }
            )
    elif kind is finders.AppDirectoriesFinder:
        for config in apps.get_app_configs():
            path = os.path.abspath(os.path.join(config.path, finder.source_dir))
            info["roots"].append({"dir": path, "prefix": "", "collected": ""})
    else:
        info["files"] = []
        for path, storage in finder.list(ignore_patterns):
            try:
                full = storage.path(path)
            except NotImplementedError:
                continue
            prefix = getattr(storage, "prefix", None)
            name = path.replace(os.sep, "/")
            info["files"].append(
                ["%s/%s" % (prefix, name) if prefix else name, os.path.abspath(full)]
            )
    return info


def template_info(engine):
    options = engine.get("OPTIONS") or {}
    return {
        "name": engine.get("NAME") or "",
        "backend": engine.get("BACKEND") or "",
        "dirs": [os.path.abspath(str(path)) for path in engine.get("DIRS") or []],
        "appDirs": bool(engine.get("APP_DIRS")),
        "loaders": "loaders" in options,
    }


def start(settings):
    """django.setup() without its logging, which may open files, and without what it imports for a script prefix of "/"."""
    from django.apps import apps

    if settings.FORCE_SCRIPT_NAME is not None:
        from django.urls import set_script_prefix

        set_script_prefix(settings.FORCE_SCRIPT_NAME)
    apps.populate(settings.INSTALLED_APPS)


def answer():
    import django
    from django.conf import settings

    from django.apps import apps

    start(settings)
    if not apps.is_installed("django.contrib.staticfiles"):
        return {"error": "nostaticfiles"}
    from django.contrib.staticfiles import finders

    config = apps.get_app_config("staticfiles")
    ignore_patterns = list(getattr(config, "ignore_patterns", None) or [])
    module = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    root = settings.STATIC_ROOT
    return {
        "django": django.get_version(),
        "python": "%d.%d.%d" % sys.version_info[:3],
        "settingsModule": os.environ["DJANGO_SETTINGS_MODULE"],
        "settingsFile": os.path.abspath(module.__file__)
        if getattr(module, "__file__", None)
        else None,
        "databases": sqlite_files(settings),
        "debug": bool(settings.DEBUG),
        "staticUrl": settings.STATIC_URL and str(settings.STATIC_URL),
        "staticRoot": os.path.abspath(str(root)) if root else None,
        "finders": [
            finder_info(finder, ignore_patterns) for finder in finders.get_finders()
        ],
        "ignorePatterns": ignore_patterns,
        "storage": storage_info(settings),
        "apps": [os.path.abspath(config.path) for config in apps.get_app_configs()],
        "installedApps": [config.name for config in apps.get_app_configs()],
        "templates": [template_info(engine) for engine in settings.TEMPLATES],
        "middleware": list(settings.MIDDLEWARE or []),
        "allowedHosts": list(settings.ALLOWED_HOSTS or []),
        "trustedOrigins": list(settings.CSRF_TRUSTED_ORIGINS or []),
        "proxyHeader": list(settings.SECURE_PROXY_SSL_HEADER)
        if settings.SECURE_PROXY_SSL_HEADER
        else None,
        "sslRedirect": bool(settings.SECURE_SSL_REDIRECT),
        "hstsSeconds": int(settings.SECURE_HSTS_SECONDS or 0),
        "sessionCookieDomain": settings.SESSION_COOKIE_DOMAIN,
        "csrfCookieDomain": settings.CSRF_COOKIE_DOMAIN,
        # Last: only now are the modules loaded that the above came from.
        "files": project_files(),
        "env": sorted(READ),
    }


def say(value):
    sys.stdout.write("\n%s%s%s\n" % (SENTINEL, json.dumps(value), SENTINEL))
    sys.stdout.flush()


try:
    result = answer()
except Exception as error:  # noqa: BLE001 - whatever the project raises is reported
    import traceback

    frames = [
        {"file": frame.filename, "line": frame.lineno, "text": frame.line or ""}
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append(
            {
                "file": error.filename,
                "line": error.lineno,
                "text": (error.text or "").rstrip(),
            }
        )
    result = {
        "error": "raised",
        "kind": type(error).__name__,
        "message": str(error),
        "frames": frames,
    }
say(result)
