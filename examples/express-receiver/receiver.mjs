// REM Labs' published receiver, its lines unchanged, with what they need around them: express, an app, the secret and a port.
import { createRequire } from "node:module";
// Debian's node-express is found through NODE_PATH, which `import` does not look at; after `npm install express` this line works, too.
const express = createRequire(import.meta.url)("express");
const app = express();
const WEBHOOK_SECRET = process.env.WEBHOOK_SECRET;

// Node.js verification
import crypto from "crypto";
function verifyWebhook(body, signature, secret) {
const expected = crypto
.createHmac("sha256", secret)
.update(JSON.stringify(body))
.digest("hex");
return crypto.timingSafeEqual(
Buffer.from(signature),
Buffer.from(expected)
);
}
// In your Express handler
app.post("/webhooks/remlabs", express.json(), (req, res) => {
const sig = req.headers["x-rem-signature"];
if (!verifyWebhook(req.body, sig, WEBHOOK_SECRET)) {
return res.status(401).send("Invalid signature");
}
const { event, data } = req.body;
switch (event) {
case "memory.created":
console.log("New memory:", data.content);
break;
case "memory.updated":
console.log("Updated:", data.memory_id);
break;
case "memory.deleted":
console.log("Deleted:", data.memory_id);
break;
}
res.sendStatus(200);
});

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
