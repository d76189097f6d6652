# The application image: a build stage with the installer, and a final stage with only the runtime.
FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
# Dependencies change rarely, so their layer is cached when only the code changes.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project --extra serve --extra pdf --extra agents
COPY . .
# Collecting static files needs neither a database nor a permanent secret.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" DATABASE_URL=sqlite://:memory: \
    .venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm
ENV PATH="/app/.venv/bin:$PATH" PYTHONUNBUFFERED=1 IMS_BIND=0.0.0.0:8000
# Text rendering and a font for PDF reports.
RUN apt-get update && apt-get install -y --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /app ims
WORKDIR /app
COPY --from=build /app /app
# root owns the code; the application can write only to var/, the place for a SQLite file.
RUN mkdir -p /app/var && chown ims /app/var
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["gunicorn"]
