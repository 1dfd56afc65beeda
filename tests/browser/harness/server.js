import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.js";

/** With something on it that listens: built with the tests. */
export const LISTENER = process.env.TESTED_LISTENER ?? fileURLToPath(new URL("../../../target/debug/examples/listener", import.meta.url));
const BINARY = process.env.TESTED_SERVER ?? fileURLToPath(new URL("../../../target/debug/greenroom", import.meta.url));

/** A real server with its own data folder, on a free port that it keeps over restarts. */
export class Server {
  /** @type {import("node:child_process").ChildProcess|null} */
  #process = null;
  #folder = mkdtempSync(join(tmpdir(), "greenroom-browser-"));
  #port = 0;
  /** @type {string[]} */
  #flags;
  #binary;
  #onExit = () => this.#process?.kill("SIGKILL");

  /** @param {string[]} [flags] besides where it listens and keeps its data @param {string} [binary] */
  constructor(flags = ["--dev"], binary = BINARY) {
    this.#flags = flags;
    this.#binary = binary;
    process.once("exit", this.#onExit);
  }

  get port() {
    return this.#port;
  }

  get address() {
    return `http://127.0.0.1:${this.#port}`;
  }

  get dataDir() {
    return join(this.#folder, "data");
  }

  get #logFile() {
    return join(this.#folder, "server.log");
  }

  /** All that the server has said. */
  get log() {
    return readFileSync(this.#logFile, "utf8");
  }

  async start() {
    this.#port ||= await freePort();
    const flags = ["--listen", `127.0.0.1:${this.#port}`, "--media-port", "0", "--data-dir", this.dataDir, ...this.#flags];
    const child = spawn(this.#binary, flags, { stdio: ["pipe", "pipe", "pipe"], cwd: this.#folder });
    this.#process = child;
    const keep = (/** @type {Buffer} */ text) => appendFileSync(this.#logFile, text);
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    await until(`the server is ready at ${this.address}`, async () => child.exitCode !== null || (await fetch(`${this.address}/readyz`)).ok);
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${this.log.slice(-800)}`);
    return this;
  }

  /** A line to its standard input. @param {string} line */
  say(line) {
    this.#running().stdin?.write(`${line}\n`);
  }

  /** Asks it to drain. @returns {Promise<number|null>} its exit code */
  async terminate() {
    const child = this.#running();
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    this.#process = null;
    return code;
  }

  /** Without any farewell, as a power cut. */
  async kill() {
    const child = this.#running();
    child.kill("SIGKILL");
    await once(child, "exit");
    this.#process = null;
  }

  async stop() {
    if (this.#process && this.#process.exitCode === null) await this.kill();
    process.removeListener("exit", this.#onExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #running() {
    if (!this.#process) throw new Error("the server does not run");
    return this.#process;
  }
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, "close");
  return port;
}
