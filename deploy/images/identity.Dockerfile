# The development identity provider, which lets anybody be anybody. Not for production.
ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG BUILD_IMAGE=${PYTHON_IMAGE}

FROM ${BUILD_IMAGE} AS build
COPY requirements/identity.txt /build/requirements.txt
# Packages bring tests along, and test keys in them.
RUN python3 -m venv --without-pip /venv \
    && python3 -m pip --python /venv/bin/python3 install --quiet --no-cache-dir --require-hashes -r /build/requirements.txt \
    && find /venv -depth \( -type d \( -name tests -o -name testing -o -name include \) -o -name '*.[ch]' -o -name '*.pyx' \) \
        -exec rm -r {} +
COPY deploy/__init__.py /app/deploy/
COPY deploy/local/__init__.py deploy/local/identity.py deploy/local/people.py /app/deploy/local/
COPY deploy/images/identity.py /app/
# Readable for any user, whatever the files are here.
RUN chmod -R a+rX /app && python3 -m compileall -q /app /venv && mkdir /data

FROM ${PYTHON_IMAGE}
ARG VERSION=unknown
LABEL org.opencontainers.image.title="social-calendar-identity" \
    org.opencontainers.image.description="Development identity provider of Social Calendar: anybody can be anybody" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.licenses="MIT"
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /data /data
ENV PATH=/venv/bin:${PATH} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/nonexistent DATA_DIR=/data
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 9400
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-SEc", "import socket; socket.create_connection(('127.0.0.1', 9400), 4).close()"]
STOPSIGNAL SIGTERM
CMD ["python3", "/app/identity.py"]
