"""A storage under which ``collectstatic`` leaves the files alone that Kovu has bundled (``mode: 'collect'``)."""

import json

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

BUNDLE = "kovu-bundle.json"


class KovuMixin:
    """For any storage with a manifest: ``class Mine(KovuMixin, CompressedManifestStaticFilesStorage)``."""

    bundled = {}

    def post_process(self, paths, dry_run=False, **options):
        self.bundled = {}
        if BUNDLE in paths:
            storage, path = paths[BUNDLE]
            with storage.open(path) as file:
                self.bundled = json.loads(file.read().decode("utf-8"))
        # Neither what was bundled nor the sources that it stands for.
        ours = {*self.bundled, *self.bundled.values()}
        rest = {name: paths[name] for name in paths if name not in ours}
        yield from super().post_process(rest, dry_run=dry_run, **options)

    def hashed_name(self, name, content=None, filename=None):
        final = self.bundled.get(name)
        return super().hashed_name(name, content, filename) if final is None else final

    def save_manifest(self):
        self.hashed_files.update(self.bundled)
        super().save_manifest()


class KovuStaticFilesStorage(KovuMixin, ManifestStaticFilesStorage):
    """Django's own manifest storage, with Kovu's bundle taken over as it is."""
