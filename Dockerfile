# Interlock's image: what `npm ci` and `npm run build` make, without what only developers need. tests/operators.test.ts
# reads this file and runs the program from exactly the files that it copies into the last stage.
FROM node:22.23.3-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Nothing of a package runs at its installation but the two that bring native code (package.json, allowScripts).
RUN npm ci --ignore-scripts && npm rebuild better-sqlite3 msgpackr-extract
COPY . .
# Benchmarks and what they take from the tests are compiled with the rest, and do not ship.
RUN npm run build && rm -rf dist/tests dist/evals && npm prune --omit=dev --ignore-scripts

FROM node:22.23.3-bookworm-slim
ENV NODE_ENV=production INTERLOCK_HOME=/var/lib/interlock INTERLOCK_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/prompts ./prompts
COPY --from=build /app/evals/runbooks ./evals/runbooks
RUN install -d -o node -g node -m 0700 /var/lib/interlock
USER node
STOPSIGNAL SIGTERM
EXPOSE 7420 7421
ENTRYPOINT ["node", "dist/service/main.js"]
CMD ["serve"]
