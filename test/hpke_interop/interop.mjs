// Seals and opens with @hpke/core and with our hpke_peer, each what the other made.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

const hex = (bytes) => "0x" + Buffer.from(bytes).toString("hex");
const unhex = (text) => new Uint8Array(Buffer.from(text.slice(2), "hex"));

// Bytes that every run repeats: a counter under SHA-256, cut to size.
function bytes(name, size) {
  const blocks = [];
  for (let i = 0; i * 32 < size; ++i) {
    blocks.push(createHash("sha256").update(`${name}/${i}`).digest());
  }
  return new Uint8Array(Buffer.concat(blocks).subarray(0, size));
}

const peer = spawn(process.argv[2], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
async function ask(command, ...args) {
  peer.stdin.write([command, ...args.map(hex)].join(" ") + "\n");
  const { value, done } = await answers.next();
  assert(!done, `hpke_peer ended at ${command}`);
  return value === "refused" ? null : unhex(value);
}

async function refused(promise) {
  await assert.rejects(promise);
}

// Runs one case in both directions; returns nothing and throws at the first difference.
async function compare(round, size) {
  const material = bytes(`recipient ${round}`, 32);
  const ekm = bytes(`ephemeral ${round}`, 32);
  const info = bytes(`info ${round}`, round % 40);
  const associated = bytes(`associated ${round}`, (round * 7) % 50);
  const text = bytes(`text ${round}`, size);
  const recipientKey = await suite.kem.deriveKeyPair(material);
  const publicKey = new Uint8Array(await suite.kem.serializePublicKey(recipientKey.publicKey));
  assert.deepEqual(await ask("public", material), publicKey);

  // Theirs to ours, with a random ephemeral key.
  const recipient = { recipientPublicKey: recipientKey.publicKey, info };
  const sender = await suite.createSenderContext(recipient);
  const theirs = Buffer.concat([
    new Uint8Array(sender.enc),
    new Uint8Array(await sender.seal(text, associated)),
  ]);
  assert.deepEqual(await ask("open", material, info, associated, theirs), text);

  // Ours to theirs, and byte for byte what they make of the same ephemeral key.
  const ours = await ask("seal", publicKey, info, associated, text, ekm);
  const receiver = (enc) => suite.createRecipientContext({ recipientKey, enc, info });
  const context = await receiver(ours.slice(0, 32));
  const opened = await context.open(ours.slice(32), associated);
  assert.deepEqual(new Uint8Array(opened), text);
  const same = await suite.createSenderContext({ ...recipient, ekm });
  assert.deepEqual(new Uint8Array(same.enc), ours.slice(0, 32));
  assert.deepEqual(new Uint8Array(await same.seal(text, associated)), ours.slice(32));

  const exported = new Uint8Array(await same.export(associated, 32));
  assert.deepEqual(await ask("export", material, ours.slice(0, 32), info, associated), exported);

  // Both refuse a flipped byte.
  const at = 32 + ((round * 13) % (ours.length - 32));
  const bad = ours.slice();
  bad[at] ^= 1;
  assert.equal(await ask("open", material, info, associated, bad), null);
  const second = await receiver(bad.slice(0, 32));
  await refused(second.open(bad.slice(32), associated));
}

const sizes = [0, 1, 15, 16, 17, 31, 32, 33, 100, 255, 256, 1000, 4096, 65536, 1 << 20];
for (const [round, size] of sizes.entries()) await compare(round, size);
peer.stdin.end();
console.log(`hpke_interop: ${sizes.length} cases agree in both directions`);
console.log(`cases: ${sizes.length} ran, 0 skipped`);
