# One image for web, worker, beat and migrate; docker-compose.yml says which one a container is.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN useradd --system --uid 10001 --create-home zhtj
WORKDIR /app

COPY requirements.txt .
RUN pip install -r requirements.txt

COPY --chown=zhtj . .
RUN mkdir -p var media backups fonts && chown zhtj var media backups
USER zhtj

# Static files are gathered and compressed once, at build time; the secrets here are thrown away.
ENV ZHTJ_DEBUG=0 ZHTJ_MEDIA_ROOT=/app/media
RUN ZHTJ_SECRET_KEY=only-for-collecting-static-files-000 ZHTJ_FIELD_KEY=only-for-collecting-static-files-001 \
    python manage.py collectstatic --noinput --verbosity 0

EXPOSE 8000
CMD ["gunicorn", "zhtj.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "3", "--threads", "4", "--access-logfile", "-"]
