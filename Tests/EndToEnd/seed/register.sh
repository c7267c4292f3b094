curl -X POST https://api.remlabs.ai/v1/webhooks \
-H "Authorization: Bearer your-api-key" \
-H "Content-Type: application/json" \
-d '{
"url": "https://your-app.com/webhooks/remlabs",
"events": ["memory.created", "memory.updated", "memory.deleted"],
"namespace": "my-project",
"secret": "your-webhook-secret"
}'
