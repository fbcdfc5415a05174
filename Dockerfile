# One image per service: docker build --target master . (or allocator, volume-registry, agent, cli)
FROM node:20-bookworm-slim AS build
WORKDIR /holdfast
COPY package.json package-lock.json .npmrc ./
COPY apps apps
COPY libs libs
COPY e2e/package.json e2e/
COPY tools tools
COPY examples examples
COPY proto proto
COPY tsconfig.json tsconfig.base.json ./
RUN npm ci && npm run generate && npm run build && npm prune --omit=dev

FROM node:20-bookworm-slim AS service
ENV NODE_ENV=production
WORKDIR /holdfast
COPY --from=build /holdfast/package.json ./
COPY --from=build /holdfast/node_modules node_modules
COPY --from=build /holdfast/dist dist
ENTRYPOINT ["node", "-r", "./dist/telemetry-preload.cjs"]

FROM service AS master
USER node
ENV HOLDFAST_MASTER_HOST=0.0.0.0
EXPOSE 7050 5050
CMD ["dist/apps/master/main.cjs"]

FROM service AS allocator
USER node
ENV HOLDFAST_ALLOCATOR_HOST=0.0.0.0
EXPOSE 7060 9060
CMD ["dist/apps/allocator/main.cjs"]

FROM service AS volume-registry
USER node
ENV HOLDFAST_REGISTRY_HOST=0.0.0.0
EXPOSE 7070 9070
CMD ["dist/apps/volume-registry/main.cjs"]

# Root, with the right to make namespaces and control groups for its tasks. Tasks see the file system of this image, read-only: what they
# need besides bubblewrap belongs here.
FROM service AS agent
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap procps unzip && rm -rf /var/lib/apt/lists/*
ENV HOLDFAST_AGENT_HOST=0.0.0.0 HOLDFAST_AGENT_WORK_DIR=/var/lib/holdfast
VOLUME /var/lib/holdfast
EXPOSE 5051
CMD ["dist/apps/agent/main.cjs"]

FROM service AS cli
USER node
ENTRYPOINT ["node", "dist/apps/cli/main.cjs"]
