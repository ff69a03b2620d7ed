"""Compiles locale/*/LC_MESSAGES/*.po, for machines without GNU gettext."""

import ast
import struct
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand


def read_po(text):
    """The messages of a .po file by msgid; plural forms and contexts in gettext's own encoding of them."""
    messages, entry, field = {}, {}, None

    def finish():
        translated = [entry[key] for key in sorted(entry) if key.startswith('msgstr')]
        if 'msgid' in entry and any(translated):
            key = entry['msgid']
            if 'msgid_plural' in entry:
                key += '\0' + entry['msgid_plural']
            if 'msgctxt' in entry:
                key = entry['msgctxt'] + '\4' + key
            messages[key] = '\0'.join(translated)

    for line in [*text.splitlines(), 'msgid ""']:
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        if line.startswith('"'):
            entry[field] += ast.literal_eval(line)
            continue
        field, quoted = line.split(None, 1)
        if field == 'msgctxt' or (field == 'msgid' and 'msgid' in entry):
            finish()
            entry = {}
        entry[field] = ast.literal_eval(quoted)
    return messages


def write_mo(messages):
    """The bytes of a .mo file (little-endian, without hash table)."""
    keys = sorted(messages, key=lambda key: key.encode())
    ids, strings, offsets = b'', b'', []
    for key in keys:
        source, target = key.encode(), messages[key].encode()
        offsets.append((len(ids), len(source), len(strings), len(target)))
        ids += source + b'\0'
        strings += target + b'\0'
    start = 28 + 16 * len(keys)
    id_table = b''.join(struct.pack('<II', o[1], start + o[0]) for o in offsets)
    string_table = b''.join(struct.pack('<II', o[3], start + len(ids) + o[2]) for o in offsets)
    head = struct.pack('<7I', 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return head + id_table + string_table + ids + strings


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        for folder in settings.LOCALE_PATHS:
            for po in sorted(Path(folder).glob('*/LC_MESSAGES/*.po')):
                po.with_suffix('.mo').write_bytes(write_mo(read_po(po.read_text('utf-8'))))
                self.stdout.write(f'{po.relative_to(folder)} compiled')
