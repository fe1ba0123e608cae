// What a wallet does, with @polkadot/api over a WebSocket against `cloister dev`: reads metadata and
// chain, follows heads and balances, transfers and watches, batches, and leaves.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ApiPromise, HttpProvider, Keyring, WsProvider } from "@polkadot/api";
import { WebSocket } from "@polkadot/x-ws";

const folder = mkdtempSync(join(tmpdir(), "cloister-polkadot-js-"));
const dev = spawn(
  process.argv[2],
  ["dev", "--json", "--base-path", join(folder, "dev"), "--rpc-port", "0", "--worker-port", "0",
    "--workers", "1"],
  { stdio: ["ignore", "pipe", "ignore"] },
);
const ended = new Promise((resolve) => dev.on("exit", resolve));
process.on("exit", () => dev.kill("SIGTERM"));
const [line] = await Promise.race([
  createInterface({ input: dev.stdout })[Symbol.asyncIterator]().next().then((l) => [l.value]),
  ended.then((code) => [`{"event":"ended with ${code}"}`]),
]);
const { event, rpc: url } = JSON.parse(line);
assert.equal(event, "ready", line);

let cases = 0;
async function test(sentence, body) {
  await body();
  ++cases;
  console.log(`ok: ${sentence}`);
}

// The first value that fits, of a subscription that ends then.
function first(subscribe, fits = () => true) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("nothing came in 15 s")), 15_000);
    let end = null;
    let found = null;
    const done = () => {
      if (!end || !found) return;
      clearTimeout(timer);
      end();
      resolve(found[0]);
    };
    subscribe((value) => {
      if (!found && fits(value)) found = [value];
      done();
    }).then((stop) => {
      end = stop;
      done();
    }, reject);
  });
}

const provider = new WsProvider(url.replace("http:", "ws:"));
const api = await ApiPromise.create({ provider, throwOnConnect: true });
const keyring = new Keyring({ type: "sr25519" });
const alice = keyring.addFromUri("//Alice");
const bob = keyring.addFromUri("//Bob");
const unit = 1_000_000_000_000n;

// Each status that comes, until the transaction is final or refused.
function send(call, signer, options = {}) {
  return new Promise((resolve, reject) => {
    const statuses = [];
    call
      .signAndSend(signer, { nonce: -1, ...options }, (result) => {
        statuses.push(result.status.type);
        if (result.isFinalized || result.isError) resolve({ statuses, result });
      })
      .catch(reject);
  });
}

await test("the metadata of the newest version names our pallets", async () => {
  assert.equal(api.runtimeMetadata.version, 15);
  for (const pallet of ["balances", "tasks", "phalaRegistry"]) assert(api.tx[pallet], pallet);
  assert.equal(api.registry.chainDecimals[0], 12);
});

await test("the chain is read: name, genesis, head, block, runtime version", async () => {
  assert.equal((await api.rpc.system.chain()).toString(), "Cloister Development");
  const head = await api.rpc.chain.getHeader();
  const block = await api.rpc.chain.getBlock(head.hash);
  assert.equal(block.block.header.hash.toHex(), head.hash.toHex());
  assert.equal((await api.rpc.chain.getBlockHash(0)).toHex(), api.genesisHash.toHex());
  assert.equal((await api.query.system.number()).toNumber(), head.number.toNumber());
  assert((await api.query.system.account.entries()).length > 0);
});

await test("the author is told what a transfer costs before it is sent", async () => {
  const info = await api.tx.balances.transferKeepAlive(bob.address, unit).paymentInfo(alice);
  assert(info.partialFee.toBigInt() > 0n);
});

await test("a transfer is watched into a block and to finality, and heads and balances follow", async () => {
  const heads = [];
  const finalized = [];
  const balances = [];
  const stop = [
    await api.rpc.chain.subscribeNewHeads((head) => heads.push(head.hash.toHex())),
    await api.rpc.chain.subscribeFinalizedHeads((head) => finalized.push(head.hash.toHex())),
    await api.query.system.account(bob.address, (a) => balances.push(a.data.free.toBigInt())),
  ];
  const before = (await api.query.system.account(bob.address)).data.free.toBigInt();
  const call = api.tx.balances.transferKeepAlive(bob.address, 3n * unit);
  const { statuses, result } = await send(call, alice);
  assert.deepEqual(statuses, ["Ready", "InBlock", "Finalized"]);
  assert.equal(result.dispatchError, undefined);
  assert(result.events.some(({ event }) => api.events.balances.Transfer.is(event)));
  assert(result.events.some(({ event }) => api.events.system.ExtrinsicSuccess.is(event)));
  const block = result.status.asFinalized.toHex();
  assert(heads.includes(block) && finalized.includes(block));
  await first(
    (each) => api.query.system.account(bob.address, each),
    (a) => a.data.free.toBigInt() === before + 3n * unit,
  );
  assert(balances.includes(before + 3n * unit), "the subscription told of the change");
  // After their end no subscription says anything.
  for (const end of stop) end();
  const seen = [heads.length, finalized.length, balances.length];
  await send(api.tx.balances.transferKeepAlive(bob.address, unit), alice);
  assert.deepEqual([heads.length, finalized.length, balances.length], seen);
});

await test("a mortal transaction and one that fails on the chain say so", async () => {
  const tooMuch = api.tx.balances.transferKeepAlive(bob.address, 10n ** 30n);
  const { result } = await send(tooMuch, alice, { era: 64 });
  assert(result.dispatchError, "the transfer failed");
});

await test("all heads come before finalized heads of the same block", async () => {
  const order = [];
  const stop = [
    await api.rpc.chain.subscribeFinalizedHeads((h) => order.push(`final ${h.hash.toHex()}`)),
    await api.rpc.chain.subscribeAllHeads((h) => order.push(`all ${h.hash.toHex()}`)),
  ];
  const { result } = await send(api.tx.system.remark("0x1234"), alice);
  const block = result.status.asFinalized.toHex();
  assert(order.indexOf(`all ${block}`) < order.indexOf(`final ${block}`));
  assert(order.includes(`all ${block}`));
  for (const end of stop) end();
});

await test("a bad signature and an account without funds are refused by name", async () => {
  const poor = keyring.addFromUri("//Nobody//with//funds");
  await assert.rejects(
    send(api.tx.balances.transferKeepAlive(bob.address, 1n), poor),
    /1010.*Inability to pay some fees/,
  );
  const forged = await api.tx.system.remark("0x00").signAsync(alice, { nonce: -1 });
  const bytes = forged.toU8a();
  bytes[bytes.length - 1] ^= 1;
  await assert.rejects(
    provider.send("author_submitExtrinsic", [`0x${Buffer.from(bytes).toString("hex")}`]),
    /1010.*bad signature/,
  );
});

await test("a batch over the same socket, and over HTTP, is answered in order", async () => {
  const batch = JSON.stringify([
    { jsonrpc: "2.0", id: 1, method: "system_chain", params: [] },
    { jsonrpc: "2.0", id: "two", method: "chain_getFinalizedHead" },
    { jsonrpc: "2.0", id: 3, method: "no_such_method", params: [] },
  ]);
  const check = (text) => {
    const replies = JSON.parse(text);
    assert.deepEqual(replies.map((r) => r.id), [1, "two", 3]);
    assert.equal(replies[2].error.code, -32601);
  };
  const headers = { "content-type": "application/json" };
  check(await (await fetch(url, { method: "POST", headers, body: batch })).text());
  const socket = new WebSocket(url.replace("http:", "ws:"));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  socket.send(batch);
  check(await new Promise((resolve) => socket.addEventListener("message", (e) => resolve(e.data))));
  socket.close();
});

await test("the same client reads over HTTP, and is told that subscriptions need a WebSocket", async () => {
  const http = new HttpProvider(url);
  const head = await http.send("chain_getFinalizedHead", []);
  assert.match(head, /^0x[0-9a-f]{64}$/);
  await assert.rejects(http.send("chain_subscribeNewHeads", []), /need a WebSocket/);
});

await test("every method that the node lists answers something other than method not found", async () => {
  const { methods } = await api.rpc.rpc.methods();
  assert(methods.length > 40);
  for (const method of methods.map(String)) {
    const answer = await provider.send(method, []).then(() => "", String);
    assert(!answer.includes("-32601"), `${method}: ${answer}`);
  }
});

await api.disconnect();
dev.kill("SIGTERM");
assert.equal(await ended, 0);
rmSync(folder, { recursive: true });
console.log(`cases: ${cases} ran, 0 skipped`);
