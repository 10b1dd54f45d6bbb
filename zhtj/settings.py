"""The one settings file. Everything that differs between machines comes from the environment."""

from pathlib import Path

from zhtj import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("ZHTJ_VAR_DIR", str(BASE_DIR / "var")))

DEBUG = env.flag("ZHTJ_DEBUG", default=True)
SECRET_KEY = env.secret("ZHTJ_SECRET_KEY", development=DEBUG, keep_in=VAR_DIR)
ZHTJ_FIELD_KEY = env.secret("ZHTJ_FIELD_KEY", development=DEBUG, keep_in=VAR_DIR)
ALLOWED_HOSTS = env.words("ZHTJ_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
ZHTJ_PROXIES = env.number("ZHTJ_PROXIES", 0, least=0)  # in front of the site, each adds X-Forwarded-For
ZHTJ_BASE_URL = env.text("ZHTJ_BASE_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [] if DEBUG else [ZHTJ_BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "axes",
    "csp",
    "django_htmx",
    "guardian",
    "mptt",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "orgs",
    "cadres",
    "members",
    "progress",
    "zhtj.imports",
    "zhtj",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "zhtj.errors.Explain",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "orgs.idle.IdleMiddleware",
    "orgs.middleware.DoorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "zhtj.urls"
WSGI_APPLICATION = "zhtj.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhtj.home.context.frame",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------

VAR_DIR.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'zhtj.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = env.text("ZHTJ_MEDIA_ROOT", str(VAR_DIR / "media"))
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_AGE = 12 * 3600
# Messages name people: they wait in the session, not in a cookie that stays on a shared computer.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- who is who ---------------------------------------------------------------------------

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
PASSWORD_HASHERS = [
    "orgs.passwords.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_CLIENT_IP_CALLABLE = "zhtj.proxies.client_ip"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "orgs.logins.Handler"  # counts by address too
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # 15 minutes are 15 minutes
ZHTJ_LOGIN_FAILURES_PER_ADDRESS = env.number("ZHTJ_LOGIN_FAILURES_PER_ADDRESS", 50, least=0)  # 0: no limit
AXES_LOCKOUT_CALLABLE = "zhtj.errors.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# --- language, time, files ----------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = env.text("ZHTJ_STATIC_ROOT", str(VAR_DIR / "staticfiles"))
if DEBUG:
    Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing one
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 400  # more than ZHTJ_IMPORT_LIMITS["files"], so that our own sentence is said
FILE_UPLOAD_HANDLERS = [
    "zhtj.imports.uploads.TurnAwayTooLarge",  # before a byte of it is kept
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- safety -------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "zhtj.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if not DEBUG:
    SECURE_SSL_REDIRECT = env.flag("ZHTJ_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- API ----------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # the door in front of every view decides
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "zhtj.api.Negotiation",
    "DEFAULT_PARSER_CLASSES": ["zhtj.api.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "zhtj.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "zhtj.api.explain",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "智慧团建录入",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # One name per set of words where several serializers have a field of the same name.
    "ENUM_NAME_OVERRIDES": {
        "UnitKindEnum": "orgs.kinds.UnitKind",
        "DomainEnum": "orgs.kinds.Domain",
        "DecisionEnum": "progress.models.asking.Asked.State",
    },
}

# --- jobs ---------------------------------------------------------------------------------

REDIS_URL = env.text("REDIS_URL")
JOBS_DIR = VAR_DIR / "jobs"  # the embedded worker's message files

# --- the rooms ----------------------------------------------------------------------------

# Is a branch's domain open for new members? Handed to `members`, which knows no campaign.
ZHTJ_ENTRY_GATE = "progress.gate.check"
# Where is somebody a member? Handed to `cadres`, which knows no members.
ZHTJ_PERSON_HOMES = "members.queries.homes.homes"
# By when are cadres due? Handed to `cadres`, which knows no campaign.
ZHTJ_CADRE_DEADLINES = "progress.queries.deadlines.cadre_deadlines"
# Who uses a unit? Handed to `orgs`, which knows neither people nor figures.
ZHTJ_UNIT_OCCUPANTS = "zhtj.desk.occupants.occupants"
# What is kept by domain and follows a unit into another? Handed to `orgs`, which knows no figures.
ZHTJ_DOMAIN_FOLLOWER = "progress.actions.travel.follow_domains"
ZHTJ_IMPORT_KEPT_DAYS = env.number("ZHTJ_IMPORT_KEPT_DAYS", 30)  # rows and uploads, then removed
ZHTJ_IMPORT_UNDO_HOURS = env.number("ZHTJ_IMPORT_UNDO_HOURS", 24)  # a commit may be undone for so long
ZHTJ_IMPORT_LIMITS = {
    "bytes": 20 * 1024 * 1024,
    "unpacked_bytes": 200 * 1024 * 1024,
    "rows": 50_000,
    "unit_rows": 10_000,
    "files": 300,  # dropped at once, or branches of one download
    "files_bytes": 60 * 1024 * 1024,  # of all files dropped at once
    "columns": 100,
    "seconds": 60,
    "memory_bytes": 320 * 1024 * 1024,
}
ZHTJ_ADMINS_HOLD_A_POST = env.flag("ZHTJ_ADMINS_HOLD_A_POST", default=True)  # asked at registration
ZHTJ_IDLE_MINUTES = env.number("ZHTJ_IDLE_MINUTES", 60)  # of silence, then the session ends
ZHTJ_HELP_LINE = env.text("ZHTJ_HELP_LINE", "0371—65902921")
ZHTJ_FONT_DIR = env.text("ZHTJ_FONT_DIR")  # licensed official fonts for PDF files; "" = those there are
ZHTJ_DEMO_LOGIN = DEBUG and env.flag("ZHTJ_DEMO_LOGIN", default=True)  # the cast on the log-in page

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("ZHTJ_LOG_LEVEL", "WARNING")},
}
