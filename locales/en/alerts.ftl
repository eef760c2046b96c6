## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): stopped, connect again
alert-source_stopped-body =
    Source “{ $source }” does not work since { $stamp }: { $messenger } no longer accepts its access. Reason: { $reason } Customers’ messages do not arrive; { $waiting ->
        [0] no messages are waiting
        [one] { $waiting } manager message is waiting
       *[other] { $waiting } manager messages are waiting
    } here. Press “Connect again”: { $url }
alert-source_blocked-subject = { $source } ({ $account }): blocked by { $messenger }
alert-source_blocked-body = “{ $source }” is blocked by { $messenger } since { $stamp }. Nothing is sent or received. Open the messenger’s notice and answer it; other sources are not affected. { $url }
alert-source_silent-subject = { $source } ({ $account }): unusually quiet
alert-source_silent-body =
    The last message of “{ $source }” came { $time }, at this hour there are usually { $usual ->
        [one] { $usual } message
       *[other] { $usual } messages
    } an hour. Parom’s checks pass. Write to it from your own phone or press “Test source”: { $url }
alert-source_moved-subject = { $source } ({ $account }): messages go elsewhere
alert-source_moved-body = Since { $stamp } { $messenger } sends the messages of “{ $source }” to { $host }. Somebody connected the same bot or number to another service. To get them back press “Connect again”: { $url }
alert-source_gone-subject = { $source } ({ $account }): deleted in { $crm }
alert-source_gone-body = The source “{ $source }” was deleted in { $crm }. Messages keep coming, but new leads get the default source “{ $default }”. Press “Create in { $crm } again”: { $url }
alert-needs_reauth-subject = { $account }: allow access to { $crm } again
alert-needs_reauth-body = { $crm } does not renew the access of account { $account } since { $stamp }. Messages still go both ways. Sources, pipelines and templates cannot be changed until an administrator presses “Allow access again”: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): access ends in { $days ->
        [one] { $days } day
       *[other] { $days } days
    }
alert-token_expiring-body = The { $messenger } token of “{ $source }” is valid until { $stamp }. Everything works now. Issue a permanent token and paste it: { $url }
alert-unpaid-subject = { $account }: { $crm } is not paid, messages wait
alert-unpaid-body =
    { $crm } takes no messages of account { $account } since { $stamp }. { $waiting ->
        [one] { $waiting } message waits
       *[other] { $waiting } messages wait
    } here and will be kept until { $until }. After payment they arrive in order, nothing needs to be pressed.
alert-crm_unreachable-subject = { $account }: { $crm } is not answering for { $duration }
alert-crm_unreachable-body =
    { $waiting ->
        [one] { $waiting } customer message waits
       *[other] { $waiting } customer messages wait
    } in Parom. Parom tries again by itself and keeps the order. A second letter comes when it works again.
alert-undelivered-subject =
    { $source } ({ $account }): { $count ->
        [one] { $count } message was not delivered
       *[other] { $count } messages were not delivered
    }
alert-undelivered-body = Since { $stamp }, source “{ $source }”. Most frequent reason: { $reason } Managers see it in the cards. The list and “Send again”: { $url }
alert-late-subject = { $account }: messages arrive late, up to { $delay }
alert-late-body =
    { $waiting ->
        [one] { $waiting } message is waiting
       *[other] { $waiting } messages are waiting
    }, the oldest since { $stamp }. Cause: { $reason } Nothing is lost.
alert-webhook_suspended-subject = { $source } ({ $account }): your server has not answered for 24 hours
alert-webhook_suspended-body =
    Parom stopped calling { $host }. { $waiting ->
        [one] { $waiting } event waits
       *[other] { $waiting } events wait
    }; after { $until } they go to “Undelivered”. Fix the server and press “Test and switch on”: { $url }
alert-template_rejected-subject = Template “{ $template }” ({ $account }): WhatsApp rejected it
alert-template_rejected-body = WhatsApp’s reason: { $reason } Copy the template, correct it and send it for review again: { $url }
alert-resolved-subject = Resolved: { $subject }
alert-resolved-body =
    Works again since { $stamp }. It lasted { $duration }. { $late ->
        [0] No messages were late
        [one] { $late } message arrived late
       *[other] { $late } messages arrived late
    }, { $failed ->
        [0] none failed
        [one] { $failed } failed
       *[other] { $failed } failed
    }.
alert-acknowledge = I am on it
alert-mute =
    Mute for { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
alert-why = You get this letter because alerts of account { $account } go to { $email }. Change it: { $url }
alert-vendor_gap-subject = Ledger gap of { $gap } in { $source } ({ $account })
alert-vendor_gap-body = accepted { $accepted } ≠ delivered { $delivered } + failed { $failed } + waiting { $waiting }. First differing hour: { $stamp }. Next step: parom doctor --tenant { $tenant_id }
alert-vendor_refused-subject =
    { $count ->
        [one] { $count } amoCRM call was refused
       *[other] { $count } amoCRM calls were refused
    }
alert-vendor_refused-body = Between { $from } and { $to } neither the database nor the spool took a write. Affected accounts are compared with chat history now. amoCRM does not repeat these calls.
