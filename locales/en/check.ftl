## CLI: parom connector check (ok / FAIL and the names of checks are not translated)

check-summary =
    { $checks ->
        [one] { $checks } check
       *[other] { $checks } checks
    }, { $failures ->
        [0] no failures
        [one] { $failures } failure
       *[other] { $failures } failures
    }
check-answered = answered { $status } in { $ms } ms
check-refused = refused with { $status } in { $ms } ms
check-not-begun = refused with { $status } in { $ms } ms: this messenger does not let managers write first
check-many =
    { $count ->
        [one] { $count } concurrent webhook was accepted, the slowest
       *[other] { $count } concurrent webhooks were accepted, the slowest
    } in { $ms } ms
check-took-forged = answered { $status }: it accepted a request that Parom did not send
check-two-ids = the repeat was stored as a second message: { $one }, then { $other }
check-answer-long = the answer is longer than { $most } KiB
check-answer-field = the field { $field } of the answer cannot be used
check-rule-taken = store the event, answer 2xx within 15 seconds, process it later; any other 4xx fails the message, 5xx has it sent again
check-rule-address = use https with a publicly trusted certificate, port 443 or from 1024
check-rule-secret = the key is the whole webhook_secret of the source, whsec_ included
check-rule-redirect = redirects are not followed: give the final address as webhook_url
check-rule-locked = 401, 403 and 410 pause the source until a person resumes it: use them only for wrong signatures, or to get no more events
check-rule-answer = at most 64 KiB are read; id, conversation.id and receiver.id are strings or whole numbers of at most 255 bytes, status is sent, delivered, read or failed, error is an object with a code
check-rule-repeat = a repeat has the webhook-id of the first attempt: answer it the same way and show the message once
check-rule-unknown = later versions add types and fields: answer 2xx to unknown ones and ignore them
check-rule-rotation = webhook-signature may hold several signatures, separated by spaces: one valid signature is enough
check-rule-forged = verify the signature over id.timestamp.body, using the body byte for byte as received, and answer 401 to anything else
check-rule-fresh = answer 401 when webhook-timestamp is more than five minutes away from your clock
