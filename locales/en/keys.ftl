## Keys and webhooks

keys-title = API keys
keys-empty-title = No API keys yet
keys-try = Try it
keys-base-url = Base URL
keys-description = OpenAPI description
keys-empty = A key lets your programs use the public API.
keys-create = Create key
keys-name-hint = Name the program that will use it, for example “Billing”.
keys-scope-read = Read
keys-scope-write = Read and send
keys-scope-admin = Everything, including sources
keys-created = Key “{ $name }” is created
keys-revoke = Revoke key
keys-revoke-confirm = Revoke “{ $name }”? Programs with this key will get 401 at once. This cannot be undone.
webhooks-title = Webhooks
webhooks-empty = Webhooks appear with a source of the kind “Your own messenger”.
webhooks-about = Your own messengers and the addresses where they get their webhooks.
webhooks-deliveries = Deliveries
webhooks-none-title = No deliveries yet
webhooks-col-event = Event
webhooks-col-answer = Answer
webhooks-send-test = Send test event
webhooks-test-and-on = Test and switch on
webhooks-recover = Send several again…
webhooks-rotate = Rotate secret
webhooks-rotate-hint = Both secrets are valid for 24 hours, then the old one stops.
webhooks-check-signature = Check a signature
keys-name = Name
keys-col-scope = Permissions
keys-col-ends-with = Ends in
keys-col-made = Created
keys-col-until = Valid until
keys-ends-in =
    { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
keys-ends-never = Until revoked
key-state-expired = Expired
keys-made-title = New key
keys-to-list = Back to keys
keys-shown-before = This was already shown once. If you have lost it, create a new one.
keys-revoked = Key “{ $name }” is revoked.
keys-revoked-before = Key “{ $name }” was revoked before.
webhooks-of = Webhooks of “{ $source }”
webhooks-col-address = Webhook URL
webhooks-none-yet = Send a test event, or write to a customer from the card in amoCRM.
webhooks-resent = The webhook is being sent again.
webhooks-of-the-moment = Only messages are listed. Reactions and typing are sent once and cannot be sent again.
webhooks-not-resent = This webhook cannot be sent again: only messages can, while they are kept.
webhooks-rotated = “{ $source }” has a new signing secret.
webhooks-rotated-by-other = Somebody changed this source at the same moment. Check it and repeat if needed.
signature-intro = Paste the headers and the body as your server got them. Nothing is stored.
signature-body = Raw body
signature-right = The signature is right.
signature-right-old = The signature is right, but the time is more than 5 minutes off. Receivers refuse such events: check the clock of your server.
signature-wrong = The signature does not match. Sign the string “id.timestamp.body” with the decoded secret, over the raw bytes, before any JSON is parsed.
signature-body-spaces = It matches without the spaces around the body. Your server adds or keeps white space: sign the raw bytes.
signature-bad-timestamp = The timestamp is a whole number of seconds, as in the header.
signature-bad-form = A signature begins with v1, and has base64 after the comma.
signature-no-source = Choose a source that has a webhook secret.
keys-valid-for = Valid for
keys-docs = API documentation
