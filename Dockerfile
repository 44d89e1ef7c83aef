# Pinned by tag only: a release must pin the digest too.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Nothing here needs its install script, so none gets to run one.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/package-json.d.ts ./scripts/
COPY src ./src
RUN npm run build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="llm-quota-exporter" \
      org.opencontainers.image.description="Tells how much of every LLM quota is left, how fast it burns and when it runs out" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY --from=build /app/dist ./dist
# State: name it with state.path, such as /data/state.db.
RUN install -d -o 65532 -g 65532 /data
VOLUME /data
# A number, because Kubernetes cannot tell from a name that it is not root.
USER 65532
EXPOSE 10844
HEALTHCHECK --interval=30s --timeout=5s CMD ["node", "dist/main.js", "healthcheck"]
ENTRYPOINT ["node", "dist/main.js"]
# A container is reached from outside or not at all. The exporter warns that it listens off loopback without
# authentication: publish the port where only Prometheus and your team can reach it.
CMD ["serve", "--web.listen-address=0.0.0.0:10844"]
