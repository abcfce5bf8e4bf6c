# The gateway: contracts, what it shares with the services (the way to call, the way to the database), and its own folder.
ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG BUILD_IMAGE=${PYTHON_IMAGE}

FROM ${BUILD_IMAGE} AS build
COPY requirements/gateway.txt /build/requirements.txt
# Packages bring tests along, and test keys in them.
RUN python3 -m venv --without-pip /venv \
    && python3 -m pip --python /venv/bin/python3 install --quiet --no-cache-dir --require-hashes -r /build/requirements.txt \
    && find /venv -depth \( -type d \( -name tests -o -name testing -o -name include \) -o -name '*.[ch]' -o -name '*.pyx' \) \
        -exec rm -r {} +
COPY services/__init__.py /app/services/
COPY services/contracts /app/services/contracts
COPY services/chassis/__init__.py services/chassis/mongo.py services/chassis/database_clock.py services/chassis/tracing.py \
    services/chassis/logging.py /app/services/chassis/
COPY services/chassis/broker/__init__.py services/chassis/broker/connection.py \
    services/chassis/broker/limits.py services/chassis/broker/senders.py /app/services/chassis/broker/
COPY services/chassis/rpc/__init__.py services/chassis/rpc/client.py services/chassis/rpc/deadline.py \
    services/chassis/rpc/codec.py services/chassis/rpc/repeats.py /app/services/chassis/rpc/
COPY gateway /app/gateway
COPY deploy/images/answers.py /app/
# Readable for any user, whatever the files are here.
RUN chmod -R a+rX /app && python3 -m compileall -q /app /venv

FROM ${PYTHON_IMAGE}
ARG VERSION=unknown
LABEL org.opencontainers.image.title="social-calendar-gateway" \
    org.opencontainers.image.description="The HTTP gateway of Social Calendar" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.licenses="MIT"
COPY --from=build /venv /venv
COPY --from=build /app /app
# gunicorn needs a place for its workers' signs of life, and /dev/shm can be written even if nothing else can.
ENV PATH=/venv/bin:${PATH} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/nonexistent TMPDIR=/dev/shm \
    GATEWAY_HOST=0.0.0.0 GATEWAY_PORT=5000
WORKDIR /app
USER 10001:10001
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python3", "-SE", "/app/answers.py"]
STOPSIGNAL SIGTERM
CMD ["gunicorn", "-c", "gateway/server/gunicorn.conf.py", "--no-control-socket", "gateway.app:create_app()"]
