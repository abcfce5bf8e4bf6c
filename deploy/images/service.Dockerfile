# One service: contracts, chassis and the folder of that one. Build with --build-arg SERVICE=users (events, chats, invites, streams).
# PYTHON_IMAGE is what it runs on; BUILD_IMAGE the same with pip, if that is another.
ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG BUILD_IMAGE=${PYTHON_IMAGE}

FROM ${BUILD_IMAGE} AS build
COPY requirements/service.txt /build/requirements.txt
# Packages bring tests along, and test keys in them.
RUN python3 -m venv --without-pip /venv \
    && python3 -m pip --python /venv/bin/python3 install --quiet --no-cache-dir --require-hashes -r /build/requirements.txt \
    && find /venv -depth \( -type d \( -name tests -o -name testing -o -name include \) -o -name '*.[ch]' -o -name '*.pyx' \) \
        -exec rm -r {} +
ARG SERVICE
RUN test -n "${SERVICE}" || { echo "SERVICE must be set"; exit 1; }
COPY services/__init__.py /app/services/
COPY services/contracts /app/services/contracts
COPY services/chassis /app/services/chassis
COPY services/operations /app/services/operations
COPY services/${SERVICE} /app/services/${SERVICE}
COPY deploy/images/links_open.py /app/
# Readable for any user, whatever the files are here.
RUN chmod -R a+rX /app && python3 -m compileall -q /app /venv

FROM ${PYTHON_IMAGE}
ARG SERVICE
ARG VERSION=unknown
LABEL org.opencontainers.image.title="social-calendar-${SERVICE}" \
    org.opencontainers.image.description="The service ${SERVICE} of Social Calendar" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.licenses="MIT"
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:${PATH} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/nonexistent SERVICE=${SERVICE}
WORKDIR /app
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python3", "-SE", "/app/links_open.py"]
STOPSIGNAL SIGTERM
CMD ["sh", "-c", "exec python3 -m \"services.$SERVICE\""]
