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
webhooks-about = Your own messengers and the addresses that receive their webhooks.
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
keys-shown-before = This was already shown once. If you lost it, create a new one.
keys-revoked = Key “{ $name }” is revoked.
keys-revoked-before = Key “{ $name }” was already revoked.
webhooks-of = Webhooks of “{ $source }”
webhooks-col-address = Webhook URL
webhooks-none-yet = Send a test event, or write to a customer from the card in amoCRM.
webhooks-resent = The webhook is being sent again.
webhooks-of-the-moment = Only messages are listed. Reactions and typing are sent once and cannot be sent again.
webhooks-not-resent = This webhook cannot be sent again: only messages can, and only while they are kept.
webhooks-rotated = “{ $source }” has a new signing secret.
webhooks-rotated-by-other = Someone else just changed this source. Check it, then try again if needed.
signature-intro = Paste the headers and body as your server received them. Nothing is stored.
signature-body = Raw body
signature-right = The signature is correct.
signature-right-old = The signature is correct, but the time is more than 5 minutes off. Receivers refuse such events: check your server’s clock.
signature-wrong = The signature does not match. Sign the string “id.timestamp.body” with the decoded secret, using the raw bytes before parsing JSON.
signature-body-spaces = It matches without the spaces around the body. Your server adds or keeps white space: sign the raw bytes.
signature-bad-timestamp = Enter the timestamp from the header: a whole number of seconds.
signature-bad-form = A signature begins with “v1,” followed by base64.
signature-no-source = Choose a source that has a webhook secret.
keys-valid-for = Valid for
keys-docs = API documentation
