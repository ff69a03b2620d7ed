"""Answers what a project's own finders find, for as long as Kovu asks.

Run as ``python -c <this file>`` in the folder of manage.py, with DJANGO_SETTINGS_MODULE set. A question is one line of JSON,
``{"name": "css/a.css", "all": false}``, and so is the answer: ``{"found": {"2": ["/…/a.css"]}, "errors": []}``, by the place
in STATICFILES_FINDERS. It ends with its input.
"""

import json
import os
import sys

# What a project prints must not stand between the answers.
ANSWERS = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import django  # noqa: E402

django.setup()

from django.contrib.staticfiles import finders  # noqa: E402
from django.core.exceptions import SuspiciousOperation  # noqa: E402

KNOWN = (finders.FileSystemFinder, finders.AppDirectoriesFinder)
OWN = {
    index: finder
    for index, finder in enumerate(finders.get_finders())
    if type(finder) not in KNOWN and type(finder).__name__ != "PublishedFinder"
}


def ask(finder, name, every):
    if every:
        word = "find_all" if django.VERSION >= (5, 2) else "all"
        found = finder.find(name, **{word: True})
    else:
        found = finder.find(name)
    paths = found if isinstance(found, (list, tuple)) else [found]
    return [os.path.abspath(str(path)) for path in paths if path]


def answer(question):
    found, errors = {}, []
    for index, finder in OWN.items():
        try:
            found[index] = ask(finder, question["name"], question["all"])
        except SuspiciousOperation:
            # A name that leads out of the finder's folder: nothing is found there.
            found[index] = []
        except Exception as error:  # noqa: BLE001 - whatever a finder raises is reported
            kind = type(finder)
            errors.append(
                "%s.%s raised %s: %s"
                % (kind.__module__, kind.__qualname__, type(error).__name__, error)
            )
    return {"found": found, "errors": errors}


for line in iter(sys.stdin.readline, ""):
    ANSWERS.write(json.dumps(answer(json.loads(line))) + "\n")
    ANSWERS.flush()
