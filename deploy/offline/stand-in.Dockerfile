# In place of mongo:8 where no registry can be reached: SecantusDB, which speaks MongoDB's protocol. For development and
# tests only: it is beta.
ARG PYTHON_IMAGE
ARG BUILD_IMAGE=${PYTHON_IMAGE}

FROM ${BUILD_IMAGE} AS build
COPY requirements/stand-in.txt /build/requirements.txt
RUN python3 -m venv --without-pip /venv \
    && python3 -m pip --python /venv/bin/python3 install --quiet --no-cache-dir --require-hashes -r /build/requirements.txt

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="stand-in for mongo:8" \
    org.opencontainers.image.licenses="GPL-2.0-only"
COPY --from=build /venv /venv
COPY deploy/offline/stand_in.py /app/stand_in.py
ENV PATH=/venv/bin:${PATH} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN mkdir -p /data/db && chown 999:999 /data/db
USER 999:999
VOLUME /data/db
EXPOSE 27017
CMD ["python3", "/app/stand_in.py"]
