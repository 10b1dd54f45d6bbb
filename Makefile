# Everything runs in .venv, made here with Python 3.11. Nothing else has to be installed.
#   make run [PORT=8000]   the application, with demo data, background worker and timetable
#   make test [REQUIRE=all] [ARGS="-k name"]   all tests; on PostgreSQL, Redis, Chromium where found
#   make check   style, types, layers, templates, migrations, deployment settings
SHELL := /bin/bash
PYTHON ?= python3.11
PORT ?= 8000
BIN := .venv/bin
APP := .venv/app.stamp
DEV := .venv/dev.stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run test stress bench check audit secrets
help:
	@sed -n 's/^#   //p' Makefile

run: $(APP)
	@exec $(BIN)/python manage.py dev --port $(PORT)

test: $(DEV)
	@exec $(BIN)/python -m tests $(ARGS)

stress: $(DEV)
	@exec $(BIN)/python -m tests -m stress $(ARGS)

bench: $(DEV)
	@exec $(BIN)/python -m tests.bench $(ARGS)

# Production settings with throw-away secrets: what a real deployment is checked with.
DEPLOY := env -u ZHTJ_SECRET_KEY_FILE -u ZHTJ_FIELD_KEY_FILE ZHTJ_DEBUG=0 ZHTJ_ALLOWED_HOSTS=example.org \
	ZHTJ_SECRET_KEY="$$(openssl rand -base64 60 | tr -d '\n')" ZHTJ_FIELD_KEY="$$(openssl rand -base64 48)" \
	DATABASE_URL=postgres://nobody@127.0.0.1/none REDIS_URL=redis://127.0.0.1/0

check: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	DATABASE_URL=sqlite:///:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(DEPLOY) $(BIN)/python manage.py check --deploy --fail-level WARNING

# Needs the network, so it is run by hand.
audit: $(APP)
	$(PIP) install pip-audit==2.10.1
	$(BIN)/pip-audit --requirement requirements.txt --requirement tests/requirements.txt

# The files that docker-compose.yml hands to the containers; existing ones are kept. In a container they belong to
# whoever made them here, and the program runs as another: it is the folder that keeps others out.
secrets:
	@mkdir -p secrets && chmod 700 secrets
	@for name in postgres_password secret_key field_key; do \
		[ -s secrets/$$name ] || openssl rand -hex 32 > secrets/$$name; done
	@[ -s secrets/database_url ] || \
		echo "postgres://zhtj:$$(cat secrets/postgres_password)@postgres/zhtj" > secrets/database_url
	@chmod 644 secrets/*
	@echo "secrets/ is ready. Keep secrets/field_key safe and apart: without it no national id and no backup can be read again."

# --- the virtual environment: installs only when a requirements file has changed -----------------
.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "需要 Python 3.11：没有找到 $(PYTHON)。"; exit 1; }
	$(PYTHON) -m venv .venv

$(APP): requirements.txt | .venv/bin/python
	$(PIP) install -r requirements.txt
	@touch $@

$(DEV): tests/requirements.txt $(APP)
	$(PIP) install -r tests/requirements.txt
	@touch $@
