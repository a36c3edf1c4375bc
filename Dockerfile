# Dockerfile: the official postgres image, with recurnet
#
#   docker build -t recurnet .                             PostgreSQL 17
#   docker build -t recurnet --build-arg PG_MAJOR=15 .
#   docker run --name forecasts -e POSTGRES_PASSWORD=secret -d recurnet
#   docker exec -it forecasts psql -U postgres -c 'CREATE EXTENSION recurnet'
#
# The first stage builds, the second has nothing of it but the extension's files.
# test/package.sh runs the commands of the first on a bare Debian.
ARG PG_MAJOR=17

FROM postgres:${PG_MAJOR}-bookworm AS build
ARG PG_MAJOR
RUN apt-get update && apt-get install -y --no-install-recommends \
        gcc libc6-dev make libopenblas-serial-dev libprotobuf-c-dev protobuf-c-compiler zlib1g-dev \
        postgresql-server-dev-${PG_MAJOR}
COPY . /src
WORKDIR /src
ENV PG_CONFIG=/usr/lib/postgresql/${PG_MAJOR}/bin/pg_config
RUN make -j"$(nproc)" && make install DESTDIR=/out

FROM postgres:${PG_MAJOR}-bookworm
COPY --from=build /out/ /
