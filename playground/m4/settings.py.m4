"""
Django settings for Drund.

What differs between development, staging and production is in m4/*.m4; what differs between machines, in the environment.
"""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# SECURITY WARNING: keep the secret key used in production secret!
SECRET_KEY = os.environ.get('DRUND_SECRET_KEY', 'django-insecure-drund-development-key-not-for-production')

# SECURITY WARNING: don't run with debug turned on in production!
DEBUG = __DEBUG__

# Every host of the site is the domain itself or below it: www, api, admin, and one for each member.
DOMAIN = os.environ.get('DRUND_DOMAIN', '__DOMAIN__')

ALLOWED_HOSTS = []
INTERNAL_IPS = ['127.0.0.1', '::1']

INSTALLED_APPS = [
    'django.contrib.admin',
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'django.contrib.messages',
    'django.contrib.staticfiles',
    'feed',
    'people',
]

MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'drund.hosts.HostsMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.locale.LocaleMiddleware',
    'drund.cors.CorsMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
    'django.middleware.clickjacking.XFrameOptionsMiddleware',
]

# HostsMiddleware picks another one by the request's host.
ROOT_URLCONF = 'drund.urls.www'

TEMPLATES = [
    {
        'BACKEND': 'django.template.backends.django.DjangoTemplates',
        'DIRS': [BASE_DIR / 'templates'],
        'APP_DIRS': True,
        'OPTIONS': {
            'context_processors': [
                'django.template.context_processors.debug',
                'django.template.context_processors.request',
                'django.template.context_processors.i18n',
                'django.contrib.auth.context_processors.auth',
                'django.contrib.messages.context_processors.messages',
                'drund.context.site',
            ],
        },
    },
]

WSGI_APPLICATION = 'drund.wsgi.application'

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.__DATABASE_ENGINE__',
ifelse(__DATABASE_ENGINE__, `sqlite3', `dnl
        "NAME": os.environ.get("DRUND_DB", BASE_DIR / "__DATABASE_NAME__"),
        "OPTIONS": {"timeout": 20},', `dnl
        "NAME": "__DATABASE_NAME__",
        "HOST": "__DATABASE_HOST__",
        "PORT": "__DATABASE_PORT__",
        "USER": "__DATABASE_USER__",
        "PASSWORD": "__DATABASE_PASSWORD__",
        "OPTIONS": {"charset": "utf8mb4"},')
    }
}
ifelse(__DATABASE_ENGINE__, `mysql', `
# PyMySQL needs no compiler; Django asks for the version of mysqlclient, in whose place it stands.
import pymysql

pymysql.version_info = (2, 2, 7, "final", 0)
pymysql.install_as_MySQLdb()
')dnl
ifelse(__REDIS_URL__, `', `', `
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "__REDIS_URL__"}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
')dnl

AUTH_PASSWORD_VALIDATORS = [
    {'NAME': 'django.contrib.auth.password_validation.UserAttributeSimilarityValidator'},
    {'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator'},
    {'NAME': 'django.contrib.auth.password_validation.CommonPasswordValidator'},
    {'NAME': 'django.contrib.auth.password_validation.NumericPasswordValidator'},
]

LOGIN_URL = '/login/'
LOGIN_REDIRECT_URL = '/'
LOGOUT_REDIRECT_URL = '/'

# One login for all hosts: the API and the activity feed see the cookie of www.
SESSION_COOKIE_DOMAIN = '.' + DOMAIN
LANGUAGE_COOKIE_DOMAIN = '.' + DOMAIN

LANGUAGE_CODE = 'en'
LANGUAGES = [('en', 'English'), ('de', 'Deutsch')]
LOCALE_PATHS = [BASE_DIR / 'locale']
TIME_ZONE = 'UTC'
USE_I18N = True
USE_TZ = True

STATIC_URL = os.environ.get('DRUND_STATIC_URL', '__STATIC_URL__')
STATIC_ROOT = os.environ.get('DRUND_STATIC_ROOT', BASE_DIR / 'staticroot')
STATICFILES_DIRS = [
    ('brand', BASE_DIR / 'brand'),
    BASE_DIR / 'media',
]
STORAGES = {
    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'},
    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},
}

DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'

# The Node process that holds the WebSockets; it listens on this machine only.
ACTIVITY_PORT = int(os.environ.get('ACTIVITY_PORT', '__ACTIVITY_PORT__'))

if not DEBUG:
    # Production stands behind a front that ends TLS and names the host that was asked for.
    ALLOWED_HOSTS = ['.' + DOMAIN]
    USE_X_FORWARDED_HOST = True
    SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    _port = os.environ.get('DRUND_ORIGIN_PORT', '__ORIGIN_PORT__')
    _origin = DOMAIN if _port == '443' else f'{DOMAIN}:{_port}'
    CSRF_TRUSTED_ORIGINS = [f'https://{_origin}', f'https://*.{_origin}']
