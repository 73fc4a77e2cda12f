# docker build -t saring .
# docker run -d --name saring -p 127.0.0.1:8000:8000 -v saring:/var/lib/saring saring
# docker logs saring                shows the first key and password, once
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/saring
WORKDIR /src
COPY requirements.txt ./
RUN /opt/saring/bin/pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY service service
COPY training training
RUN /opt/saring/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 saring \
 && useradd --uid 10001 --gid saring --no-create-home --home-dir /var/lib/saring --shell /usr/sbin/nologin saring \
 && install --directory --owner=saring --group=saring --mode=0700 /var/lib/saring
COPY --from=build /opt/saring /opt/saring
COPY models /opt/saring/models
ENV PATH=/opt/saring/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SARING_HOME=/var/lib/saring \
    SARING_MODELS_DIR=/opt/saring/models \
    SARING_BIND=0.0.0.0:8000
USER 10001:10001
WORKDIR /var/lib/saring
VOLUME /var/lib/saring
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["saring", "serve"]
