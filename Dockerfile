# One image for every wugan process: `docker build -t wugan .`; the command names the process.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY domain domain
COPY ingest ingest
COPY streams streams
COPY alerts alerts
COPY maps maps
COPY simulators simulators
COPY app app
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
 && python -m venv /opt/wugan \
 && /opt/wugan/bin/pip install --no-cache-dir -c constraints.txt /wheels/wugan-*.whl \
 && /opt/wugan/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/wugan --create-home --shell /usr/sbin/nologin wugan
COPY --from=build /opt/wugan /opt/wugan
COPY deploy/healthy.py /opt/wugan/healthy.py
ENV PATH=/opt/wugan/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    WUGAN_DATA_DIR=/var/lib/wugan \
    WUGAN_LOG_FORMAT=json
WORKDIR /var/lib/wugan
USER 10001
EXPOSE 8000 9100
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["python", "/opt/wugan/healthy.py"]
ENTRYPOINT ["wugan"]
CMD ["--help"]
