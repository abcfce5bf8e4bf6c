import { defineConfig } from "vite";

const GATEWAY = process.env.GATEWAY ?? "http://localhost:5000";
const API = [
  "/user",
  "/person",
  "/search",
  "/load_icon",
  "/event",
  "/agenda",
  "/member",
  "/chat",
  "/friend",
  "/invite",
  "/stream",
  "/log",
];

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    assetsDir: "web",
    license: { fileName: "web/licences.txt" },
    // The Content-Security-Policy allows no scripts and styles but files of ours.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    cssTarget: "chrome123",
  },
  // `deploy/npm run dev`: the sources as they are, in front of a running gateway.
  server: { proxy: Object.fromEntries(API.map((path) => [path, GATEWAY])) },
});
